import type { HubConfig } from "../../schema/config/config.ts";
import { type DestinationConfig, kindOf } from "../../schema/config/destination.ts";
import type { Delivery } from "../../schema/contract/delivery.ts";
import type { HubEvent } from "../../schema/contract/events.ts";
import { type Answer, answerFromError, answerMisconfigured, answerTimedOut } from "../domain/attempt/answer.ts";
import { withTimeLimit } from "../platform/time-limit.ts";
import { callWorker } from "./worker-destination.ts";

interface Call {
  readonly env: object;
  readonly config: HubConfig;
  readonly event: HubEvent;
  readonly delivery: Delivery;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** Calls a destination once and returns what that came to. Never throws and never takes much longer than the timeout. */
export async function callDestination(call: Call): Promise<Answer> {
  const { destination } = call.delivery;
  const configured = call.config.destinations[destination];
  if (configured === undefined) return answerMisconfigured(`destination "${destination}" is not declared in the hub's configuration`);
  try {
    return await withTimeLimit(callByKind(configured, call), call.timeoutMs, () => answerTimedOut(call.timeoutMs));
  } catch (error) {
    // Not even what goes wrong in reading an answer may have the call made again.
    return answerFromError(error);
  }
}

async function callByKind(configured: DestinationConfig, { env, event, delivery, now }: Call): Promise<Answer> {
  const { kind, destination } = kindOf(configured);
  switch (kind) {
    case "worker":
      return await callWorker({ env, destination, event, delivery, now });
    default:
      return kind satisfies never;
  }
}
