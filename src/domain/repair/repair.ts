import type { RunView } from "../../../schema/contract/dispatches.ts";
import { type SettledStatus, STATUSES } from "../../../schema/contract/statuses.ts";
import { CHECK } from "../../../schema/limits.ts";
import { HELD } from "../../../schema/storage/messages.ts";

/** An overdue dispatch as far as its repair depends on it. Times in milliseconds. */
export interface Overdue {
  readonly dueAt: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  /** Restarts since the last recorded attempt. */
  readonly recoveries: number;
  /** Why its last attempt failed. */
  readonly reason: string | null;
  /** When it first had to be repaired since then; null when it has not. */
  readonly overdueSince: number | null;
  /** Attempts cannot be made now, and need not be: it is held back, or the configuration cannot be read. */
  readonly held: boolean;
}

/** What the engine says of a run. */
export interface RunLook {
  readonly status: RunView["status"];
  /** What a run that is complete returned. */
  readonly output?: unknown;
}

/** Why a dispatch had to be repaired: the word in its notes and in figures. */
export type RepairCause = "never_started" | "vanished" | "late" | "stuck" | "unrecorded";

export type Repair =
  /** Not even a look at it was possible, or nothing can be said: the next sweep's. */
  | { readonly do: "leave" }
  /** Nothing is wrong, or it is not ours to mend. `afresh`: what went before says nothing about what comes after. */
  | { readonly do: "wait"; readonly checkAt: number; readonly afresh: boolean }
  /** It may be in the middle of its call, in the platform's queue, or asleep: waking does no harm. No repair yet. */
  | { readonly do: "nudge"; readonly cause: "late"; readonly checkAt: number; readonly afresh: boolean }
  /** Its run ended because it was held back, which it is no more. Nothing was wrong. */
  | { readonly do: "start_over"; readonly checkAt: number }
  | { readonly do: "create" | "wake" | "restart"; readonly cause: RepairCause; readonly checkAt: number }
  /** The run ended and said how; only the record is missing. */
  | { readonly do: "settle"; readonly cause: RepairCause; readonly status: SettledStatus }
  | { readonly do: "lose"; readonly cause: RepairCause };

/** How a dispatch stands once a repair is claimed. Restarts are counted when they were made, not when they were meant. */
export type RepairedState =
  | { readonly status: "ongoing"; readonly checkAt: number; readonly recoveries: number; readonly overdueSince: number | null }
  | { readonly status: SettledStatus; readonly settledAt: number; readonly reason: string | null };

/** What a repair makes of a dispatch. */
export function repairedState(overdue: Overdue, decided: Exclude<Repair, { do: "leave" }>, now: number): RepairedState {
  const { recoveries, overdueSince, attempts } = overdue;
  switch (decided.do) {
    case "wait":
    case "nudge": {
      const kept = decided.afresh ? { recoveries: 0, overdueSince: null } : { recoveries, overdueSince };
      return { status: "ongoing", checkAt: decided.checkAt, ...kept };
    }
    case "start_over":
      return { status: "ongoing", checkAt: decided.checkAt, recoveries: 0, overdueSince: null };
    case "create":
    case "wake":
    case "restart":
      return { status: "ongoing", checkAt: decided.checkAt, recoveries, overdueSince: lateSince(overdue, now) };
    case "settle":
      return { status: decided.status, settledAt: now, reason: reasonOf(overdue, decided.status) };
    case "lose": {
      const reason = `${decided.cause}: given up after ${recoveries} restarts, the last attempt recorded was ${attempts}`;
      return { status: "lost", settledAt: now, reason };
    }
    default:
      return decided satisfies never;
  }
}

/** A dispatch whose run was lost before its time is not late yet. */
function lateSince({ dueAt, overdueSince }: Overdue, now: number): number | null {
  return dueAt > now ? null : (overdueSince ?? now);
}

/** Why the last attempt failed is no word about how a later one ended well. */
function reasonOf({ reason }: Overdue, status: SettledStatus): string | null {
  return status === "complete" || status === "ignored" ? null : reason;
}

/**
 * When a repair that failed is tried again: after as long as the dispatch is late by now, so that its notes stay few, and not before an
 * attempt can be over, since a restart may have been made although it was reported failed.
 */
export function againAt({ dueAt, timeoutMs }: Overdue, now: number): number {
  return now + Math.max(CHECK.sweptMs, timeoutMs + CHECK.graceMs, Math.min(now - dueAt, CHECK.maxPaceMs));
}

/**
 * Decides what to do about a dispatch that should have been looked at by now, from what is stored and what the engine says.
 * A run that lives is restarted only when waking it has not helped for as long as an attempt may take: a restart cancels a call.
 */
export function decideRepair({ overdue, run, now }: { overdue: Overdue; run: RunLook; now: number }): Repair {
  if (overdue.held) return { do: "leave" };
  switch (run.status) {
    case "missing":
      return { do: "create", cause: overdue.attempts === 0 ? "never_started" : "vanished", checkAt: afterCall(overdue, now) };
    case "queued":
      return now >= overdue.dueAt ? nudgeInQueue(overdue, now) : notNow(overdue);
    case "paused":
    case "waitingForPause":
    case "rollingBack":
      return { do: "wait", checkAt: now + CHECK.heldMs, afresh: true };
    case "running":
    case "waiting":
      return aboutLiving(overdue, now);
    case "complete":
      if (run.output === HELD) return { do: "start_over", checkAt: afterCall(overdue, now) };
      return isSettledStatus(run.output)
        ? { do: "settle", cause: "unrecorded", status: run.output }
        : restartOrLose(overdue, "unrecorded", now);
    case "errored":
    case "terminated":
      return restartOrLose(overdue, "unrecorded", now);
    case "unknown":
      return { do: "leave" };
    default:
      return run.status satisfies never;
  }
}

function notNow({ dueAt }: Overdue): Repair {
  return { do: "wait", checkAt: dueAt + CHECK.graceMs, afresh: true };
}

/** How long a run is queued is the platform's business; whether it was woken is ours: looked at again soon, then less and less often. */
function nudgeInQueue({ dueAt, timeoutMs }: Overdue, now: number): Repair {
  const again = Math.min(Math.max(now - dueAt, timeoutMs + CHECK.graceMs), CHECK.heldMs);
  return { do: "nudge", cause: "late", checkAt: now + again, afresh: true };
}

function aboutLiving(overdue: Overdue, now: number): Repair {
  const { dueAt, timeoutMs, overdueSince } = overdue;
  if (now < dueAt) return notNow(overdue);
  const inTime = dueAt + timeoutMs + CHECK.graceMs;
  if (now < inTime) return { do: "nudge", cause: "late", checkAt: inTime, afresh: false };
  if (overdueSince === null) return { do: "wake", cause: "late", checkAt: afterCall(overdue, now) };
  const helpedBy = overdueSince + timeoutMs + CHECK.graceMs;
  return now < helpedBy ? { do: "wait", checkAt: helpedBy, afresh: false } : restartOrLose(overdue, "stuck", now);
}

function restartOrLose(overdue: Overdue, cause: RepairCause, now: number): Repair {
  const { recoveries, overdueSince } = overdue;
  if (recoveries >= CHECK.maxRecoveries && now - (overdueSince ?? now) >= CHECK.giveUpMs) return { do: "lose", cause };
  const pace = Math.min(CHECK.firstPaceMs * 2 ** recoveries, CHECK.maxPaceMs);
  return { do: "restart", cause, checkAt: Math.max(now + pace, afterCall(overdue, now)) };
}

/** When an attempt that is made as soon as it may be is over, with its record. */
function afterCall({ dueAt, timeoutMs }: Overdue, now: number): number {
  return dueAt > now ? dueAt + CHECK.graceMs : now + timeoutMs + CHECK.graceMs;
}

function isSettledStatus(output: unknown): output is SettledStatus {
  return output !== "ongoing" && (STATUSES as readonly unknown[]).includes(output);
}
