import { changeNoted, type NoteRow } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";

/** A destination that is held back. */
export interface ControlRow {
  readonly destination: string;
  readonly state: "paused" | "tripped";
  readonly since: number;
  readonly by: string;
  /** Why, as the operator put it; how the last attempt failed. */
  readonly detail: string | null;
}

export async function readControls(d1: D1Database): Promise<ControlRow[]> {
  const select = d1.prepare("SELECT destination, state, since, by, detail FROM controls WHERE state <> 'counting' ORDER BY destination");
  return (await withStorage(d1, () => select.all<ControlRow>())).results;
}

const PAUSE = `
  INSERT INTO controls (destination, state, since, by, detail) VALUES (?1, 'paused', ?2, ?3, ?4)
  ON CONFLICT (destination) DO UPDATE SET state = 'paused', since = ?2, by = ?3, detail = ?4, probe_at = NULL WHERE state <> 'paused'`;

/** Holds a destination back, with the note. One that is held back already stays so, by whom it was. */
export async function holdDestination(d1: D1Database, destination: string, note: NoteRow): Promise<void> {
  await changeNoted(d1, d1.prepare(PAUSE).bind(destination, note.at, note.by, note.reason), note);
}

/** Lets a destination go, with the note. */
export async function releaseDestination(d1: D1Database, destination: string, note: NoteRow): Promise<void> {
  await changeNoted(d1, d1.prepare("DELETE FROM controls WHERE destination = ?1").bind(destination), note);
}
