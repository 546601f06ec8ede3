import { type DestinationOf, describeDestination } from "../../schema/config/destination.ts";
import type { Delivery } from "../../schema/contract/delivery.ts";
import type { HubEvent } from "../../schema/contract/events.ts";
import { type Answer, answerFromError, answerFromReply, answerMisconfigured } from "../domain/attempt/answer.ts";
import { dispose } from "./dispose.ts";
import { isMissingHandle } from "./platform-errors.ts";

/** A service binding as far as we use it. Every binding claims to have every method: only the call tells. */
interface DestinationBinding {
  handle(event: HubEvent, delivery: Delivery): Promise<unknown>;
}

/** Calls `handle()` of a Worker once, over RPC, and returns what that came to. Never throws. */
export async function callWorker(params: {
  readonly env: object;
  readonly destination: DestinationOf<"worker">;
  readonly event: HubEvent;
  readonly delivery: Delivery;
  readonly now: () => number;
}): Promise<Answer> {
  const { env, destination, delivery } = params;
  const binding = (env as Record<string, unknown>)[destination.worker];
  if (isBinding(binding)) return await handle(binding, params);
  const { noun, name } = describeDestination(destination);
  return answerMisconfigured(`the hub has no ${noun} "${name}" for destination "${delivery.destination}"`);
}

/** Tells a service binding from other kinds of binding, which have no `handle` at all. */
function isBinding(binding: unknown): binding is DestinationBinding {
  return typeof (binding as Partial<DestinationBinding> | undefined)?.handle === "function";
}

async function handle(
  binding: DestinationBinding,
  { event, delivery, now }: { readonly event: HubEvent; readonly delivery: Delivery; readonly now: () => number },
): Promise<Answer> {
  try {
    const reply = await binding.handle(event, delivery);
    try {
      return answerFromReply(reply, now());
    } finally {
      dispose(reply);
    }
  } catch (error) {
    return isMissingHandle(error) ? answerMisconfigured(error.message) : answerFromError(error);
  }
}
