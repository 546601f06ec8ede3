import type { SettledStatus } from "../../schema/contract.ts";
import type { OverdueDispatch } from "../../schema/messages.ts";
import { type NoteRow, noteIfChanged } from "./notes.ts";
import { withStorage } from "./storage.ts";

/** What a repair makes of a dispatch. */
export type RepairedState =
  | { readonly status: "ongoing"; readonly checkAt: number; readonly recoveries: number; readonly overdueSince: number | null }
  | {
      readonly status: SettledStatus;
      readonly settledAt: number;
      readonly reason: string | null;
      readonly recoveries: number;
      readonly overdueSince: number | null;
    };

const CLAIM = `
  UPDATE dispatches
  SET status = ?3, check_at = ?4, settled_at = ?5, reason = iif(?3 = 'ongoing', reason, ?6), recoveries = ?7, overdue_since = ?8
  WHERE id = ?1 AND status = 'ongoing' AND check_at = ?2`;

const IS_NOTED = "SELECT 1 FROM notes WHERE subject_id = ?1 AND id = ?2";

/**
 * Takes a dispatch for a repair, which must come after: nobody else can, and it does not come up again before its new `check_at`. `false`:
 * somebody else has it, or it has settled. The note is written with the claim, and tells a claim that was reported failed from one that was.
 */
export async function claimRepair(
  d1: D1Database,
  { taken, to, note }: { taken: OverdueDispatch; to: RepairedState; note: NoteRow | null },
): Promise<boolean> {
  const [checkAt, settledAt, reason] = to.status === "ongoing" ? [to.checkAt, null, null] : [null, to.settledAt, to.reason];
  const claim = d1.prepare(CLAIM).bind(taken.id, taken.checkAt, to.status, checkAt, settledAt, reason, to.recoveries, to.overdueSince);
  if (note === null) return (await withStorage(d1, () => claim.run())).meta.changes > 0;
  const isNoted = d1.prepare(IS_NOTED).bind(note.subjectId, note.id);
  const [, , noted] = await withStorage(d1, () => d1.batch([claim, noteIfChanged(d1, note), isNoted]));
  return (noted?.results.length ?? 0) > 0;
}

const GIVE_BACK = `
  UPDATE dispatches SET check_at = ?3, recoveries = ?4, overdue_since = ?5
  WHERE id = ?1 AND status = 'ongoing' AND check_at = ?2`;

const NOTE_FAILURE = "UPDATE notes SET kind = 'repair_failed', detail = json_set(detail, '$.error', ?3) WHERE subject_id = ?1 AND id = ?2";

/** Takes a claim back whose repair failed: it does not count, and its note says so. */
export async function giveBack(
  d1: D1Database,
  { claimed, to, note, error }: { claimed: OverdueDispatch; to: RepairedState & { status: "ongoing" }; note: NoteRow; error: string },
): Promise<void> {
  const back = d1.prepare(GIVE_BACK).bind(claimed.id, claimed.checkAt, to.checkAt, to.recoveries, to.overdueSince);
  await withStorage(d1, () => d1.batch([back, d1.prepare(NOTE_FAILURE).bind(note.subjectId, note.id, error)]));
}
