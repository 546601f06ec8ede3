import type { Policy } from "../../../schema/config/policy.ts";
import type { Outcome, SettledStatus, Status } from "../../../schema/contract/statuses.ts";
import { CHECK } from "../../../schema/limits.ts";
import type { Answer } from "./answer.ts";
import type { Control } from "./auto-pause.ts";
import { mayNotAttempt } from "./held.ts";
import { misconfiguredDelayMs, retryDelayMs } from "./retry-delay.ts";

/** An execution as far as decisions need it, in the order of attempts. */
export interface PastAttempt {
  readonly outcome: Outcome;
  readonly startedAt: number;
}

/** An execution with its ordinal. */
export interface RecordedAttempt extends PastAttempt {
  readonly attempt: number;
}

/** What a run does when it looks at its dispatch. */
export type Look =
  | { readonly do: "stop"; readonly status: SettledStatus }
  | { readonly do: "wait"; readonly ms: number }
  /** It ends: nothing is attempted for now, and whoever releases the dispatch starts it over. */
  | { readonly do: "hold" }
  | { readonly do: "call"; readonly attempt: number };

/**
 * Decides what a look at a dispatch leads to. The ordinal follows the last that is recorded, never what the engine counts: an engine that
 * restarted, or woke early, neither skips an attempt nor makes one too soon. It is not their number: where one is missing, as after a database
 * was put back by a moment, that would be an ordinal that is taken, whose answer is discarded and the call made again without end.
 */
export function decideLook(params: {
  status: Status;
  dueAt: number;
  control: Control | null;
  past: readonly RecordedAttempt[];
  now: number;
}): Look {
  const { status, dueAt, control, past, now } = params;
  if (status !== "ongoing") return { do: "stop", status };
  if (dueAt > now) return { do: "wait", ms: dueAt - now };
  if (mayNotAttempt(control, dueAt)) return { do: "hold" };
  return { do: "call", attempt: (past.at(-1)?.attempt ?? 0) + 1 };
}

/** Where an answer leaves the dispatch. */
export type Next =
  | { readonly status: Outcome; readonly reason: string | null }
  | { readonly status: "ongoing"; readonly reason: string | null; readonly dueAt: number; readonly checkAt: number };

/** Decides what follows from an answer. `random`: from [0, 1), for jitter. `now`: when the answer was in. */
export function decideNext(params: {
  policy: Policy;
  past: readonly PastAttempt[];
  answer: Answer;
  startedAt: number;
  now: number;
  random: number;
}): Next {
  const { answer } = params;
  switch (answer.outcome) {
    case "complete":
    case "ignored":
      return { status: answer.outcome, reason: null };
    case "failed":
      return afterFailure({ ...params, answer });
    case "misconfigured":
      return afterMisconfigured({ ...params, answer });
    default:
      return answer satisfies never;
  }
}

type After<Kind extends Outcome> = Parameters<typeof decideNext>[0] & { answer: Extract<Answer, { outcome: Kind }> };

function afterFailure({ policy, past, answer, now, random }: After<"failed">): Next {
  const reason = answer.error.message;
  const failures = past.filter((attempt) => attempt.outcome === "failed").length + 1;
  if (!answer.retryable || failures > policy.retry.limit) return { status: "failed", reason };
  return again(now, answer.retryAfterMs ?? retryDelayMs(policy.retry, failures, random), policy, reason);
}

function afterMisconfigured({ policy, past, answer, startedAt, now }: After<"misconfigured">): Next {
  const reason = answer.error.message;
  const streak = past.slice(past.findLastIndex((attempt) => attempt.outcome !== "misconfigured") + 1);
  const wait = misconfiguredDelayMs(policy.misconfigured, streak.length + 1);
  const waited = patienceUsed(policy, [...streak.map((one) => one.startedAt), startedAt]);
  if (waited + wait > policy.misconfigured.forMs) return { status: "misconfigured", reason };
  return again(now, wait, policy, reason);
}

/** Adds up what was waited between these attempts, as far as it was meant: a pause uses up no patience, nor does being run early. */
function patienceUsed({ misconfigured }: Policy, startedAt: readonly number[]): number {
  const waits = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? at));
  return waits.reduce((sum, wait, index) => sum + Math.min(wait, misconfiguredDelayMs(misconfigured, index + 1)), 0);
}

function again(now: number, waitMs: number, policy: Policy, reason: string): Next {
  const dueAt = now + waitMs;
  return { status: "ongoing", reason, dueAt, checkAt: dueAt + policy.timeoutMs + CHECK.graceMs };
}
