import type { DestinationOf } from "../../schema/config/destination.ts";
import type { Delivery } from "../../schema/contract/delivery.ts";
import type { HubEvent } from "../../schema/contract/events.ts";
import { problemText } from "../../schema/contract/problems.ts";
import { type Answer, answerFromError, answerFromReply, answerMisconfigured } from "../domain/attempt/answer.ts";
import { destinationProblem, NO_METHOD } from "../domain/deployment/binding-problems.ts";
import { dispose } from "./dispose.ts";
import { isInternalError, isMissingHandle, isMissingWorker } from "./platform-errors.ts";

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
  const problem = destinationProblem(env, delivery.destination, destination);
  if (problem !== undefined) return answerMisconfigured(problemText(problem));
  return await handle((env as Readonly<Record<string, unknown>>)[destination.worker] as DestinationBinding, params);
}

async function handle(
  binding: DestinationBinding,
  { destination, event, delivery, now }: Parameters<typeof callWorker>[0],
): Promise<Answer> {
  try {
    const reply = await binding.handle(event, delivery);
    try {
      return answerFromReply(reply, now());
    } finally {
      dispose(reply);
    }
  } catch (error) {
    return await answerFromFailure(binding, destination.worker, error);
  }
}

async function answerFromFailure(binding: DestinationBinding, worker: string, error: unknown): Promise<Answer> {
  if (isMissingHandle(error))
    return answerMisconfigured(isMissingWorker(error) ? error.message : `${error.message} ${whatToExport(worker)}`);
  if (!isInternalError(error) || (await hasEntrypoint(binding))) return answerFromError(error);
  return answerMisconfigured(
    `the platform reports an internal error for any call, as when there is nothing to be called: ${whatToExport(worker)}`,
  );
}

function whatToExport(worker: string): string {
  return `The Worker bound as "${worker}" has to export a class with handle(), and the hub's service binding to name it as its entrypoint, unless it is the default export.`;
}

/**
 * Asks for a method that nobody has, so that nothing of the Worker runs. Where it exports what is bound, that is what the answer says;
 * where it has no default export, every call is an internal error (both tried: test/worker/platform.test.ts).
 */
async function hasEntrypoint(binding: object): Promise<boolean> {
  try {
    await (binding as Readonly<Record<string, () => Promise<unknown>>>)[NO_METHOD]?.();
    return true;
  } catch (error) {
    return !isInternalError(error);
  }
}
