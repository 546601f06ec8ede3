import { CHECK, CONTROL } from "../../../schema/limits.ts";
import type { ControlChange } from "../../domain/attempt/auto-pause.ts";
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

/** A call that began before the destination was held back may still be under way: its dispatch keeps its moment. */
const BACKLOG = `
  SELECT id FROM dispatches INDEXED BY dispatches_check
  WHERE status = 'ongoing' AND destination = ?1 AND id > ?2 AND due_at < ?3 AND (due_at >= ?4 OR ?4 + (policy ->> 'timeoutMs') < ?5)
  ORDER BY id LIMIT ?6`;

/** A piece of what a destination is owed and has no moment of its own after `from`, in the order of emission, beyond an id. */
export async function readBacklog(
  d1: D1Database,
  of: { destination: string; beyond: string; from: number; heldSince: number; now: number; limit: number },
): Promise<string[]> {
  const select = d1.prepare(BACKLOG).bind(of.destination, of.beyond, of.from, of.heldSince, of.now, of.limit);
  return (await withStorage(d1, () => select.all<{ id: string }>())).results.map(({ id }) => id);
}

const GIVE_MOMENTS = `
  UPDATE dispatches SET due_at = moment.due, check_at = moment.due + ?2
  FROM (SELECT value ->> 'id' AS id, value ->> 'dueAt' AS due FROM json_each(?1)) AS moment
  WHERE dispatches.id = moment.id AND status = 'ongoing'`;

/** Says when each is due. Run again it says the same. */
export async function giveMoments(d1: D1Database, moments: readonly { readonly id: string; readonly dueAt: number }[]): Promise<void> {
  const give = d1.prepare(GIVE_MOMENTS).bind(JSON.stringify(moments), CHECK.graceMs);
  await withStorage(d1, () => give.run());
}

const COUNT = `
  INSERT INTO controls (destination, state, since, by, detail, failures, probe_at)
  VALUES (?1, iif(?2 <= 1, 'tripped', 'counting'), ?3, 'hub', ?5, 1, ?3 + ?4)
  ON CONFLICT (destination) DO UPDATE SET
    failures = failures + 1, detail = ?5,
    state = iif(state = 'counting' AND failures + 1 >= ?2, 'tripped', state),
    since = iif(state = 'counting' AND failures + 1 >= ?2, ?3, since),
    probe_at = iif(state = 'counting' AND failures + 1 >= ?2, ?3 + ?4, probe_at)
  WHERE state <> 'paused'`;

const NOTE_TRIP = `
  INSERT INTO notes (subject_id, id, at, kind, "by", reason)
  SELECT ?1 || destination, ?2, since, 'trip', 'hub', detail FROM controls WHERE destination = ?3 AND state = 'tripped' AND since = ?4
  ON CONFLICT DO NOTHING`;

const NOTE_RECOVERY = `
  INSERT INTO notes (subject_id, id, at, kind, "by")
  SELECT ?1 || destination, ?2, ?4, 'recover', 'hub' FROM controls WHERE destination = ?3 AND state = 'tripped'
  ON CONFLICT DO NOTHING`;

interface ControlledRecord {
  readonly control?: ControlChange | null | undefined;
  readonly nonce: string;
  readonly finishedAt: number;
  readonly error: { readonly message: string } | null;
}

/** Writes down what an attempt says of its destination, in the transaction of its record. */
export function controlStatements(d1: D1Database, { control, nonce, finishedAt, error }: ControlledRecord): D1PreparedStatement[] {
  if (control == null) return [];
  const note = (sql: string) => d1.prepare(sql).bind(CONTROL.subject, nonce, control.destination, finishedAt);
  if (control.do === "count") {
    const { destination, after, probeMs } = control;
    return [d1.prepare(COUNT).bind(destination, after, finishedAt, probeMs, error?.message ?? null), note(NOTE_TRIP)];
  }
  const clear = d1.prepare("DELETE FROM controls WHERE destination = ?1 AND state <> 'paused'").bind(control.destination);
  return [note(NOTE_RECOVERY), clear];
}

const CLAIM_PROBE = "UPDATE controls SET probe_at = ?3 WHERE destination = ?1 AND state = 'tripped' AND probe_at IS ?2";

/** Takes the attempt that finds out whether a destination works again. `false`: somebody else has it. */
export async function claimProbe(
  d1: D1Database,
  { destination, probeAt, until }: { destination: string; probeAt: number | null; until: number },
): Promise<boolean> {
  const claim = d1.prepare(CLAIM_PROBE).bind(destination, probeAt, until);
  return (await withStorage(d1, () => claim.run())).meta.changes > 0;
}
