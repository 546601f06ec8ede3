import { CONTROL } from "../../../schema/limits.ts";
import type { StoredControl } from "../../../schema/storage/tables.ts";
import { changeNoted, type NoteRow } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";

/** A destination that is held back, or whose backlog is being released. */
export interface ControlRow extends Pick<StoredControl, "destination" | "since" | "by" | "detail" | "rate"> {
  readonly state: Exclude<StoredControl["state"], "counting">;
  /** Dispatches that it holds back, counted up to `CONTROL.countedRows` and one more. */
  readonly held: number;
}

/** Nothing is read of what a destination is owed that is held back from nothing. */
const SELECT_CONTROLS = `
  SELECT destination, state, since, "by", detail, rate, (
    SELECT count(*) FROM (
      SELECT 1 FROM dispatches INDEXED BY dispatches_check
      WHERE status = 'ongoing' AND dispatches.destination = controls.destination AND due_at <= iif(state = 'draining', since, ?1)
      LIMIT ${CONTROL.countedRows + 1})) AS held
  FROM controls WHERE state <> 'counting' ORDER BY destination`;

export async function readControls(d1: D1Database, now: number): Promise<ControlRow[]> {
  const select = d1.prepare(SELECT_CONTROLS).bind(now);
  return (await withStorage(d1, () => select.all<ControlRow>())).results;
}

const PAUSE = `
  INSERT INTO controls (destination, state, since, by, detail) VALUES (?1, 'paused', ?2, ?3, ?4)
  ON CONFLICT (destination) DO UPDATE SET state = 'paused', since = ?2, by = ?3, detail = ?4, probe_at = NULL, rate = NULL, moment = NULL
  WHERE state <> 'paused'`;

/** Holds a destination back, with the note. One that is held back already stays so, by whom it was. */
export async function holdDestination(d1: D1Database, destination: string, note: NoteRow): Promise<void> {
  await changeNoted(d1, d1.prepare(PAUSE).bind(destination, note.at, note.by, note.reason), note);
}

/** The backlog stays what it was when the drain began, whatever becomes of the rate. */
const DRAIN = `
  UPDATE controls SET since = iif(state = 'draining', since, ?2), state = 'draining', by = ?3, detail = ?4, rate = ?5, moment = ?2, failures = 0,
    probe_at = NULL
  WHERE destination = ?1 AND state <> 'counting' AND NOT (state = 'draining' AND rate IS ?5)`;

/** Lets a destination go, or go at another rate, with the note: what it holds back is to be released. */
export async function drainDestination(d1: D1Database, destination: string, given: { rate: number | null; note: NoteRow }): Promise<void> {
  const { rate, note } = given;
  await changeNoted(d1, d1.prepare(DRAIN).bind(destination, note.at, note.by, note.reason, rate), note);
}
