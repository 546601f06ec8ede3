import type { HubConfig } from "../../schema/config/config.ts";
import type { Delivery } from "../../schema/contract/delivery.ts";
import type { HubEvent } from "../../schema/contract/events.ts";
import { type Answer, answerFromError, answerFromReply, answerMisconfigured, answerTimedOut } from "../domain/attempt/answer.ts";
import { dispose } from "./dispose.ts";
import { isMissingHandle } from "./platform-errors.ts";

/** A service binding as far as we use it. Every binding claims to have every method: only the call tells. */
interface DestinationBinding {
  handle(event: HubEvent, delivery: Delivery): Promise<unknown>;
}

/** Calls a destination once and returns what that came to. Never throws and never takes much longer than the timeout. */
export async function callDestination(params: {
  env: object;
  config: HubConfig;
  event: HubEvent;
  delivery: Delivery;
  timeoutMs: number;
}): Promise<Answer> {
  const { destination } = params.delivery;
  const declared = params.config.destinations[destination];
  if (declared === undefined) return answerMisconfigured(`destination "${destination}" is not declared in the hub's configuration`);
  const binding = (params.env as Record<string, unknown>)[declared.worker];
  if (!isBinding(binding))
    return answerMisconfigured(`the hub has no service binding "${declared.worker}" for destination "${destination}"`);
  return await withTimeout(params.timeoutMs, () => handle(binding, params.event, params.delivery));
}

/** Other kinds of binding have no `handle` at all. */
function isBinding(binding: unknown): binding is DestinationBinding {
  return typeof (binding as Partial<DestinationBinding> | undefined)?.handle === "function";
}

async function handle(binding: DestinationBinding, event: HubEvent, delivery: Delivery): Promise<Answer> {
  try {
    const reply = await binding.handle(event, delivery);
    try {
      return answerFromReply(reply);
    } finally {
      dispose(reply);
    }
  } catch (error) {
    return isMissingHandle(error) ? answerMisconfigured(error.message) : answerFromError(error);
  }
}

async function withTimeout(timeoutMs: number, call: () => Promise<Answer>): Promise<Answer> {
  const timeout = Promise.withResolvers<Answer>();
  const timer = setTimeout(() => timeout.resolve(answerTimedOut(timeoutMs)), timeoutMs);
  try {
    return await Promise.race([call(), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
