import { CHECK } from "../../../schema/limits.ts";
import { changeNoted, type NoteRow } from "../d1/notes.ts";

const HURRY = "UPDATE dispatches SET due_at = ?2, check_at = ?3 WHERE id = ?1 AND status = 'ongoing' AND due_at > ?2";

/** Makes a dispatch due that is due later, with the note. `false`: it was due already, or has settled. */
export async function hurryDispatch(d1: D1Database, note: NoteRow): Promise<boolean> {
  return await changeNoted(d1, d1.prepare(HURRY).bind(note.subjectId, note.at, note.at + CHECK.graceMs), note);
}
