import { AUDIT } from "../../../schema/limits.ts";
import { SUBJECTS } from "../../../schema/storage/subjects.ts";
import { type NewNote, noteRow } from "../../domain/base/note.ts";
import { noteStatement } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";

/** Forgets all but the latest: an audit may be asked for every few minutes, for years. Ids are UUIDv7, so the greatest is the latest. */
const FORGET = `
  DELETE FROM notes WHERE subject_id = ?1
    AND id < (SELECT id FROM notes WHERE subject_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`;

/** Notes that an audit came to its end. */
export async function noteAudit(d1: D1Database, note: Omit<NewNote<"audit">, "subjectId" | "kind" | "reason">): Promise<void> {
  const insert = noteStatement(d1, noteRow({ ...note, subjectId: SUBJECTS.audit, kind: "audit", reason: null }));
  const forget = d1.prepare(FORGET).bind(SUBJECTS.audit, AUDIT.keptNotes - 1);
  await withStorage(d1, () => d1.batch([insert, forget]));
}
