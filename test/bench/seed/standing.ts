import { destinationSubject, SUBJECTS } from "../../../schema/storage/subjects.ts";
import type { StoredBulk, StoredNote } from "../../../schema/storage/tables.ts";
import type { Random } from "../../chaos/random.ts";
import { idAt } from "./draw.ts";
import type { Redriving } from "./rows.ts";

/** A destination that is held back. */
interface Control {
  readonly destination: string;
  readonly state: "paused" | "tripped";
  readonly since: number;
  readonly by: string;
  readonly detail: string;
  readonly failures: number;
  readonly probeAt: number | null;
  readonly rate: null;
  readonly moment: null;
}

/** What is stored beside events and dispatches. */
export interface Standing {
  readonly controls: readonly Control[];
  readonly notes: readonly StoredNote[];
  readonly bulks: readonly StoredBulk[];
}

const MINUTE_MS = 60_000;

export function standingOf({ now, bulks, random }: { now: number; bulks: readonly Redriving[]; random: Random }): Standing {
  const paused: Control = {
    destination: "analytics",
    state: "paused",
    since: now - 35 * MINUTE_MS,
    by: "grace",
    detail: "the collector is being moved",
    failures: 0,
    probeAt: null,
    rate: null,
    moment: null,
  };
  const tripped: Control = {
    destination: "carriers",
    state: "tripped",
    since: now - 12 * MINUTE_MS,
    by: "hub",
    detail: "the carrier answered 504 Gateway Timeout",
    failures: 14,
    probeAt: now + MINUTE_MS,
    rate: null,
    moment: null,
  };
  const controls = [paused, tripped];
  return {
    controls,
    notes: [...controls.map((control) => holdNote(control, random)), ...undeliverableNotes(now, random)],
    bulks: [...bulks.map(finished), stoppedBulk(now, random)],
  };
}

/** As src/store/pause/controls.ts writes them. */
function holdNote({ destination, state, since, by, detail }: Control, random: Random): StoredNote {
  const kind = state === "paused" ? "pause" : "trip";
  return { subjectId: destinationSubject(destination), id: idAt(since, random), at: since, kind, by, reason: detail, detail: null };
}

/** As src/reconciler/undeliverable-message.ts writes them. */
function undeliverableNotes(now: number, random: Random): StoredNote[] {
  return [9, 31].map((hours) => {
    const at = now - hours * 60 * MINUTE_MS;
    const detail = JSON.stringify({ messageId: idAt(at, random), body: { hello: "hub" } });
    const reason = 'malformed message: kind: expected "start" or "reconcile" or "emit"';
    return { subjectId: SUBJECTS.undeliverable, id: idAt(at, random), at, kind: "undeliverable", by: "queue", reason, detail };
  });
}

function finished({ bulk, done }: Redriving): StoredBulk {
  return { ...bulk, done, endedAt: bulk.startedAt + 300 + done };
}

function stoppedBulk(now: number, random: Random): StoredBulk {
  const startedAt = now - 100 * MINUTE_MS;
  const filter = JSON.stringify({ destination: "email", to: startedAt });
  const asked = { by: "linus", reason: "nobody reads them", options: "{}", filter };
  return { id: idAt(startedAt, random), kind: "cancel", state: "stopped", done: 0, startedAt, endedAt: startedAt + 900, ...asked };
}
