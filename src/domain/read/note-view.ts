import type { NoteView } from "../../../schema/contract/notes.ts";
import type { Json } from "../../../schema/json.ts";
import type { StoredNote } from "../../../schema/storage/tables.ts";
import { iso } from "../base/iso.ts";

export type NoteFacts = Omit<StoredNote, "subjectId" | "id">;

export function noteView({ at, kind, by, reason, detail }: NoteFacts): NoteView {
  const said = { ...(reason !== null && { reason }), ...(detail !== null && { detail: JSON.parse(detail) as Json }) };
  return { at: iso(at), kind, by, ...said } as NoteView;
}
