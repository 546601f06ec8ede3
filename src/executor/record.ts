import type { Outcome } from "../../schema/contract/statuses.ts";
import { faultCode } from "../../schema/faults.ts";
import { CHAIN } from "../../schema/limits.ts";
import { messageOf } from "../../schema/message-of.ts";
import { configured, maxChainEventsOf } from "../bindings/configuration.ts";
import { enqueueRunsOrLog } from "../bindings/dispatch-queue.ts";
import type { Hub } from "../bindings/hub.ts";
import { logError } from "../bindings/log.ts";
import { answerInvalid, answerUnforeseen } from "../domain/attempt/answer.ts";
import { NOTHING } from "../domain/emit/plan-emit.ts";
import { runsOf } from "../domain/emit/receipts.ts";
import { type AttemptRecord, recordAttempt } from "../store/attempt/record-attempt.ts";
import { storeOf } from "../store/d1/stores.ts";
import { markLongChains, noteChainRefused } from "../store/emit/chain-length.ts";

/** Where a dispatch stands once an attempt is recorded. */
export type Stand = { readonly status: Outcome } | { readonly status: "ongoing"; readonly lookAgainAt: number };

/**
 * Writes an attempt down and starts the runs of what its reply emitted. Safe to repeat with the same record. Events of a reply that the
 * database will not take, for a reason that nobody foresaw, are left out and the record says so: an attempt that is not recorded would be made
 * again; so are those of a chain that takes no more, with a note. Throws `storage.unavailable` and `storage.full`, after which the same record may be written later.
 */
export async function record(hub: Hub, attempt: AttemptRecord): Promise<Stand> {
  try {
    return await write(hub, attempt);
  } catch (error) {
    const code = faultCode(error);
    if (code === "chain.too_long") await noteRefused(hub, attempt, messageOf(error));
    if (code === "key.conflict" || code === "chain.too_long")
      return await write(hub, withoutReply(attempt, answerInvalid(messageOf(error))));
    if (code !== undefined || attempt.followUps.events.length === 0) throw error;
    logError("record.write", error, { dispatchId: attempt.dispatchId, attempt: attempt.attempt });
    return await write(hub, withoutReply(attempt, answerUnforeseen("stored", error)));
  }
}

async function write(hub: Hub, attempt: AttemptRecord): Promise<Stand> {
  const { next, followUps } = attempt;
  const d1 = storeOf(hub.env, attempt.dispatchId);
  const configuration = await configured(hub.env);
  const maxChainEvents = configuration.ok ? maxChainEventsOf(configuration.value) : CHAIN.maxEvents;
  await markLongChains(d1, followUps, { limit: maxChainEvents, now: attempt.finishedAt });
  const { effect, known, paused } = await recordAttempt(d1, attempt, { maxChainEvents });
  if (effect !== "applied") return { status: "ongoing", lookAgainAt: 0 };
  const runs = runsOf(followUps, { known, paused, now: hub.now() });
  await enqueueRunsOrLog(hub.env.DISPATCH_QUEUE, runs, { door: "record.enqueue", dispatchId: attempt.dispatchId, runs: runs.length });
  return next.status === "ongoing" ? { status: "ongoing", lookAgainAt: next.dueAt } : { status: next.status };
}

/** The id of the note is that of an event which is not stored, so that it is noted once. */
async function noteRefused(hub: Hub, { dispatchId, followUps, nonce, finishedAt }: AttemptRecord, reason: string): Promise<void> {
  await noteChainRefused(storeOf(hub.env, dispatchId), dispatchId, { id: followUps.events[0]?.id ?? nonce, at: finishedAt, reason });
}

/** The attempt, had its reply been answered so: settled as failed, and nothing follows from it. */
export function withoutReply(attempt: AttemptRecord, { outcome, error }: ReturnType<typeof answerInvalid>): AttemptRecord {
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
