import type { StoredNote } from "../../schema/tables.ts";

/** A note to be written: `detail` as JSON text, the id a UUIDv7. */
export type NoteRow = StoredNote;

const COLUMNS = `notes (subject_id, id, at, kind, "by", reason, detail)`;

/** Writes a note if the statement before it in the batch changed a row. */
export function noteIfChanged(d1: D1Database, note: NoteRow): D1PreparedStatement {
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
