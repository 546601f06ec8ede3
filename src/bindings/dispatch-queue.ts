import { QUEUE } from "../../schema/limits.ts";
import type { DispatchMessage, RunParams } from "../../schema/messages.ts";
import { byteLength } from "../domain/byte-length.ts";
import { chunks } from "../domain/chunks.ts";

/** Puts runs to be started on the queue, in as few messages and calls as its limits allow. */
export async function enqueueRuns(queue: Queue, runs: readonly RunParams[], options: { delaySeconds?: number } = {}): Promise<void> {
  const messages = chunks(runs, QUEUE.idsPerMessage).map((part): DispatchMessage => ({ kind: "start", runs: part }));
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
