import type { OverdueDispatch } from "../../../schema/storage/messages.ts";
import type { RepairedState } from "../../domain/repair/repair.ts";
import { reckonLines } from "../d1/lines.ts";
import { changeNoted, kindText, type NoteRow } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";

const CLAIM = `
  UPDATE dispatches SET check_at = ?3, recoveries = ?4, overdue_since = ?5
  WHERE id = ?1 AND status = 'ongoing' AND check_at = ?2`;

const SETTLE = `
  UPDATE dispatches SET status = ?3, check_at = NULL, settled_at = ?4, reason = ?5
  WHERE id = ?1 AND status = 'ongoing' AND check_at = ?2`;

/**
 * Takes a dispatch for a repair, which must come after: nobody else can, and it does not come up again before its new `check_at`. `false`:
 * somebody else has it, or it has settled. The note is written with the claim, and tells a claim that was reported failed from one that was.
 */
export async function claimRepair(
  d1: D1Database,
  { taken, to, note }: { taken: OverdueDispatch; to: RepairedState; note: NoteRow | null },
): Promise<boolean> {
  const claim =
    to.status === "ongoing"
      ? d1.prepare(CLAIM).bind(taken.id, taken.checkAt, to.checkAt, to.recoveries, to.overdueSince)
      : d1.prepare(SETTLE).bind(taken.id, taken.checkAt, to.status, to.settledAt, to.reason);
  const behind = to.status === "ongoing" ? [] : reckonLines(d1, [taken.id]);
  if (note !== null) return await changeNoted(d1, claim, note, behind);
  const [claimed] = await withStorage(d1, () => d1.batch([claim, ...behind]));
  return (claimed?.meta.changes ?? 0) > 0;
}

const COUNT = "UPDATE dispatches SET recoveries = ?3 WHERE id = ?1 AND status = 'ongoing' AND check_at = ?2";

/** Counts a restart that was made, the `nth` in a row. One that goes uncounted only puts off when the dispatch is given up. */
export async function countRestart(d1: D1Database, claimed: OverdueDispatch, nth: number): Promise<void> {
  await withStorage(d1, () => d1.prepare(COUNT).bind(claimed.id, claimed.checkAt, nth).run());
}

const GIVE_BACK = "UPDATE dispatches SET check_at = ?3, overdue_since = ?4 WHERE id = ?1 AND status = 'ongoing' AND check_at = ?2";

const NOTE_FAILURE = `UPDATE notes SET kind = ${kindText("repair_failed")}, detail = json_set(detail, '$.error', ?3) WHERE subject_id = ?1 AND id = ?2`;

/** Takes a claim back whose repair failed, and says so in its note. */
export async function giveBack(
  d1: D1Database,
  given: { claimed: OverdueDispatch; back: { checkAt: number; overdueSince: number | null }; note: NoteRow; error: string },
): Promise<void> {
  const { claimed, back, note, error } = given;
  const giving = d1.prepare(GIVE_BACK).bind(claimed.id, claimed.checkAt, back.checkAt, back.overdueSince);
  await withStorage(d1, () => d1.batch([giving, d1.prepare(NOTE_FAILURE).bind(note.subjectId, note.id, error)]));
}
