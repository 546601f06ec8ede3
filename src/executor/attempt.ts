import { v7 as uuidv7 } from "uuid";
import { type AutoPause, probeMs } from "../../schema/config/auto-pause.ts";
import type { Delivery } from "../../schema/contract/delivery.ts";
import type { Cause } from "../../schema/contract/events.ts";
import { faultCode } from "../../schema/faults.ts";
import { CONTROL, EMIT, REPLY } from "../../schema/limits.ts";
import { messageOf } from "../../schema/message-of.ts";
import { type Configuration, configured } from "../bindings/configuration.ts";
import { callDestination } from "../bindings/destination.ts";
import { logError } from "../bindings/log.ts";
import { type Answer, answerInvalid } from "../domain/attempt/answer.ts";
import { decideControl, probeWaitMs } from "../domain/attempt/auto-pause.ts";
import { decideLook, decideNext } from "../domain/attempt/next-attempt.ts";
import { parseEmit } from "../domain/emit/parse-emit.ts";
import { type EmitPlan, NOTHING, planEmit } from "../domain/emit/plan-emit.ts";
import { collapseRepeats } from "../domain/emit/repeated-keys.ts";
import { claimProbe } from "../store/attempt/auto-pause.ts";
import { type LoadedAttempt, loadAttempt } from "../store/attempt/load-attempt.ts";
import type { AttemptRecord } from "../store/attempt/record-attempt.ts";
import { configRow } from "../store/emit/configs.ts";
import { handOver, resultOf } from "./deliver-result.ts";
import { record, type Stand } from "./record.ts";
import { RetrySignal } from "./retry-signal.ts";

/** How long a run waits before it looks again whether the configuration can be read. */
const CONFIG_LOOK_MS = 60_000;

/**
 * One look at a dispatch, and one attempt when it is due. Returns what stands then, as JSON text: a status, or the record of an attempt
 * that the database would not take. Throws a `RetrySignal` when the run has to come back later.
 */
export async function attempt(env: Env, dispatchId: string): Promise<string> {
  const loaded = await loadAttempt(env.DB, dispatchId);
  if (loaded === null) return resultOf("gone");
  const look = decideLook({ ...loaded, now: Date.now() });
  if (look.do === "stop") return resultOf(look.status);
  if (look.do === "wait") throw new RetrySignal(look.ms);
  const configuration = await configured(env);
  if (!configuration.ok) throw new RetrySignal(CONFIG_LOOK_MS);
  const { autoPause } = configuration.value.config.destinations[loaded.destination] ?? {};
  await holdIfTripped(env, loaded, autoPause);

  const owed: Owed = { env, configuration: configuration.value, dispatchId, loaded, attempt: look.attempt, autoPause };
  const startedAt = Date.now();
  const answer = await callDestination({
    env,
    config: configuration.value.config,
    event: loaded.event,
    delivery: deliveryOf(owed),
    timeoutMs: loaded.policy.timeoutMs,
  });
  return await recordOrHandOver(env, recordOf(owed, answer, startedAt));
}

/** A destination that failed too often is tried by one dispatch at a time. Throws a `RetrySignal` for the others. */
async function holdIfTripped(env: Env, { destination, control }: LoadedAttempt, autoPause: AutoPause | undefined): Promise<void> {
  if (control?.state !== "tripped") return;
  const now = Date.now();
  const wait = probeWaitMs(control, now, CONTROL.lookMs);
  if (wait > 0) throw new RetrySignal(wait);
  const until = autoPause === undefined ? now : now + probeMs(autoPause);
  if (!(await claimProbe(env.DB, { destination, probeAt: control.probeAt, until }))) throw new RetrySignal(CONTROL.lookMs);
}

interface Owed {
  readonly env: Env;
  readonly configuration: Configuration;
  readonly dispatchId: string;
  readonly loaded: LoadedAttempt;
  readonly attempt: number;
  readonly autoPause: AutoPause | undefined;
}

function deliveryOf({ dispatchId, loaded, attempt: ordinal }: Owed): Delivery {
  return { dispatchId, attempt: ordinal, destination: loaded.destination, route: loaded.route, cause: causeOf(dispatchId, loaded) };
}

function causeOf(dispatchId: string, { event }: LoadedAttempt): Cause {
  return { correlationId: event.correlationId, causationId: dispatchId, depth: event.depth };
}

/** All that follows from an answer. Randomness and ids are drawn here, once, so that the record can be written twice. */
function recordOf(owed: Owed, given: Answer, startedAt: number): AttemptRecord {
  const now = Date.now();
  const { answer, followUps } = planFollowUps(owed, given, now);
  return {
    dispatchId: owed.dispatchId,
    attempt: owed.attempt,
    nonce: uuidv7(),
    outcome: answer.outcome,
    startedAt,
    finishedAt: now,
    error: "error" in answer ? answer.error : null,
    next: decideNext({ policy: owed.loaded.policy, past: owed.loaded.past, answer, startedAt, now, random: Math.random() }),
    followUps,
    control: decideControl({
      destination: owed.loaded.destination,
      autoPause: owed.autoPause,
      control: owed.loaded.control,
      outcome: answer.outcome,
    }),
    // The hub may be given another configuration before the record is written.
    config: followUps.events.length === 0 ? null : configRow(owed.configuration, now),
  };
}

/** The events of a reply, under the rules of emit. A reply that breaks one is a failure that is not retried. */
function planFollowUps(owed: Owed, answer: Answer, now: number): { answer: Answer; followUps: EmitPlan } {
  if (!("emit" in answer) || answer.emit.length === 0) return { answer, followUps: NOTHING };
  const { dispatchId, loaded, configuration } = owed;
  try {
    const cause = causeOf(dispatchId, loaded);
    if (cause.depth >= EMIT.maxChainDepth) return { answer: answerInvalid(tooLong(cause)), followUps: NOTHING };
    const accepted = parseEmit(answer.emit, { maxEvents: REPLY.maxEvents, maxBytes: REPLY.maxBytes });
    const { routing, version: configVersion } = configuration;
    const ids = accepted.map(() => uuidv7());
    const { maxDispatches } = REPLY;
    const plan = planEmit({ accepted, ids, cause, defaultSource: loaded.destination, routing, configVersion, maxDispatches, now });
    return { answer, followUps: collapseRepeats(plan).plan };
  } catch (error) {
    if (faultCode(error) === undefined) throw error;
    return { answer: answerInvalid(messageOf(error)), followUps: NOTHING };
  }
}

function tooLong(cause: Cause): string {
  return `(chain.too_deep) The delivered event is already ${cause.depth} causes deep; the limit is ${EMIT.maxChainDepth}. Something emits in a loop.`;
}

/** Writes the record; when the database is away the record becomes the result of the step, to be written by the next one. */
async function recordOrHandOver(env: Env, answered: AttemptRecord): Promise<string> {
  let stand: Stand;
  try {
    stand = await record(env, answered);
  } catch (error) {
    logError("attempt.record", error, { dispatchId: answered.dispatchId, attempt: answered.attempt });
    return handOver(answered);
  }
  if (stand.status === "ongoing") throw new RetrySignal(stand.lookAgainAt - Date.now());
  return resultOf(stand.status);
}
