import type { NoteRow } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";
import { countDone } from "./bulks.ts";

/** A note on each of many dispatches: of which, and in which words. */
export interface NoteOfEach {
  readonly note: Omit<NoteRow, "subjectId" | "detail">;
  /** The bulk operation it is part of, which counts them. */
  readonly bulk?: string;
}

/** What is done to those that are noted, in the order of the transaction. */
interface Change {
  /** Notes those that are to be changed. */
  readonly noting: D1PreparedStatement;
  readonly change: D1PreparedStatement;
  /** What follows from the change. */
  readonly behind?: readonly D1PreparedStatement[];
}

const NOTED = `
  SELECT note.subject_id AS id FROM json_each(?1) AS named CROSS JOIN notes AS note ON note.subject_id = named.value AND note.id = ?2`;

/** Changes those of the dispatches that `noting` notes, in one transaction. Returns which: also when it is run again, since the note tells. */
export async function changeNotedEach(
  d1: D1Database,
  ids: readonly string[],
  { noting, change, behind = [] }: Change,
  { note, bulk }: NoteOfEach,
): Promise<string[]> {
  const results = await withStorage(d1, () =>
    d1.batch<{ id: string }>([
      noting,
      change,
      ...(bulk === undefined ? [] : [countDone(d1, bulk)]),
      ...behind,
      d1.prepare(NOTED).bind(JSON.stringify(ids), note.id),
    ]),
  );
  return results.at(-1)?.results.map(({ id }) => id) ?? [];
}
