import { CHECK, QUEUE } from "../../../schema/limits.ts";
import { chunks } from "../../../src/domain/base/chunks.ts";
import type { Account } from "./account.ts";
import type { Agenda } from "./agenda.ts";
import type { Allowance } from "./allowance.ts";
import type { Counts } from "./counts.ts";
import type { CheckIndex, Dispatch } from "./dispatch.ts";
import type { Assumptions, Executor, Load } from "./load.ts";
import { EXPRESS_IDS, ROWS } from "./platform.ts";
import type { DispatchQueue } from "./queue.ts";
import type { Server } from "./server.ts";

/** What of the hub's code can be otherwise. */
export interface Mended {
  /** What was refused of all messages of a batch goes back in as few as possible; else each message by itself. */
  readonly merge: boolean;
  /** Pages of `CHECK.sweepPage` that a sweep takes at most. */
  readonly sweepPages: number;
}

/** The hub as it is. */
export const AS_IT_IS: Mended = { merge: true, sweepPages: CHECK.sweepPages };

/** A hub in the model, with what it shares. */
export interface Hub extends Assumptions {
  readonly agenda: Agenda;
  readonly random: () => number;
  readonly counts: Counts;
  readonly account: Account;
  readonly creations: Allowance;
  readonly database: Server;
  readonly checks: CheckIndex;
  readonly queue: DispatchQueue;
  readonly executor: Exclude<Executor, "object">;
  readonly load: Load;
  readonly mended: Mended;
}

/** A read by primary key, of so many rows. */
export function read(hub: Hub, rows: number, done: () => void, refused: () => void): void {
  hub.database.serve(hub.pace.readMs + rows * hub.pace.rowMs, done, refused);
}

/** A transaction that writes so many rows. */
export function write(hub: Hub, rows: number, done: () => void, refused: () => void): void {
  const { database, pace, counts } = hub;
  const written = () => {
    counts.rows += rows;
    done();
  };
  database.serve(pace.writeMs + rows * pace.rowMs, written, refused);
}

/** A call to `emit()`: a transaction, then the queue. What the database does not take within its time is refused. */
export function emit(hub: Hub): void {
  const { agenda, counts, load } = hub;
  const { eventsPerCall, dispatchesPerEvent } = load;
  const emittedAt = agenda.now();
  const owed = eventsPerCall * dispatchesPerEvent;
  const stored = () => {
    counts.acceptedEvents += eventsPerCall;
    counts.accepted += owed;
    counts.unstarted += owed;
    counts.mostUnstarted = Math.max(counts.mostUnstarted, counts.unstarted);
    const dispatches = Array.from({ length: owed }, () => newDispatch(emittedAt));
    for (const dispatch of dispatches) hub.checks.set(dispatch, emittedAt + CHECK.graceMs);
    // A send that is refused is lost: the sweep finds what was never started.
    enqueue(hub, dispatches);
  };
  const refused = () => {
    counts.refusedEvents += eventsPerCall;
  };
  write(hub, eventsPerCall * ROWS.event + owed * ROWS.dispatch, stored, refused);
}

function newDispatch(emittedAt: number): Dispatch {
  const row = { dueAt: emittedAt, checkAt: 0, attempts: 0, recoveries: 0, overdueSince: null, isSettled: false };
  return { emittedAt, ...row, run: "missing", epoch: 0 };
}

/** Puts dispatches on the queue to be started. `false`: some were refused. */
export function enqueue(hub: Hub, dispatches: readonly Dispatch[], delayMs = 0): boolean {
  if (dispatches.length === 0) return true;
  const size = hub.executor === "express" ? EXPRESS_IDS : QUEUE.idsPerMessage;
  const parts = dispatches.length <= size ? [dispatches] : chunks(dispatches, size);
  return parts.map((part) => hub.queue.send({ kind: "start", tries: 0, dispatches: part }, delayMs)).every((sent) => sent);
}
