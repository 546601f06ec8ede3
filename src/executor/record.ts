import type { Outcome } from "../../schema/contract/statuses.ts";
import { faultCode } from "../../schema/faults.ts";
import { CHAIN } from "../../schema/limits.ts";
import { messageOf } from "../../schema/message-of.ts";
import { configured, maxChainEventsOf } from "../bindings/configuration.ts";
import { enqueueRunsOrLog } from "../bindings/dispatch-queue.ts";
import type { Hub } from "../bindings/hub.ts";
import { logError } from "../bindings/log.ts";
import { answerInvalid, answerUnforeseen, type RecordedError } from "../domain/attempt/answer.ts";
import { NOTHING } from "../domain/emit/plan-emit.ts";
import { runsOf } from "../domain/emit/receipts.ts";
import { type AttemptRecord, recordAttempt } from "../store/attempt/record-attempt.ts";
import { storeOf } from "../store/d1/stores.ts";
import { markLongChains, noteChainRefused } from "../store/emit/chain-length.ts";

/** Where a dispatch stands once an attempt is recorded. */
export type Stand = { readonly status: Outcome } | { readonly status: "ongoing"; readonly lookAgainAt: number };

/**
 * Tries of the `record` step, 30 s apart, for which a refusal that nobody foresaw may be the database's bad moment: after so many it is what is
 * written that it will never take.
 */
const PATIENT_TRIES = 3;

/**
 * Writes an attempt down and starts the runs of what its reply emitted. Safe to repeat with the same record. `tries`: how often that was tried,
 * this time included. Events of a chain that takes no more are left out, with a note. A record that the database goes on refusing, for a reason
 * that nobody foresaw, is written without the events of its reply, and when that is refused too, without any text that is not ours: an attempt
 * that is not recorded would be made again. Throws what the database said while the same record may be written later: `storage.unavailable`,
 * `storage.full`, and a refusal in the first three tries.
 */
export async function record(hub: Hub, attempt: AttemptRecord, { tries } = { tries: 1 }): Promise<Stand> {
  for (let given = attempt; ; ) {
    try {
      return await write(hub, given);
    } catch (error) {
      if (faultCode(error) === "chain.too_long") await noteRefused(hub, given, { reason: messageOf(error), tries });
      const simpler = simplerThan(given, error, tries);
      if (simpler === undefined) throw error;
      if (faultCode(error) === undefined) logError("record.write", error, { dispatchId: attempt.dispatchId, attempt: attempt.attempt });
      given = simpler;
    }
  }
}

/** What to write instead; `undefined`: nothing else, now. */
function simplerThan(attempt: AttemptRecord, error: unknown, tries: number): AttemptRecord | undefined {
  const code = faultCode(error);
  if (code === "key.conflict" || code === "chain.too_long") return withoutReply(attempt, answerInvalid(messageOf(error)));
  if (code !== undefined || tries <= PATIENT_TRIES) return undefined;
  if (attempt.followUps.events.length > 0) return withoutReply(attempt, answerUnforeseen("stored", error));
  return isBare(attempt) ? undefined : bare(attempt);
}

const LEFT_OUT: RecordedError = {
  name: "UnforeseenError",
  message: "the database refused the record of this attempt: its error is left out",
};

/** The outcome and what follows from it, and no text that came from outside. */
function bare(attempt: AttemptRecord): AttemptRecord {
  const { next } = attempt;
  return {
    ...attempt,
    error: attempt.error && LEFT_OUT,
    next: { ...next, reason: next.reason === null ? null : LEFT_OUT.message },
    odd: undefined,
    control: null,
  };
}

function isBare({ error, odd, control }: AttemptRecord): boolean {
  return odd === undefined && control == null && (error === null || error.message === LEFT_OUT.message);
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

/**
 * The id of the note is that of an event which is not stored, so that it is noted once. A note that the database goes on refusing, for a reason
 * that nobody foresaw, must not keep the attempt from being recorded.
 */
async function noteRefused(hub: Hub, attempt: AttemptRecord, { reason, tries }: { reason: string; tries: number }): Promise<void> {
  const { dispatchId, followUps, nonce, finishedAt } = attempt;
  try {
    await noteChainRefused(storeOf(hub.env, dispatchId), dispatchId, { id: followUps.events[0]?.id ?? nonce, at: finishedAt, reason });
  } catch (error) {
    if (faultCode(error) !== undefined || tries <= PATIENT_TRIES) throw error;
    logError("record.note", error, { dispatchId, attempt: attempt.attempt });
  }
}

/** An attempt with nothing that was decided about it. */
type AttemptBase = Pick<AttemptRecord, "dispatchId" | "attempt" | "nonce" | "startedAt" | "finishedAt" | "odd">;

/** The attempt, had its reply been answered so: settled as failed, and nothing follows from it. */
export function withoutReply(attempt: AttemptBase, { outcome, error }: ReturnType<typeof answerInvalid>): AttemptRecord {
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
