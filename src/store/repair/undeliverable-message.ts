import type { NoteDetails } from "../../../schema/contract/notes.ts";
import { SUBJECTS } from "../../../schema/storage/subjects.ts";
import { noteRow } from "../../domain/base/note.ts";
import { noteOngoing, noteStatement } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";

/** Makes dispatches overdue that are ongoing and not yet so. */
const HAND_OVER = `
  UPDATE dispatches SET check_at = ?2
  WHERE status = 'ongoing' AND check_at > ?2 AND id IN (SELECT value FROM json_each(?1))`;

/**
 * Notes an undeliverable message under `SUBJECTS.undeliverable` and under each dispatch it named that is ongoing, and makes these
 * overdue, in one transaction.
 */
export async function recordUndeliverable(
  d1: D1Database,
  message: { dispatchIds: readonly string[]; now: number; reason: string; detail: NoteDetails["undeliverable"]; noteId: string },
): Promise<void> {
  const { dispatchIds, now, reason, detail, noteId } = message;
  const note = { id: noteId, at: now, kind: "undeliverable", by: "queue", reason } as const;
  const whole = noteRow({ ...note, subjectId: SUBJECTS.undeliverable, detail });
  const named = JSON.stringify(dispatchIds);
  await withStorage(d1, () =>
    d1.batch([d1.prepare(HAND_OVER).bind(named, now), noteStatement(d1, whole), noteOngoing(d1, dispatchIds, note)]),
  );
}
