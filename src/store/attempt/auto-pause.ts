import { SUBJECTS } from "../../../schema/storage/subjects.ts";
import type { ControlChange } from "../../domain/attempt/auto-pause.ts";
import { kindText } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";

const COUNT = `
  INSERT INTO controls (destination, state, since, by, detail, failures, probe_at)
  VALUES (?1, iif(?2 <= 1, 'tripped', 'counting'), ?3, 'hub', ?5, 1, ?3 + ?4)
  ON CONFLICT (destination) DO UPDATE SET
    failures = failures + 1, detail = ?5,
    state = iif(state IN ('counting', 'draining') AND failures + 1 >= ?2, 'tripped', state),
    since = iif(state IN ('counting', 'draining') AND failures + 1 >= ?2, ?3, since),
    probe_at = iif(state IN ('counting', 'draining') AND failures + 1 >= ?2, ?3 + ?4, probe_at)
  WHERE state <> 'paused'`;

/** What it held back meanwhile is released, at the rate that an operator gave it before, if one did. */
const RECOVER = `
  UPDATE controls SET since = iif(state = 'tripped', ?2, since), moment = iif(state = 'tripped', ?2, moment), state = 'draining', failures = 0,
    probe_at = NULL
  WHERE destination = ?1 AND (state = 'tripped' OR state = 'draining' AND failures > 0)`;

const NOTE_TRIP = `
  INSERT INTO notes (subject_id, id, at, kind, "by", reason)
  SELECT ?1 || destination, ?2, since, ${kindText("trip")}, 'hub', detail FROM controls WHERE destination = ?3 AND state = 'tripped' AND since = ?4
  ON CONFLICT DO NOTHING`;

const NOTE_RECOVERY = `
  INSERT INTO notes (subject_id, id, at, kind, "by")
  SELECT ?1 || destination, ?2, ?4, ${kindText("recover")}, 'hub' FROM controls WHERE destination = ?3 AND state = 'tripped'
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
  const note = (sql: string) => d1.prepare(sql).bind(SUBJECTS.destination, nonce, control.destination, finishedAt);
  if (control.do === "count") {
    const { destination, after, probeMs } = control;
    return [d1.prepare(COUNT).bind(destination, after, finishedAt, probeMs, error?.message ?? null), note(NOTE_TRIP)];
  }
  const clear = d1.prepare("DELETE FROM controls WHERE destination = ?1 AND state = 'counting'").bind(control.destination);
  return [note(NOTE_RECOVERY), clear, d1.prepare(RECOVER).bind(control.destination, finishedAt)];
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
