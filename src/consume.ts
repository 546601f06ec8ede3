import pLimit, { type LimitFunction } from "p-limit";
import { DEAD_LETTER_REDELIVERY, DEAD_LETTERS_SUFFIX, DISPATCH_REDELIVERY, redeliveryDelay } from "../schema/deployment.ts";
import { WORKFLOW } from "../schema/limits.ts";
import { dispatchMessage, type RunParams } from "../schema/storage/messages.ts";
import { inWords, issuesOf, issueText } from "../schema/wording.ts";
import type { Hub } from "./bindings/hub.ts";
import { logError } from "./bindings/log.ts";
import { startLater, startRuns } from "./executor/start-runs.ts";
import { storeQueued } from "./hub/emit/store-queued.ts";
import { reconcile } from "./reconciler/reconcile.ts";
import { noteUndeliverable } from "./reconciler/undeliverable-message.ts";

/** Takes a batch off a queue of the hub. Each message is acknowledged or retried by itself; none can spoil another. */
export async function consume(hub: Hub, batch: MessageBatch): Promise<void> {
  const fromDeadLetterQueue = batch.queue.endsWith(DEAD_LETTERS_SUFFIX);
  const [messages, runs] = [pLimit(WORKFLOW.callsAtOnce), pLimit(WORKFLOW.callsAtOnce)];
  const results = await Promise.all(
    batch.messages.map((message) => messages(() => settleMessage(hub, { message, fromDeadLetterQueue, runs }))),
  );
  await requeueRateLimited(
    hub,
    results.filter(({ rateLimited }) => rateLimited.length > 0),
  );
}

/** What became of a message: the runs that the platform's rate had no room for are still to be started. */
interface MessageResult {
  readonly received: ReceivedMessage;
  readonly rateLimited: readonly RunParams[];
}

/** Processes a message and acknowledges it, unless there is something left of it to send back. */
async function settleMessage(hub: Hub, received: ReceivedMessage): Promise<MessageResult> {
  try {
    const rateLimited = await processMessage(hub, received);
    if (rateLimited.length === 0) received.message.ack();
    return { received, rateLimited };
  } catch (error) {
    retryLater(received, error);
    return { received, rateLimited: [] };
  }
}

async function requeueRateLimited(hub: Hub, results: readonly MessageResult[]): Promise<void> {
  if (results.length === 0) return;
  try {
    await startLater(
      hub,
      results.flatMap(({ rateLimited }) => rateLimited),
    );
    for (const { received } of results) received.message.ack();
  } catch (error) {
    for (const { received } of results) retryLater(received, error);
  }
}

function retryLater({ message, fromDeadLetterQueue }: ReceivedMessage, error: unknown): void {
  logError("queue", error, { messageId: message.id, attempts: message.attempts });
  const redelivery = fromDeadLetterQueue ? DEAD_LETTER_REDELIVERY : DISPATCH_REDELIVERY;
  message.retry({ delaySeconds: redeliveryDelay(redelivery, message.attempts) });
}

interface ReceivedMessage {
  readonly message: Message;
  readonly fromDeadLetterQueue: boolean;
  readonly runs: LimitFunction;
}

const NONE_RATE_LIMITED: readonly RunParams[] = [];

/** Returns the runs that it could not start yet. */
async function processMessage(hub: Hub, { message, fromDeadLetterQueue, runs }: ReceivedMessage): Promise<readonly RunParams[]> {
  const parsed = dispatchMessage.safeParse(message.body, inWords);
  const problem = parsed.success ? undefined : issuesOf(parsed.error).map(issueText).join("; ");
  if (parsed.data?.kind === "emit") {
    await storeQueued(hub, parsed.data);
  } else if (fromDeadLetterQueue) {
    await noteUndeliverable(hub, { id: message.id, sentAt: message.timestamp, body: message.body, problem });
  } else if (!parsed.success) {
    throw new Error(`malformed message: ${problem}`);
  } else if (parsed.data.kind === "start") {
    return await startRuns(hub, parsed.data.runs);
  } else {
    await reconcile(hub, { taken: parsed.data.dispatches, limit: runs });
  }
  return NONE_RATE_LIMITED;
}
