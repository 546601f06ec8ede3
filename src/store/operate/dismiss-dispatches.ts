import { IS_DEAD_LETTER } from "../d1/lines.ts";
import { noteDeadLetters } from "../d1/notes.ts";
import { changeNotedEach, type NoteOfEach } from "./change-noted-each.ts";

const DISMISS = `UPDATE dispatches SET superseded = 2 WHERE ${IS_DEAD_LETTER} AND id IN (SELECT value FROM json_each(?1))`;

/**
 * Closes those that are dead letters, each with the note, in one transaction. Returns which: also when it is run again. As part of a bulk
 * operation their number is counted. Nothing of their lines is to be reckoned: each was the dead letter of its line, which has none now.
 */
export async function dismissDispatches(d1: D1Database, ids: readonly string[], each: NoteOfEach): Promise<string[]> {
  const change = d1.prepare(DISMISS).bind(JSON.stringify(ids));
  return await changeNotedEach(d1, ids, { noting: noteDeadLetters(d1, ids, each.note), change }, each);
}
