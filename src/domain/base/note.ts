import type { NoteDetails, NoteKind } from "../../../schema/contract/notes.ts";
import type { StoredNote } from "../../../schema/storage/tables.ts";

/** A note about to be stored, its detail as its kind has it. */
export interface NewNote<Kind extends NoteKind> extends Omit<StoredNote, "kind" | "detail"> {
  readonly kind: Kind;
  readonly detail: NoteDetails[Kind];
}

/** A note as it is stored. */
export function noteRow<Kind extends NoteKind>({ detail, ...note }: NewNote<Kind>): StoredNote {
  return { ...note, detail: detail === null ? null : JSON.stringify(detail) };
}
