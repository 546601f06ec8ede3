import type { NoteKind } from "../../../schema/contract/notes.ts";
import type { StoredNote } from "../../../schema/storage/tables.ts";
import { IS_DEAD_LETTER } from "./lines.ts";
import { withStorage } from "./storage.ts";

/** A note to be written: `detail` as JSON text, the id a UUIDv7. */
export type NoteRow = StoredNote;

const COLUMNS = `notes (subject_id, id, at, kind, "by", reason, detail)`;

/** A kind as SQL text. */
export function kindText(kind: NoteKind): string {
  return `'${kind}'`;
}

const IS_NOTED = "SELECT 1 FROM notes WHERE subject_id = ?1 AND id = ?2";

/**
 * Runs a statement with the note that says what it did, and returns whether it did: also when its commit was reported failed and it runs
 * again, since the note tells. `behind` follows in the same transaction, whether it did or not.
 */
export async function changeNoted(
  d1: D1Database,
  change: D1PreparedStatement,
  note: NoteRow,
  behind: readonly D1PreparedStatement[] = [],
): Promise<boolean> {
  const isNoted = d1.prepare(IS_NOTED).bind(note.subjectId, note.id);
  const [, , noted] = await withStorage(d1, () => d1.batch([change, noteIfChanged(d1, note), isNoted, ...behind]));
  return (noted?.results.length ?? 0) > 0;
}

/** Writes a note if the statement before it in the batch changed a row. */
function noteIfChanged(d1: D1Database, note: NoteRow): D1PreparedStatement {
  return d1
    .prepare(`INSERT INTO ${COLUMNS} SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE changes() > 0`)
    .bind(note.subjectId, note.id, note.at, note.kind, note.by, note.reason, note.detail);
}

/** Writes a note once, however often it is run. */
export function noteStatement(d1: D1Database, note: NoteRow): D1PreparedStatement {
  return d1
    .prepare(`INSERT INTO ${COLUMNS} VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING`)
    .bind(note.subjectId, note.id, note.at, note.kind, note.by, note.reason, note.detail);
}

/** Writes a note, and fails with all that is in its batch, by the fence `messageStored`, when it is written already. */
export function noteFence(d1: D1Database, note: NoteRow): D1PreparedStatement {
  return d1
    .prepare(`INSERT INTO ${COLUMNS} VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`)
    .bind(note.subjectId, note.id, note.at, note.kind, note.by, note.reason, note.detail);
}

/** A note of each of some dispatches that stand so. */
const noteWhere = (condition: string) => `
  INSERT INTO notes (subject_id, id, at, kind, "by", reason)
  SELECT dispatch.id, ?2, ?3, ?4, ?5, ?6
  FROM json_each(?1) AS named CROSS JOIN dispatches AS dispatch ON dispatch.id = named.value
  WHERE ${condition}
  ON CONFLICT DO NOTHING`;

const NOTE_ONGOING = noteWhere("status = 'ongoing'");

const NOTE_DEAD_LETTERS = noteWhere(IS_DEAD_LETTER);

/** Writes a note under each of these dispatches that is a dead letter, once. */
export function noteDeadLetters(d1: D1Database, ids: readonly string[], note: Omit<NoteRow, "subjectId" | "detail">): D1PreparedStatement {
  return d1.prepare(NOTE_DEAD_LETTERS).bind(JSON.stringify(ids), note.id, note.at, note.kind, note.by, note.reason);
}

/** Writes a note under each of these dispatches that is ongoing, once. */
export function noteOngoing(d1: D1Database, ids: readonly string[], note: Omit<NoteRow, "subjectId" | "detail">): D1PreparedStatement {
  return d1.prepare(NOTE_ONGOING).bind(JSON.stringify(ids), note.id, note.at, note.kind, note.by, note.reason);
}
