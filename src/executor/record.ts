import type { Outcome } from "../../schema/contract/statuses.ts";
import { faultCode } from "../../schema/faults.ts";
import { messageOf } from "../../schema/message-of.ts";
import { enqueueRunsOrLog } from "../bindings/dispatch-queue.ts";
import type { Hub } from "../bindings/hub.ts";
import { answerInvalid } from "../domain/attempt/answer.ts";
import { NOTHING } from "../domain/emit/plan-emit.ts";
import { runsOf } from "../domain/emit/receipts.ts";
import { type AttemptRecord, recordAttempt } from "../store/attempt/record-attempt.ts";
import { storeOf } from "../store/d1/stores.ts";

/** Where a dispatch stands once an attempt is recorded. */
export type Stand = { readonly status: Outcome } | { readonly status: "ongoing"; readonly lookAgainAt: number };

/** Writes an attempt down and starts the runs of what its reply emitted. Safe to repeat with the same record. */
export async function record(hub: Hub, attempt: AttemptRecord): Promise<Stand> {
  const { next, followUps } = attempt;
  try {
    const { effect, known } = await recordAttempt(storeOf(hub.env, attempt.dispatchId), attempt);
    if (effect !== "applied") return { status: "ongoing", lookAgainAt: 0 };
    const runs = runsOf(followUps, known);
    await enqueueRunsOrLog(hub.env.DISPATCH_QUEUE, runs, { door: "record.enqueue", dispatchId: attempt.dispatchId, runs: runs.length });
    return next.status === "ongoing" ? { status: "ongoing", lookAgainAt: next.dueAt } : { status: next.status };
  } catch (error) {
    if (faultCode(error) !== "key.conflict") throw error;
    return await record(hub, withInvalidReply(attempt, messageOf(error)));
  }
}

/** The same attempt, had its reply been refused. */
function withInvalidReply(attempt: AttemptRecord, why: string): AttemptRecord {
  const { outcome, error } = answerInvalid(why);
  return {
    ...attempt,
    outcome,
    error,
    next: { status: outcome, reason: error.message },
    followUps: NOTHING,
    config: null,
    // It answered: what is wrong is the reply.
    control: null,
  };
}
