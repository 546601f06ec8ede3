import { IS_DEAD_LETTER } from "../d1/lines.ts";
import { type NoteRow, noteDeadLetters } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";
import { countDone } from "./bulks.ts";

const DISMISS = `UPDATE dispatches SET superseded = 2 WHERE ${IS_DEAD_LETTER} AND id IN (SELECT value FROM json_each(?1))`;

const DISMISSED = `
  SELECT note.subject_id AS id FROM json_each(?1) AS named CROSS JOIN notes AS note ON note.subject_id = named.value AND note.id = ?2`;

/**
 * Closes those that are dead letters, each with the note, in one transaction. Returns which: also when it is run again. As part of a bulk
 * operation their number is counted. Nothing of their lines is to be reckoned: each was the dead letter of its line, which has none now.
 */
export async function dismissDispatches(
  d1: D1Database,
  ids: readonly string[],
  { note, bulk }: { note: Omit<NoteRow, "subjectId" | "detail">; bulk?: string },
): Promise<string[]> {
  const named = JSON.stringify(ids);
  const results = await withStorage(d1, () =>
    d1.batch<{ id: string }>([
      noteDeadLetters(d1, ids, note),
      d1.prepare(DISMISS).bind(named),
      ...(bulk === undefined ? [] : [countDone(d1, bulk)]),
      d1.prepare(DISMISSED).bind(named, note.id),
    ]),
  );
  return results.at(-1)?.results.map(({ id }) => id) ?? [];
}
