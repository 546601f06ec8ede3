import { type AutoPause, probeMs } from "../../schema/config/auto-pause.ts";
import type { Delivery } from "../../schema/contract/delivery.ts";
import { CHECK, MINUTE_MS, WORKFLOW } from "../../schema/limits.ts";
import { HELD } from "../../schema/storage/messages.ts";
import { type Configuration, configured } from "../bindings/configuration.ts";
import { callDestination } from "../bindings/destination.ts";
import type { Hub } from "../bindings/hub.ts";
import { logError } from "../bindings/log.ts";
import { type Answer, answerUnforeseen } from "../domain/attempt/answer.ts";
import { afterLostProbe, decideControl, decideProbe } from "../domain/attempt/auto-pause.ts";
import { causeOf, planFollowUps } from "../domain/attempt/follow-ups.ts";
import { decideLook, decideNext } from "../domain/attempt/next-attempt.ts";
import { byteLength } from "../domain/base/byte-length.ts";
import { claimProbe } from "../store/attempt/auto-pause.ts";
import { type LoadedAttempt, loadAttempt } from "../store/attempt/load-attempt.ts";
import type { AttemptRecord } from "../store/attempt/record-attempt.ts";
import { storeOf } from "../store/d1/stores.ts";
import { configRow } from "../store/emit/configs.ts";
import { handOver, resultOf } from "./deliver-result.ts";
import { record, type Stand, withoutReply } from "./record.ts";
import { RetrySignal } from "./retry-signal.ts";

/**
 * One look at a dispatch, and one attempt when it is due. Returns what stands then, as JSON text: a status, or the record of an attempt
 * that the database would not take, or that it is held back. Throws a `RetrySignal` when the run has to come back later.
 */
export async function attempt(hub: Hub, dispatchId: string): Promise<string> {
  const loaded = await loadAttempt(storeOf(hub.env, dispatchId), dispatchId);
  if (loaded === null) return resultOf("gone");
  const look = decideLook({ ...loaded, now: hub.now() });
  if (look.do === "stop") return resultOf(look.status);
  if (look.do === "hold") return resultOf(HELD);
  if (look.do === "wait") throw new RetrySignal(look.ms);
  const configuration = await configured(hub.env);
  if (!configuration.ok) throw new RetrySignal(untilReadable(hub.now() - loaded.dueAt));
  const { autoPause } = configuration.value.config.destinations[loaded.destination] ?? {};
  if (!(await mayProbe(hub, dispatchId, { loaded, autoPause }))) return resultOf(HELD);

  const owed: Owed = { configuration: configuration.value, dispatchId, loaded, attempt: look.attempt, autoPause };
  const startedAt = hub.now();
  const answer = await callDestination({
    env: hub.env,
    config: configuration.value.config,
    event: loaded.event,
    delivery: deliveryOf(owed),
    timeoutMs: loaded.policy.timeoutMs,
    now: hub.now,
  });
  return await recordOrHandOver(hub, recordOf(hub, owed, { answer, startedAt }));
}

/** How long a run waits for a configuration that cannot be read: as long as it has waited, so that a step's retries last. */
function untilReadable(lateMs: number): number {
  return Math.min(Math.max(lateMs, MINUTE_MS), CHECK.heldMs);
}

/**
 * A destination that failed too often is tried by one dispatch at a time. `false`: this one is held back. Throws a `RetrySignal` for one that
 * waits for the next probe.
 */
async function mayProbe(hub: Hub, dispatchId: string, { loaded, autoPause }: Pick<Owed, "loaded" | "autoPause">): Promise<boolean> {
  const { destination, control, dueAt, past } = loaded;
  if (control?.state !== "tripped") return true;
  const every = autoPause === undefined ? 0 : probeMs(autoPause);
  const look = decideProbe({ control, every, hasFailed: past.length > 0, dueAt, now: hub.now() });
  if (look.do === "hold") return false;
  if (look.do === "wait") throw new RetrySignal(look.ms);
  const claimed = await claimProbe(storeOf(hub.env, dispatchId), { destination, probeAt: control.probeAt, until: look.until });
  if (!claimed) throw new RetrySignal(afterLostProbe(every));
  return true;
}

interface Owed {
  readonly configuration: Configuration;
  readonly dispatchId: string;
  readonly loaded: LoadedAttempt;
  readonly attempt: number;
  readonly autoPause: AutoPause | undefined;
}

function deliveryOf({ dispatchId, loaded, attempt: ordinal }: Owed): Delivery {
  const { destination, route, event } = loaded;
  return { dispatchId, attempt: ordinal, destination, route, cause: causeOf({ dispatchId, event }) };
}

/** What was answered, and when the call began. */
interface Given {
  readonly answer: Answer;
  readonly startedAt: number;
}

/** The record of an attempt, whatever is stored of its dispatch: an error between the call and its record would have it made again. */
function recordOf(hub: Hub, owed: Owed, given: Given): AttemptRecord {
  try {
    return plannedRecord(hub, owed, given);
  } catch (error) {
    const { dispatchId, attempt: ordinal } = owed;
    logError("attempt.plan", error, { dispatchId, attempt: ordinal });
    const { startedAt } = given;
    const base = { dispatchId, attempt: ordinal, nonce: hub.newId(), startedAt, finishedAt: hub.now() };
    return withoutReply(base, answerUnforeseen("planned", error));
  }
}

/** All that follows from an answer. Randomness and ids are drawn here, once, so that the record can be written twice. */
function plannedRecord(hub: Hub, owed: Owed, given: Given): AttemptRecord {
  const { configuration, dispatchId, loaded, autoPause } = owed;
  const { policy, past, destination, control } = loaded;
  const now = hub.now();
  const delivered = { dispatchId, destination, event: loaded.event };
  const { answer, followUps } = planFollowUps({ answer: given.answer, delivered, configuration, newId: hub.newId, now });
  return {
    dispatchId,
    attempt: owed.attempt,
    nonce: hub.newId(),
    outcome: answer.outcome,
    startedAt: given.startedAt,
    finishedAt: now,
    error: "error" in answer ? answer.error : null,
    next: decideNext({ policy, past, answer, startedAt: given.startedAt, now, random: hub.random() }),
    followUps,
    ...("odd" in given.answer && { odd: given.answer.odd }),
    control: decideControl({ destination, autoPause, control, answer }),
    // The hub may be given another configuration before the record is written.
    config: followUps.events.length === 0 ? null : configRow(configuration, now),
  };
}

/** Writes the record; when the database is away the record becomes the result of the step, to be written by the next one. */
async function recordOrHandOver(hub: Hub, answered: AttemptRecord): Promise<string> {
  let stand: Stand;
  try {
    stand = await record(hub, answered);
  } catch (error) {
    logError("attempt.record", error, { dispatchId: answered.dispatchId, attempt: answered.attempt });
    return handOverWhatFits(answered);
  }
  if (stand.status === "ongoing") throw new RetrySignal(stand.lookAgainAt - hub.now());
  return resultOf(stand.status);
}

/** A step that returns what the engine does not keep is repeated, and the destination called again: what does not fit is left out. */
function handOverWhatFits(answered: AttemptRecord): string {
  try {
    const result = handOver(answered);
    if (byteLength(result) <= WORKFLOW.maxResultBytes) return result;
    return handOver(withoutReply(answered, answerUnforeseen("stored", new Error("they are larger than a step may return"))));
  } catch (error) {
    return handOver(withoutReply(answered, answerUnforeseen("stored", error)));
  }
}
