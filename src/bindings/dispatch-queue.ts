import { QUEUE } from "../../schema/limits.ts";
import type { DispatchMessage, EmitMessage, OverdueDispatch, RunParams } from "../../schema/storage/messages.ts";
import { byteLength } from "../domain/base/byte-length.ts";
import { chunks } from "../domain/base/chunks.ts";
import { logError } from "./log.ts";

/** Puts runs to be started on the queue, in as few messages and calls as its limits allow. */
export async function enqueueRuns(queue: Queue, runs: readonly RunParams[], options: { delaySeconds?: number } = {}): Promise<void> {
  await send(
    queue,
    chunks(runs, QUEUE.idsPerMessage).map((part) => ({ kind: "start", runs: part })),
    options,
  );
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

/** Puts a call to emit on the queue, as one message: whole, or not at all. `false` when it does not fit one. */
export async function enqueueEmit(queue: Queue, message: EmitMessage): Promise<boolean> {
  if (byteLength(JSON.stringify(message)) > QUEUE.maxMessageBytes) return false;
  await send(queue, [message]);
  return true;
}

async function send(queue: Queue, messages: readonly DispatchMessage[], options: { delaySeconds?: number } = {}): Promise<void> {
  for (const batch of batches(messages)) {
    await queue.sendBatch(
      batch.map((body) => ({ body, contentType: "json" })),
      options,
    );
  }
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
