import { type RunView, type SettledStatus, STATUSES } from "../../schema/contract.ts";
import { CHECK } from "../../schema/limits.ts";

/** An overdue dispatch as far as its repair depends on it. Times in milliseconds. */
export interface Overdue {
  readonly dueAt: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  /** Restarts since the last recorded attempt. */
  readonly recoveries: number;
  /** When it first had to be repaired since then; null when it has not. */
  readonly overdueSince: number | null;
  /** Attempts cannot be made now, and need not be: its destination is paused, or the configuration cannot be read. */
  readonly held: boolean;
}

/** What the engine says of a run. */
export interface RunLook {
  readonly status: RunView["status"];
  /** What a run that is complete returned. */
  readonly output?: unknown;
}

/** Why a dispatch had to be repaired: the word in its notes and in figures. */
export type RepairCause = "never_started" | "vanished" | "asleep" | "stuck" | "unrecorded";

export type Repair =
  /** Not even a look at it was possible, or nothing can be said: the next sweep's. */
  | { readonly do: "leave" }
  /** Nothing is wrong, or it is not ours to mend. `afresh`: what went before says nothing about what comes after. */
  | { readonly do: "wait"; readonly checkAt: number; readonly afresh: boolean }
  /** It may be in the middle of its call, or asleep: waking does no harm. */
  | { readonly do: "nudge"; readonly checkAt: number }
  | { readonly do: "create" | "wake" | "restart"; readonly cause: RepairCause; readonly checkAt: number }
  /** The run ended and said how; only the record is missing. */
  | { readonly do: "settle"; readonly cause: RepairCause; readonly status: SettledStatus }
  | { readonly do: "lose"; readonly cause: RepairCause };

/**
 * Decides what to do about a dispatch that should have been looked at by now, from what is stored and what the engine says.
 * A run that lives is restarted only when waking it has not helped for as long as an attempt may take: a restart cancels a call.
 */
export function decideRepair({ overdue, run, now }: { overdue: Overdue; run: RunLook; now: number }): Repair {
  switch (run.status) {
    case "missing":
      return { do: "create", cause: overdue.attempts === 0 ? "never_started" : "vanished", checkAt: afterCall(overdue, now) };
    case "queued":
    case "paused":
    case "waitingForPause":
    case "rollingBack":
      return { do: "wait", checkAt: now + CHECK.heldMs, afresh: true };
    case "running":
    case "waiting":
      return aboutLiving(overdue, now);
    case "complete":
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

function aboutLiving(overdue: Overdue, now: number): Repair {
  const { dueAt, timeoutMs, overdueSince } = overdue;
  if (overdue.held) return { do: "wait", checkAt: now + CHECK.heldMs, afresh: true };
  if (now < dueAt) return { do: "wait", checkAt: dueAt + CHECK.graceMs, afresh: true };
  if (now < dueAt + timeoutMs) return { do: "nudge", checkAt: dueAt + timeoutMs + CHECK.graceMs };
  if (overdueSince === null) return { do: "wake", cause: "asleep", checkAt: afterCall(overdue, now) };
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
