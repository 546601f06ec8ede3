import { reckonLines } from "../d1/lines.ts";
import { type NoteRow, noteOngoing } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";
import { countDone } from "./bulks.ts";

const CANCEL = `
  UPDATE dispatches SET status = 'cancelled', check_at = NULL, settled_at = ?2, reason = ?3
  WHERE status = 'ongoing' AND id IN (SELECT value FROM json_each(?1))`;

const CANCELLED = `
  SELECT note.subject_id AS id FROM json_each(?1) AS named CROSS JOIN notes AS note ON note.subject_id = named.value AND note.id = ?2`;

/**
 * Settles those that are ongoing as cancelled, each with the note, in one transaction. Returns which: also when it is run again. As part of
 * a bulk operation their number is counted.
 */
export async function cancelDispatches(
  d1: D1Database,
  ids: readonly string[],
  { note, bulk }: { note: Omit<NoteRow, "subjectId" | "detail">; bulk?: string },
): Promise<string[]> {
  const named = JSON.stringify(ids);
  const results = await withStorage(d1, () =>
    d1.batch<{ id: string }>([
      noteOngoing(d1, ids, note),
      d1.prepare(CANCEL).bind(named, note.at, note.reason),
      ...(bulk === undefined ? [] : [countDone(d1, bulk)]),
      ...reckonLines(d1, ids),
      d1.prepare(CANCELLED).bind(named, note.id),
    ]),
  );
  return results.at(-1)?.results.map(({ id }) => id) ?? [];
}
