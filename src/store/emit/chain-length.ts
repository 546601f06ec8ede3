import type { NoteKind } from "../../../schema/contract/notes.ts";
import { chainSubject, SUBJECTS } from "../../../schema/storage/subjects.ts";
import { noteRow } from "../../domain/base/note.ts";
import { chainsToCount, judgeChain } from "../../domain/emit/chain-budget.ts";
import type { EmitPlan } from "../../domain/emit/plan-emit.ts";
import { kindText, noteOngoing } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";

/** Counts events of a chain up to a bound. The first of a chain has no cause, so it is not in the index. */
const COUNT = `
  SELECT count(*) AS count FROM (SELECT 1 FROM events INDEXED BY events_correlation
    WHERE correlation_id = ?1 AND causation_id IS NOT NULL AND id < ?2 LIMIT ?3)`;

/** Once for a chain and a limit, and not when the chain has been purged meanwhile. */
const NOTE = `
  INSERT INTO notes (subject_id, id, at, kind, "by", reason, detail)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
  WHERE NOT EXISTS (SELECT 1 FROM notes WHERE subject_id = ?1 AND kind = ?4 AND detail ->> 'limit' >= ?7 ->> 'limit')
    AND EXISTS (SELECT 1 FROM events INDEXED BY events_correlation WHERE correlation_id = ?8 AND causation_id IS NOT NULL)
  ON CONFLICT DO NOTHING`;

const NOTED: Readonly<Record<ReturnType<typeof judgeChain>, (NoteKind & ("chain_long" | "chain_too_long")) | undefined>> = {
  fine: undefined,
  long: "chain_long",
  "too long": "chain_too_long",
};

/**
 * Counts the chains of those events of a plan that are drawn for it, and writes down which come near the limit and which have reached it: to
 * these `storePlan` adds nothing more. No round trip when none is drawn. To be called before the plan is stored.
 */
export async function markLongChains(d1: D1Database, plan: EmitPlan, { limit, now }: { limit: number; now: number }): Promise<void> {
  const counted = chainsToCount(plan.events);
  if (counted.length === 0) return;
  const counts = counted.map(({ correlationId, before }) => d1.prepare(COUNT).bind(correlationId, before, limit));
  const results = await withStorage(d1, () => d1.batch<{ count: number }>(counts));
  const notes = counted.flatMap(({ correlationId, before, added }, index) => {
    const events = 1 + (results[index]?.results[0]?.count ?? 0) + added;
    const kind = NOTED[judgeChain(events, limit)];
    if (kind === undefined) return [];
    const given = { subjectId: chainSubject(correlationId), id: before, at: now, kind, by: "hub", reason: null } as const;
    const note = noteRow({ ...given, detail: { events, limit } });
    return [d1.prepare(NOTE).bind(note.subjectId, note.id, note.at, note.kind, note.by, note.reason, note.detail, correlationId)];
  });
  if (notes.length > 0) await withStorage(d1, () => d1.batch(notes));
}

/** Notes on a dispatch that its chain takes no more of what is emitted in it; once for a note of this id. */
export async function noteChainRefused(
  d1: D1Database,
  dispatchId: string,
  note: { id: string; at: number; reason: string },
): Promise<void> {
  const statement = noteOngoing(d1, [dispatchId], { ...note, kind: "chain_too_long", by: "hub" });
  await withStorage(d1, () => statement.run());
}

/** True in SQL for a chain that was found to have as many events as it may have, at this limit or a higher one. */
export function hasReachedLimit(correlationId: string, limit: string): string {
  return `EXISTS (SELECT 1 FROM notes WHERE subject_id = '${SUBJECTS.chain}' || (${correlationId})
    AND kind = ${kindText("chain_too_long")} AND detail ->> 'limit' >= ${limit})`;
}
