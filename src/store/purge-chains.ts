import { DEAD_LETTERS_SUBJECT, PURGE } from "../../schema/limits.ts";
import { firstIdAt } from "../domain/time-id.ts";
import { withStorage } from "./storage.ts";

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
    OR EXISTS (SELECT 1 FROM dispatches WHERE id > chain.value || '-' AND id < chain.value || '.' AND status = 'ongoing')
    OR EXISTS (SELECT 1 FROM events INDEXED BY events_correlation
      WHERE correlation_id = chain.value AND causation_id IS NOT NULL AND id >= ?2)
    OR EXISTS (SELECT 1 FROM events INDEXED BY events_correlation
      WHERE correlation_id = chain.value AND causation_id IS NOT NULL LIMIT 1 OFFSET ?3)
    OR EXISTS (
      SELECT 1 FROM (SELECT id FROM events INDEXED BY events_correlation
        WHERE correlation_id = chain.value AND causation_id IS NOT NULL LIMIT ?3) AS event
      CROSS JOIN dispatches ON dispatches.id > event.id || '-' AND dispatches.id < event.id || '.' AND dispatches.status = 'ongoing')`;

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

/** Events that have no ongoing dispatch, also now: a redrive may have come since the chain was looked at. */
const DOOMED = `
  (SELECT value AS id FROM json_each(?1) AS given WHERE NOT EXISTS (
    SELECT 1 FROM dispatches WHERE dispatches.id > given.value || '-' AND dispatches.id < given.value || '.' AND status = 'ongoing'))`;

const DOOMED_DISPATCHES = `
  (SELECT dispatches.id FROM ${DOOMED} AS doomed CROSS JOIN dispatches ON dispatches.id > doomed.id || '-' AND dispatches.id < doomed.id || '.')`;

const OLD_LETTERS = `(SELECT id FROM notes WHERE subject_id = '${DEAD_LETTERS_SUBJECT}' AND id < ?2 ORDER BY id LIMIT ${PURGE.deadLetters})`;

/** What goes, table by table. Dispatches last but for their events: the others are found by them. */
const ROWS = {
  executions: `executions WHERE dispatch_id IN ${DOOMED_DISPATCHES} AND ?2 IS NOT NULL`,
  notes: `notes WHERE subject_id IN ${DOOMED_DISPATCHES} OR (subject_id = '${DEAD_LETTERS_SUBJECT}' AND id IN ${OLD_LETTERS})`,
  dispatches: `dispatches WHERE id IN ${DOOMED_DISPATCHES} AND ?2 IS NOT NULL`,
  events: `events WHERE id IN ${DOOMED} AND ?2 IS NOT NULL`,
} as const;

/** Deletes events with all that belongs to them, and old dead letters, in one transaction. */
export async function purgeRows(d1: D1Database, ids: readonly string[], before: number): Promise<PurgedRows> {
  const deletes = Object.values(ROWS).map((rows) => d1.prepare(`DELETE FROM ${rows}`).bind(JSON.stringify(ids), firstIdAt(before)));
  const [executions, notes, dispatches, events] = (await withStorage(d1, () => d1.batch(deletes))).map(({ meta }) => meta.changes);
  return { events: events ?? 0, dispatches: dispatches ?? 0, executions: executions ?? 0, notes: notes ?? 0 };
}

/** The same without deleting. */
export async function countPurgeable(d1: D1Database, ids: readonly string[], before: number): Promise<PurgedRows> {
  const counts = Object.values(ROWS).map((rows) =>
    d1.prepare(`SELECT count(*) AS count FROM ${rows}`).bind(JSON.stringify(ids), firstIdAt(before)),
  );
  const results = await withStorage(d1, () => d1.batch<{ count: number }>(counts));
  const [executions, notes, dispatches, events] = results.map(({ results: [row] }) => row?.count ?? 0);
  return { events: events ?? 0, dispatches: dispatches ?? 0, executions: executions ?? 0, notes: notes ?? 0 };
}
