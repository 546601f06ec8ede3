import { reckonLines } from "../d1/lines.ts";
import { noteOngoing } from "../d1/notes.ts";
import { changeNotedEach, type NoteOfEach } from "./change-noted-each.ts";

const CANCEL = `
  UPDATE dispatches SET status = 'cancelled', check_at = NULL, settled_at = ?2, reason = ?3
  WHERE status = 'ongoing' AND id IN (SELECT value FROM json_each(?1))`;

/**
 * Settles those that are ongoing as cancelled, each with the note, in one transaction. Returns which: also when it is run again. As part of
 * a bulk operation their number is counted.
 */
export async function cancelDispatches(d1: D1Database, ids: readonly string[], each: NoteOfEach): Promise<string[]> {
  const { note } = each;
  const change = d1.prepare(CANCEL).bind(JSON.stringify(ids), note.at, note.reason);
  return await changeNotedEach(d1, ids, { noting: noteOngoing(d1, ids, note), change, behind: reckonLines(d1, ids) }, each);
}
