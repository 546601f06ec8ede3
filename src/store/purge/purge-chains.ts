import { PURGE } from "../../../schema/limits.ts";
import { SUBJECTS } from "../../../schema/storage/subjects.ts";
import { firstIdAt } from "../../domain/base/time-id.ts";
import { fenceOf } from "../d1/fences.ts";
import { isDispatchOf } from "../d1/id-ranges.ts";
import { withStorage } from "../d1/storage.ts";

/** An old event, and whether nothing speaks against deleting it. */
interface Candidate {
  readonly id: string;
  readonly correlationId: string;
}

/** The next events of before a moment, oldest first. */
export async function readOldEvents(d1: D1Database, { after, before }: { after: string; before: number }): Promise<Candidate[]> {
  const select = d1
    .prepare("SELECT id, correlation_id AS correlationId FROM events WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3")
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

/** Rows deleted, or deletable. */
export interface PurgedRows {
  readonly events: number;
  readonly dispatches: number;
  readonly executions: number;
  readonly notes: number;
}

/** What is to be deleted. */
export interface Doomed {
  readonly ids: readonly string[];
  /** The chains they belong to. */
  readonly chains: readonly string[];
  readonly letters: readonly string[];
  readonly before: number;
}

/** The next dead letters of before a moment, oldest first. */
export async function readOldLetters(d1: D1Database, { after, before }: { after: string; before: number }): Promise<string[]> {
  const select = d1
    .prepare("SELECT id FROM notes WHERE subject_id = ?1 AND id > ?2 AND id < ?3 ORDER BY id LIMIT ?4")
    .bind(SUBJECTS.undeliverable, after, firstIdAt(before), PURGE.deadLetters);
  const { results } = await withStorage(d1, () => select.all<{ id: string }>());
  return results.map(({ id }) => id);
}

/** A chain may have come into use since it was looked at. Setting a NOT NULL column to NULL is the fence: nothing is deleted then. */
const FENCE = `UPDATE events SET data = NULL WHERE id = (SELECT min(value) FROM json_each(?4)) AND EXISTS (${SELECT_IN_USE})`;

const DISPATCHES = `
  (SELECT dispatches.id FROM json_each(?1) AS given
    CROSS JOIN dispatches ON ${isDispatchOf("given.value", { id: "dispatches.id" })})`;

/** What goes, table by table. Dispatches last but for their events: the others are found by them. */
const ROWS = {
  executions: `executions WHERE dispatch_id IN ${DISPATCHES} AND ?2 IS NOT NULL`,
  notes: `notes WHERE subject_id IN ${DISPATCHES} OR (subject_id = '${SUBJECTS.undeliverable}' AND id IN (SELECT value FROM json_each(?2)))`,
  dispatches: `dispatches WHERE id IN ${DISPATCHES} AND ?2 IS NOT NULL`,
  events: `events WHERE id IN (SELECT value FROM json_each(?1)) AND ?2 IS NOT NULL`,
} as const;

/** Deletes events with all that belongs to them, and dead letters, in one transaction; `null`, and nothing, when a chain is in use again. */
export async function purgeRows(d1: D1Database, { ids, chains, letters, before }: Doomed): Promise<PurgedRows | null> {
  const fence = d1.prepare(FENCE).bind(JSON.stringify(chains), firstIdAt(before), PURGE.chainEvents, JSON.stringify(ids));
  const deletes = Object.values(ROWS).map((rows) => d1.prepare(`DELETE FROM ${rows}`).bind(JSON.stringify(ids), JSON.stringify(letters)));
  try {
    const [, ...deleted] = await withStorage(d1, () => d1.batch([fence, ...deletes]));
    const [executions, notes, dispatches, events] = deleted.map(({ meta }) => meta.changes);
    return { events: events ?? 0, dispatches: dispatches ?? 0, executions: executions ?? 0, notes: notes ?? 0 };
  } catch (error) {
    if (fenceOf(error) === "chainInUse") return null;
    throw error;
  }
}

/** The same without deleting. */
export async function countPurgeable(d1: D1Database, { ids, letters }: Doomed): Promise<PurgedRows> {
  const counts = Object.values(ROWS).map((rows) =>
    d1.prepare(`SELECT count(*) AS count FROM ${rows}`).bind(JSON.stringify(ids), JSON.stringify(letters)),
  );
  const results = await withStorage(d1, () => d1.batch<{ count: number }>(counts));
  const [executions, notes, dispatches, events] = results.map(({ results: [row] }) => row?.count ?? 0);
  return { events: events ?? 0, dispatches: dispatches ?? 0, executions: executions ?? 0, notes: notes ?? 0 };
}
