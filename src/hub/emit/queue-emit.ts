import type { EmitReceipt } from "../../../schema/contract/emit.ts";
import { Fault, withoutCode } from "../../../schema/faults.ts";
import { QUEUE } from "../../../schema/limits.ts";
import { messageOf } from "../../../schema/message-of.ts";
import type { EmitMessage } from "../../../schema/storage/messages.ts";
import type { Configuration } from "../../bindings/configuration.ts";
import { enqueueEmit } from "../../bindings/dispatch-queue.ts";
import type { Hub } from "../../bindings/hub.ts";
import { logError } from "../../bindings/log.ts";
import { isRefusedByQueue } from "../../bindings/platform-errors.ts";
import type { EmitPlan } from "../../domain/emit/plan-emit.ts";
import { configRow } from "../../store/emit/configs.ts";

/**
 * Puts a call that the database would not take on the queue, to be stored once it is back. Throws `storage.unavailable` when the call does
 * not fit one message, or the queue does not take it either, or does not say so within 10 s: then it may be stored later all the same. `error`
 * is what the database said.
 */
export async function queueEmit(
  hub: Hub,
  { whole, configuration, error }: { whole: EmitPlan; configuration: Configuration; error: unknown },
): Promise<EmitReceipt[]> {
  logError("emit.store", error, { queued: whole.events.length, first: whole.events[0]?.id });
  const events = whole.events.map((event) => ({ ...event, key: null }));
  const message: EmitMessage = {
    kind: "emit",
    plan: { events, dispatches: whole.dispatches.map((dispatch) => ({ ...dispatch, checkAt: dispatch.checkAt ?? dispatch.dueAt })) },
    config: configRow(configuration, hub.now()),
  };
  if (!(await enqueued(hub.env.DISPATCH_QUEUE, message, error))) {
    const text = `${messageOf(error)} The call is too large to be queued: with what it is owed to it exceeds ${QUEUE.maxMessageBytes} bytes.`;
    throw new Fault("storage.unavailable", withoutCode(text), { cause: error });
  }
  return whole.events.map(({ id }) => ({ id, duplicate: false, durability: "queued", dispatches: [] }));
}

async function enqueued(queue: Queue, message: EmitMessage, error: unknown): Promise<boolean> {
  try {
    return await enqueueEmit(queue, message);
  } catch (refused) {
    const nor = isRefusedByQueue(refused) ? "Nor could the call be queued" : "Nor is it known whether the call was queued";
    const text = `${messageOf(error)} ${nor}: ${messageOf(refused)}.`;
    throw new Fault("storage.unavailable", withoutCode(text), { cause: refused });
  }
}
