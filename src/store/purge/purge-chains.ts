import { PURGE } from "../../../schema/limits.ts";
import type { Leaving } from "../../../schema/storage/retention.ts";
import { SUBJECTS } from "../../../schema/storage/subjects.ts";
import type { StoredEvent } from "../../../schema/storage/tables.ts";
import { firstIdAt } from "../../domain/base/time-id.ts";
import type { LookedChain } from "../../domain/purge/purge-piece.ts";
import { EVENT_COLUMNS, pick, selectList } from "../d1/columns.ts";
import { fenceOf } from "../d1/fences.ts";
import { isDispatchOf } from "../d1/id-ranges.ts";
import { IS_DEAD_LETTER } from "../d1/lines.ts";
import { withStorage } from "../d1/storage.ts";
import { type PurgedRows, type RemovalsOf, removeRows } from "./removal.ts";

const CANDIDATE = pick(EVENT_COLUMNS, "id", "correlationId");

/** An old event, and the chain that decides whether it goes. */
export type Candidate = Pick<StoredEvent, keyof typeof CANDIDATE>;

/** The next events of before a moment, oldest first. */
export async function readOldEvents(d1: D1Database, { after, before }: { after: string; before: number }): Promise<Candidate[]> {
  const select = d1
    .prepare(`SELECT ${selectList(CANDIDATE)} FROM events WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3`)
    .bind(after, firstIdAt(before), PURGE.events);
  const { results } = await withStorage(d1, () => select.all<Candidate>());
  return results;
}

/** Which chains are too young to be deleted, and whether dead letters keep theirs. */
export interface ChainScope {
  readonly before: number;
  readonly deadLetters: boolean;
}

/** What `?2` to `?5` stand for in the statements below. */
function scopeValues({ before, deadLetters }: ChainScope): [string, number, number, number] {
  return [firstIdAt(before), PURGE.chainEvents, before, deadLetters ? 1 : 0];
}

/**
 * True for a dispatch that keeps its chain: one that is ongoing, has settled at `before` or later, or is a dead letter. It is found by its
 * event: the plus keeps the indexes of statuses out of it.
 */
const KEEPS_CHAIN = `(+status = 'ongoing' OR settled_at >= ?4
  OR (NOT ?5 AND ${IS_DEAD_LETTER}))`;

/** Events of a chain but the first, which has no cause and gives the chain its name. */
const CAUSED = "events INDEXED BY events_correlation WHERE correlation_id = chain.value AND causation_id IS NOT NULL";

/** True for a chain that stays: in use, with an event of `before` or later, or with more events than can be looked at. */
const IS_IN_USE = `(
  EXISTS (SELECT 1 FROM events WHERE id = chain.value AND id >= ?2)
    OR EXISTS (SELECT 1 FROM dispatches WHERE ${isDispatchOf("chain.value", { id: "id" })} AND ${KEEPS_CHAIN})
    OR EXISTS (SELECT 1 FROM ${CAUSED} AND id >= ?2)
    OR EXISTS (SELECT 1 FROM ${CAUSED} LIMIT 1 OFFSET ?3)
    OR EXISTS (SELECT 1 FROM (SELECT id FROM ${CAUSED} LIMIT ?3) AS event
      CROSS JOIN dispatches ON ${isDispatchOf("event.id", { id: "dispatches.id" })} WHERE ${KEEPS_CHAIN}))`;

/**
 * Looks at the chains that begin behind `?6`: the others have been looked at where they begin. Of those that stay their old events are
 * counted, of the others their events and dispatches.
 */
const LOOK = `
  WITH begun AS MATERIALIZED (
    SELECT value, (SELECT min(id) FROM (SELECT id FROM events WHERE id = chain.value AND causation_id IS NULL
      UNION ALL SELECT min(id) FROM ${CAUSED})) AS first
    FROM json_each(?1) AS chain),
  looked AS MATERIALIZED (SELECT value, ${IS_IN_USE} AS inUse FROM begun AS chain WHERE first > ?6)
  SELECT value AS chain, inUse,
    CASE WHEN inUse THEN (SELECT count(*) FROM events WHERE id = chain.value AND causation_id IS NULL AND id < ?2) +
      (SELECT count(*) FROM ${CAUSED} AND id < ?2)
    ELSE (SELECT count(*) FROM dispatches WHERE ${isDispatchOf("chain.value", { id: "id" })}) +
      (SELECT coalesce(sum(1 + (SELECT count(*) FROM dispatches WHERE ${isDispatchOf("event.id", { id: "dispatches.id" })})), 0)
        FROM (SELECT id FROM ${CAUSED}) AS event) END AS size
  FROM looked AS chain`;

/** Looks at those of the chains, in their order, that begin after an event. */
export async function lookAtChains(
  d1: D1Database,
  { chains, after, ...scope }: ChainScope & { readonly chains: readonly string[]; readonly after: string },
): Promise<LookedChain[]> {
  const select = d1.prepare(LOOK).bind(JSON.stringify(chains), ...scopeValues(scope), after);
  const { results } = await withStorage(d1, () => select.all<Omit<LookedChain, "inUse"> & { inUse: number }>());
  const found = new Map(results.map((row) => [row.chain, { ...row, inUse: row.inUse === 1 }]));
  return chains.flatMap((chain) => found.get(chain) ?? []);
}

/**
 * A chain may have come into use since it was looked at: then this inserts NULL where none may be, and nothing is deleted. An INSERT, so that
 * it does not depend on a row that another purge has deleted.
 */
const FENCE = `
  INSERT INTO events (id, type, time, data, correlation_id, depth, config_version)
  SELECT '', '', 0, NULL, '', 0, '' FROM json_each(?1) AS chain WHERE ${IS_IN_USE} LIMIT 1`;

/** Events of the chains. The first belongs to the chain of its name if it has no cause: a name may be that of any event, or of none. */
const EVENTS = `
  (SELECT events.id FROM json_each(?1) AS chain CROSS JOIN events ON events.id = chain.value AND causation_id IS NULL
    UNION ALL
    SELECT events.id FROM json_each(?1) AS chain CROSS JOIN events INDEXED BY events_correlation
      ON correlation_id = chain.value AND causation_id IS NOT NULL)`;

/** What is stored of dispatches is found by their events, whether the dispatches are there or not. */
function ofDispatches(table: string, column: string): string {
  return `${column} IN (SELECT ${table}.${column} FROM ${EVENTS} AS event
    CROSS JOIN ${table} ON ${isDispatchOf("event.id", { id: `${table}.${column}` })})`;
}

/** Events last: the others are found by them. */
function chainRemovals(values: readonly string[]): RemovalsOf<Leaving<"with its chain">> {
  return {
    executions: { table: "executions", where: ofDispatches("executions", "dispatch_id"), values },
    "notes.dispatch": { table: "notes", where: ofDispatches("notes", "subject_id"), values },
    "notes.chain": { table: "notes", where: `subject_id IN (SELECT '${SUBJECTS.chain}' || value FROM json_each(?1))`, values },
    dispatches: { table: "dispatches", where: ofDispatches("dispatches", "id"), values },
    events: { table: "events", where: `id IN ${EVENTS}`, values },
  };
}

/** Deletes or counts chains with all that is theirs; when one of them is in use again, deletes nothing: `null`. */
export async function purgeChains(
  d1: D1Database,
  { chains, dryRun, ...scope }: ChainScope & { readonly chains: readonly string[]; readonly dryRun: boolean },
): Promise<PurgedRows | null> {
  const named = JSON.stringify(chains);
  const fence = d1.prepare(FENCE).bind(named, ...scopeValues(scope));
  try {
    return await removeRows(d1, Object.values(chainRemovals([named])), { dryRun, fence });
  } catch (error) {
    if (fenceOf(error) === "chainInUse") return null;
    throw error;
  }
}

/** Names each chain of these events once, in the order of their first. */
export function chainsOf(events: readonly Candidate[]): string[] {
  return [...new Set(events.map(({ correlationId }) => correlationId))];
}
