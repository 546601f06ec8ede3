import { PURGE } from "../../../schema/limits.ts";
import type { Leaving } from "../../../schema/storage/retention.ts";
import type { StoredEvent } from "../../../schema/storage/tables.ts";
import { firstIdAt } from "../../domain/base/time-id.ts";
import { EVENT_COLUMNS, pick, selectList } from "../d1/columns.ts";
import { fenceOf } from "../d1/fences.ts";
import { isDispatchOf } from "../d1/id-ranges.ts";
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

/**
 * Chains that are still in use: that have an ongoing dispatch, an event of `before` or later, or more events than can be looked at. The
 * first of a chain has no cause, and the chain its name; the index holds the others.
 */
const SELECT_IN_USE = `
  SELECT chain.value AS chain FROM json_each(?1) AS chain
  WHERE EXISTS (SELECT 1 FROM events WHERE id = chain.value AND id >= ?2)
    OR EXISTS (SELECT 1 FROM dispatches WHERE ${isDispatchOf("chain.value", { id: "id" })} AND status = 'ongoing')
    OR EXISTS (SELECT 1 FROM events INDEXED BY events_correlation
      WHERE correlation_id = chain.value AND causation_id IS NOT NULL AND id >= ?2)
    OR EXISTS (SELECT 1 FROM events INDEXED BY events_correlation
      WHERE correlation_id = chain.value AND causation_id IS NOT NULL LIMIT 1 OFFSET ?3)
    OR EXISTS (
      SELECT 1 FROM (SELECT id FROM events INDEXED BY events_correlation
        WHERE correlation_id = chain.value AND causation_id IS NOT NULL LIMIT ?3) AS event
      CROSS JOIN dispatches ON ${isDispatchOf("event.id", { id: "dispatches.id" })} AND +dispatches.status = 'ongoing')`;

export async function readChainsInUse(d1: D1Database, chains: readonly string[], before: number): Promise<ReadonlySet<string>> {
  const select = d1.prepare(SELECT_IN_USE).bind(JSON.stringify(chains), firstIdAt(before), PURGE.chainEvents);
  const { results } = await withStorage(d1, () => select.all<{ chain: string }>());
  return new Set(results.map(({ chain }) => chain));
}

/** Events of chains that are older than `before` as a whole and settled. */
export interface PurgeBatch {
  readonly events: readonly Candidate[];
  readonly before: number;
}

/** A chain may have come into use since it was looked at. Setting a NOT NULL column to NULL is the fence: nothing is deleted then. */
const FENCE = `UPDATE events SET data = NULL WHERE id = (SELECT min(value) FROM json_each(?4)) AND EXISTS (${SELECT_IN_USE})`;

const DISPATCHES = `
  (SELECT dispatches.id FROM json_each(?1) AS given
    CROSS JOIN dispatches ON ${isDispatchOf("given.value", { id: "dispatches.id" })})`;

/** Dispatches last but for their events: the others are found by them. */
function chainRemovals(ids: string): RemovalsOf<Leaving<"with its chain">> {
  const values = [ids];
  return {
    executions: { table: "executions", where: `dispatch_id IN ${DISPATCHES}`, values },
    "notes.dispatch": { table: "notes", where: `subject_id IN ${DISPATCHES}`, values },
    dispatches: { table: "dispatches", where: `id IN ${DISPATCHES}`, values },
    events: { table: "events", where: "id IN (SELECT value FROM json_each(?1))", values },
  };
}

/** Deletes or counts events with all that is theirs; when a chain is in use again, deletes nothing: `null`. */
export async function purgeChains(d1: D1Database, { events, before }: PurgeBatch, dryRun: boolean): Promise<PurgedRows | null> {
  const ids = JSON.stringify(events.map(({ id }) => id));
  const chains = JSON.stringify(chainsOf(events));
  const fence = d1.prepare(FENCE).bind(chains, firstIdAt(before), PURGE.chainEvents, ids);
  try {
    return await removeRows(d1, Object.values(chainRemovals(ids)), { dryRun, fence });
  } catch (error) {
    if (fenceOf(error) === "chainInUse") return null;
    throw error;
  }
}

/** Names each chain of these events once. */
export function chainsOf(events: readonly Candidate[]): string[] {
  return [...new Set(events.map(({ correlationId }) => correlationId))];
}
