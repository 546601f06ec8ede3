import { QUEUE_BINDING } from "../../schema/deployment.ts";
import { QUEUE } from "../../schema/limits.ts";
import type { DispatchMessage, EmitMessage, OverdueDispatch, RunParams } from "../../schema/storage/messages.ts";
import { byteLength } from "../domain/base/byte-length.ts";
import { chunks } from "../domain/base/chunks.ts";
import { requireBound } from "../domain/deployment/binding-problems.ts";
import { noAnswer, withTimeLimit } from "../platform/time-limit.ts";
import { logError } from "./log.ts";
import { isRefusedByQueue } from "./platform-errors.ts";

/**
 * Puts runs to be started on the queue, in as few messages and calls as its limits allow. Throws what the queue says, or that it gave no answer
 * within 10 s: what was sent then nobody knows, and a run that is ordered twice is created once.
 */
export async function enqueueRuns(queue: Queue, runs: readonly RunParams[], options: { delaySeconds?: number } = {}): Promise<void> {
  await send(queue, startMessages(runs), options);
}

/** What is known of runs that were to go back onto the queue. `unsent`: it refused all of them. `unknown`: some or all may be there. */
export type Requeued = { readonly outcome: "sent" } | { readonly outcome: "unsent" | "unknown"; readonly error: unknown };

/** Puts runs back on the queue, to be started after so many seconds. Never throws. */
export async function requeueRuns(queue: Queue, runs: readonly RunParams[], options: { delaySeconds: number }): Promise<Requeued> {
  const [first, ...others] = batches(startMessages(runs));
  if (first === undefined) return { outcome: "sent" };
  try {
    await sendBatch(queue, first, options);
  } catch (error) {
    return { outcome: isRefusedByQueue(error) ? "unsent" : "unknown", error };
  }
  try {
    for (const batch of others) await sendBatch(queue, batch, options);
  } catch (error) {
    return { outcome: "unknown", error };
  }
  return { outcome: "sent" };
}

function startMessages(runs: readonly RunParams[]): DispatchMessage[] {
  return chunks(runs, QUEUE.idsPerMessage).map((part) => ({ kind: "start", runs: part }));
}

/** The same where a lost send is logged and no more: a lost send is not a lost dispatch, since the sweep finds what was never started. */
export async function enqueueRunsOrLog(
  queue: Queue,
  runs: readonly RunParams[],
  { door, ...ids }: { readonly door: string } & Readonly<Record<string, unknown>>,
): Promise<void> {
  try {
    await enqueueRuns(queue, runs);
  } catch (error) {
    logError(door, error, ids);
  }
}

/** Puts dispatches to be compared with their runs on the queue. */
export async function enqueueOverdue(queue: Queue, overdue: readonly OverdueDispatch[]): Promise<void> {
  await send(
    queue,
    chunks(overdue, QUEUE.idsPerMessage).map((part) => ({ kind: "reconcile", dispatches: part })),
  );
}

/** Puts a call to emit on the queue, as one message: whole, or not at all. `false` when it does not fit one. Throws as `enqueueRuns` does. */
export async function enqueueEmit(queue: Queue, message: EmitMessage): Promise<boolean> {
  if (byteLength(JSON.stringify(message)) > QUEUE.maxMessageBytes) return false;
  await send(queue, [message]);
  return true;
}

async function send(queue: Queue, messages: readonly DispatchMessage[], options: QueueSendBatchOptions = {}): Promise<void> {
  for (const batch of batches(messages)) await sendBatch(queue, batch, options);
}

async function sendBatch(queue: Queue, messages: readonly DispatchMessage[], options: QueueSendBatchOptions): Promise<void> {
  const sending = requireBound(queue, QUEUE_BINDING).sendBatch(
    messages.map((body) => ({ body, contentType: "json" })),
    options,
  );
  await withTimeLimit<unknown>(sending, QUEUE.answerMs, () => {
    throw noAnswer("the queue", QUEUE.answerMs);
  });
}

/** Groups that fit one `sendBatch`, by count and by bytes. */
function batches(messages: readonly DispatchMessage[]): DispatchMessage[][] {
  const groups: DispatchMessage[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = byteLength(JSON.stringify(message));
    const group = groups.at(-1);
    if (group === undefined || group.length === QUEUE.maxBatchMessages || bytes + size > QUEUE.maxBatchBytes) {
      groups.push([message]);
      bytes = size;
    } else {
      group.push(message);
      bytes += size;
    }
  }
  return groups;
}
