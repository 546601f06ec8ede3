import { NOTE_KINDS, type NoteView } from "../../../schema/contract/notes.ts";
import { When } from "./when.tsx";

/** What was done to it off its usual path, and by whom. */
export function Notes({ notes }: { notes: readonly NoteView[] }) {
  if (notes.length === 0) return null;
  return (
    <ul class="lines">
      {notes.map((note) => (
        <li>
          <NoteText note={note} />
        </li>
      ))}
    </ul>
  );
}

/** A note in a line: its kind, who did it and why, and when. */
export function NoteText({ note: { at, kind, by, reason, detail } }: { note: NoteView }) {
  return (
    <>
      <span>
        <b title={NOTE_KINDS[kind]}>{kind.replaceAll("_", " ")}</b> by <bdi>{by}</bdi>
        {reason !== undefined && (
          <>
            : <bdi>{reason}</bdi>
          </>
        )}
      </span>
      {detail !== undefined && (
        <>
          {" "}
          <code>{JSON.stringify(detail)}</code>
        </>
      )}
      <span class="soft end">
        <When at={at} />
      </span>
    </>
  );
}
