import type { Cause, HubEvent } from "../../../schema/contract/events.ts";
import { faultCode, faultText } from "../../../schema/faults.ts";
import { EMIT, REPLY } from "../../../schema/limits.ts";
import { messageOf } from "../../../schema/message-of.ts";
import { parseEmit } from "../emit/parse-emit.ts";
import { type EmitPlan, NOTHING, planEmit } from "../emit/plan-emit.ts";
import { collapseRepeats } from "../emit/repeated-keys.ts";
import type { Routing } from "../routing/routing.ts";
import { type Answer, answerInvalid, answerUnforeseen } from "./answer.ts";

/** An answer with what follows from it: events of a reply that keeps the rules of emit, planned. */
export interface FollowedAnswer {
  readonly answer: Answer;
  readonly followUps: EmitPlan;
}

/**
 * Plans the events of a reply under the rules of emit. A reply that breaks one becomes a failure that is not retried; an error that nobody
 * foresaw becomes one that is retried by the policy, since whatever is not recorded would be done again without end.
 */
export function planFollowUps(given: {
  answer: Answer;
  delivered: { readonly dispatchId: string; readonly destination: string; readonly event: HubEvent };
  configuration: { readonly routing: Routing; readonly version: string };
  newId: () => string;
  now: number;
}): FollowedAnswer {
  const { answer, delivered, configuration, newId, now } = given;
  if (!("emit" in answer) || answer.emit.length === 0) return { answer, followUps: NOTHING };
  const cause = causeOf(delivered);
  if (cause.depth >= EMIT.maxChainDepth) return refused(tooDeep(cause));
  try {
    const accepted = parseEmit(answer.emit, { maxEvents: REPLY.maxEvents, maxBytes: REPLY.maxBytes });
    const plan = planEmit({
      accepted,
      ids: accepted.map(newId),
      cause,
      defaultSource: delivered.destination,
      routing: configuration.routing,
      configVersion: configuration.version,
      maxDispatches: REPLY.maxDispatches,
      now,
    });
    return { answer, followUps: collapseRepeats(plan).plan };
  } catch (error) {
    if (faultCode(error) !== undefined) return refused(messageOf(error));
    return { answer: answerUnforeseen("planned", error), followUps: NOTHING };
  }
}

/** Links what is emitted in handling a delivery to it. */
export function causeOf({ dispatchId, event }: { readonly dispatchId: string; readonly event: HubEvent }): Cause {
  return { correlationId: event.correlationId, causationId: dispatchId, depth: event.depth };
}

function refused(why: string): FollowedAnswer {
  return { answer: answerInvalid(why), followUps: NOTHING };
}

function tooDeep({ depth }: Cause): string {
  const text = `The delivered event is already ${depth} causes deep; the limit is ${EMIT.maxChainDepth}. Something emits in a loop.`;
  return faultText("chain.too_deep", text);
}
