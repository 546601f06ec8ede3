import { type AutoPause, probeMs } from "../../schema/config/auto-pause.ts";
import type { Delivery } from "../../schema/contract/delivery.ts";
import { CONTROL, WORKFLOW } from "../../schema/limits.ts";
import { type Configuration, configured } from "../bindings/configuration.ts";
import { callDestination } from "../bindings/destination.ts";
import type { Hub } from "../bindings/hub.ts";
import { logError } from "../bindings/log.ts";
import { type Answer, answerUnforeseen } from "../domain/attempt/answer.ts";
import { decideControl, probeWaitMs } from "../domain/attempt/auto-pause.ts";
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

/** How long a run waits before it looks again whether the configuration can be read. */
const CONFIG_LOOK_MS = 60_000;

/**
 * One look at a dispatch, and one attempt when it is due. Returns what stands then, as JSON text: a status, or the record of an attempt
 * that the database would not take. Throws a `RetrySignal` when the run has to come back later.
 */
export async function attempt(hub: Hub, dispatchId: string): Promise<string> {
  const loaded = await loadAttempt(storeOf(hub.env, dispatchId), dispatchId);
  if (loaded === null) return resultOf("gone");
  const look = decideLook({ ...loaded, now: hub.now() });
  if (look.do === "stop") return resultOf(look.status);
  if (look.do === "wait") throw new RetrySignal(look.ms);
  const configuration = await configured(hub.env);
  if (!configuration.ok) throw new RetrySignal(CONFIG_LOOK_MS);
  const { autoPause } = configuration.value.config.destinations[loaded.destination] ?? {};
  await holdIfTripped(hub, dispatchId, { loaded, autoPause });

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

/** A destination that failed too often is tried by one dispatch at a time. Throws a `RetrySignal` for the others. */
async function holdIfTripped(hub: Hub, dispatchId: string, { loaded, autoPause }: Pick<Owed, "loaded" | "autoPause">): Promise<void> {
  const { destination, control } = loaded;
  if (control?.state !== "tripped") return;
  const now = hub.now();
  const wait = probeWaitMs(control, now, CONTROL.lookMs);
  if (wait > 0) throw new RetrySignal(wait);
  const until = autoPause === undefined ? now : now + probeMs(autoPause);
  const claimed = await claimProbe(storeOf(hub.env, dispatchId), { destination, probeAt: control.probeAt, until });
  if (!claimed) throw new RetrySignal(CONTROL.lookMs);
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

/** All that follows from an answer. Randomness and ids are drawn here, once, so that the record can be written twice. */
function recordOf(hub: Hub, owed: Owed, given: { answer: Answer; startedAt: number }): AttemptRecord {
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
    control: decideControl({ destination, autoPause, control, outcome: answer.outcome }),
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
