import type { RunView } from "../../../schema/contract/dispatches.ts";
import type { RunLook } from "../../../src/domain/repair/repair.ts";
import type { AttemptRecord } from "../../../src/store/attempt/record-attempt.ts";

/** Where a run stands between two activations: what the engine has written down of it. */
type Place =
  | { readonly step: "sleep"; readonly until: number }
  | { readonly step: "deliver" }
  | { readonly step: "record"; readonly record: AttemptRecord };

export interface Run {
  status: Exclude<RunView["status"], "missing" | "unknown" | "waiting" | "rollingBack">;
  place: Place;
  /** What an earlier step left to be written: a restart can go on from there. */
  unrecorded: AttemptRecord | null;
  output: string | null;
  /** Activations of before are of no consequence any more. */
  epoch: number;
  /** Its callback is under way. */
  busy: boolean;
  /** When it wakes by itself; null when it does not: it is busy, over, or forgotten by its engine. */
  wakeAt: number | null;
  /** How often the engine has called the step since the run was started. */
  engineAttempt: number;
  /** Since when an operator holds it. */
  pausedAt: number | null;
  readonly createdAt: number;
}

export function newRun(now: number, dueAt: number): Run {
  return {
    status: "queued",
    place: dueAt > now ? { step: "sleep", until: dueAt } : { step: "deliver" },
    unrecorded: null,
    output: null,
    epoch: 0,
    busy: false,
    wakeAt: null,
    engineAttempt: 0,
    pausedAt: null,
    createdAt: now,
  };
}

/** What the engine says of a run: one that sleeps is said to be waiting, or, locally, running. */
export function lookOf(run: Run | null, local: boolean): RunLook {
  if (run === null) return { status: "missing" };
  if (run.status === "running" && !run.busy && !local) return { status: "waiting" };
  return { status: run.status, output: run.output };
}

export function isOver(run: Run): boolean {
  return run.status === "complete" || run.status === "errored" || run.status === "terminated";
}
