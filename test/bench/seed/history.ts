import type { Policy } from "../../../schema/config/policy.ts";
import type { StoredExecution } from "../../../schema/storage/tables.ts";
import type { Answer } from "../../../src/domain/attempt/answer.ts";
import { decideNext, type Next, type PastAttempt } from "../../../src/domain/attempt/next-attempt.ts";
import type { DispatchRow } from "../../../src/domain/emit/plan-emit.ts";
import type { Random } from "../../chaos/random.ts";
import { fraction, idAt, longTail } from "./draw.ts";
import { COMPLETE, failedFor, IGNORED, lastingFailure, passingFailure, WITHOUT_HANDLE } from "./failures.ts";
import type { Fate } from "./fates.ts";
import { cancelled, lost, repairedLate } from "./interventions.ts";
import type { History } from "./rows.ts";

export interface Circumstances {
  readonly random: Random;
  /** Nothing has happened after this. */
  readonly now: number;
}

const HOUR_MS = 3_600_000;
/** Long enough for whatever uses the state: what is due earlier, the hub would start to repair. */
const DUE_IN_MS = [6 * HOUR_MS, 72 * HOUR_MS] as const;

/** The history of a dispatch that came to this; one that would not be over by now has completed at once instead. */
export function historyOf(owed: DispatchRow, fate: Fate, given: Circumstances): History {
  const history = historyWith(owed, fate, given);
  const isOver = history.dispatch.settledAt !== null && history.dispatch.settledAt <= given.now;
  const isAhead =
    fate === "waiting" && history.executions.length > 0 && history.executions.every(({ finishedAt }) => finishedAt <= given.now);
  return isOver || isAhead || fate === "scheduled" ? history : completeAtOnce(owed, given);
}

function historyWith(owed: DispatchRow, fate: Fate, given: Circumstances): History {
  const { random, now } = given;
  const { destination } = owed;
  const passing = () => passingFailure(destination, random);
  switch (fate) {
    case "complete":
      return random.chance(0.002)
        ? repairedLate(completeAtOnce({ ...owed, dueAt: owed.dueAt + 67_000 }, given), { owed, random })
        : attempted(owed, [...failuresBefore(owed, random), COMPLETE], given);
    case "ignored":
      return attempted(owed, [IGNORED], given);
    case "failed":
      return attempted(owed, Array<Answer>(20).fill(lastingFailure(destination, random)), given);
    case "misconfigured":
      return attempted(owed, Array<Answer>(20).fill(WITHOUT_HANDLE), given);
    case "lost":
      return lost(notAttempted(owed), random);
    case "cancelled":
      return cancelled(random.chance(0.5) ? notAttempted(owed) : attempted(owed, [passing()], given), random);
    case "scheduled": {
      const dueAt = now + random.int(...DUE_IN_MS);
      return notAttempted({ ...owed, dueAt, checkAt: dueAt + 60_000 });
    }
    case "waiting":
      return attempted(owed, [failedFor(now + random.int(...DUE_IN_MS) - owed.dueAt)], given);
    default:
      return fate satisfies never;
  }
}

function completeAtOnce(owed: DispatchRow, given: Circumstances): History {
  return attempted(owed, [COMPLETE], given);
}

/** Most complete at the first attempt. */
function failuresBefore({ destination, policy }: DispatchRow, random: Random): Answer[] {
  if (!random.chance(0.07)) return [];
  const { limit } = (JSON.parse(policy) as Policy).retry;
  return Array.from({ length: Math.min(limit, random.int(1, 3)) }, () => passingFailure(destination, random));
}

function notAttempted(owed: DispatchRow): History {
  const rest = { attempts: 0, recoveries: 0, settledAt: null, reason: null, redriveOf: null, overdueSince: null, superseded: 0 } as const;
  return { dispatch: { status: "ongoing", ...owed, ...rest }, executions: [], notes: [] };
}

/** As the hub decides, until it settles or there are no more answers. */
function attempted(owed: DispatchRow, answers: readonly Answer[], { random }: Circumstances): History {
  const policy = JSON.parse(owed.policy) as Policy;
  const past: PastAttempt[] = [];
  const executions: StoredExecution[] = [];
  let history = notAttempted(owed);
  for (const [index, answer] of answers.entries()) {
    const startedAt = history.dispatch.dueAt + longTail(120, random);
    const finishedAt = startedAt + durationOf(answer, random);
    const next = decideNext({ policy, past, answer, startedAt, now: finishedAt, random: fraction(random) });
    const error = "error" in answer ? JSON.stringify(answer.error) : null;
    const nonce = idAt(startedAt, random);
    executions.push({ dispatchId: owed.id, attempt: index + 1, nonce, outcome: answer.outcome, startedAt, finishedAt, error });
    past.push({ outcome: answer.outcome, startedAt });
    history = { ...history, executions, dispatch: { ...history.dispatch, attempts: index + 1, ...stateOf(next, history, finishedAt) } };
    if (next.status !== "ongoing") break;
  }
  return history;
}

function stateOf(next: Next, { dispatch }: History, finishedAt: number) {
  const { status, reason } = next;
  return next.status === "ongoing"
    ? { status, reason, dueAt: next.dueAt, checkAt: next.checkAt, settledAt: null }
    : { status, reason, dueAt: dispatch.dueAt, checkAt: null, settledAt: finishedAt };
}

function durationOf(answer: Answer, random: Random): number {
  if (answer.outcome === "misconfigured") return random.int(2, 9);
  const timeout = answer.outcome === "failed" && answer.error.name === "Timeout" ? /(\d+) ms/.exec(answer.error.message)?.[1] : undefined;
  return timeout === undefined ? longTail(80, random) : Number(timeout) + random.int(1, 20);
}
