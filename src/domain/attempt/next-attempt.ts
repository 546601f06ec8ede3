import type { Policy } from "../../../schema/config/policy.ts";
import type { Outcome, SettledStatus, Status } from "../../../schema/contract/statuses.ts";
import { CHECK, CONTROL } from "../../../schema/limits.ts";
import type { Answer } from "./answer.ts";
import { misconfiguredDelayMs, retryDelayMs } from "./retry-delay.ts";

/** An execution as far as decisions need it, in the order of attempts. */
export interface PastAttempt {
  readonly outcome: Outcome;
  readonly startedAt: number;
}

/** What a run does when it looks at its dispatch. */
export type Look =
  | { readonly do: "stop"; readonly status: SettledStatus }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "call"; readonly attempt: number };

/**
 * Decides what a look at a dispatch leads to. The ordinal counts what is recorded, never what the engine counts:
 * an engine that restarted, or woke early, neither skips an attempt nor makes one too soon.
 */
export function decideLook(params: { status: Status; dueAt: number; paused: boolean; past: readonly PastAttempt[]; now: number }): Look {
  if (params.status !== "ongoing") return { do: "stop", status: params.status };
  if (params.dueAt > params.now) return { do: "wait", ms: params.dueAt - params.now };
  if (params.paused) return { do: "wait", ms: CONTROL.lookMs };
  return { do: "call", attempt: params.past.length + 1 };
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
  const since = streak[0]?.startedAt ?? startedAt;
  const wait = misconfiguredDelayMs(policy.misconfigured, streak.length + 1);
  if (now + wait > since + policy.misconfigured.forMs) return { status: "misconfigured", reason };
  return again(now, wait, policy, reason);
}

function again(now: number, waitMs: number, policy: Policy, reason: string): Next {
  const dueAt = now + waitMs;
  return { status: "ongoing", reason, dueAt, checkAt: dueAt + policy.timeoutMs + CHECK.graceMs };
}
