import { DEAD_LETTER_REDELIVERY, DEAD_LETTERS_SUFFIX, DISPATCH_REDELIVERY, redeliveryDelay } from "../schema/deployment.ts";
import { dispatchMessage, type RunParams } from "../schema/storage/messages.ts";
import { inWords, issuesOf, issuesText } from "../schema/wording.ts";
import { engineSlots, type Slots } from "./bindings/engine.ts";
import type { Hub } from "./bindings/hub.ts";
import { logError } from "./bindings/log.ts";
import { noteQueue } from "./bindings/self-check.ts";
import { startLater, startRuns } from "./executor/start-runs.ts";
import { storeQueued } from "./hub/emit/store-queued.ts";
import { reconcile } from "./reconciler/reconcile.ts";
import { noteUndeliverable } from "./reconciler/undeliverable-message.ts";

/**
 * Takes a batch off a queue of the hub. Each message is acknowledged or retried by itself; none can spoil another, also when what it asks for
 * hangs: then the others wait a second for its place, and it is retried once the limit of the call has passed.
 */
export async function consume(hub: Hub, batch: MessageBatch): Promise<void> {
  noteQueue(hub.env, batch.queue);
  const fromDeadLetterQueue = batch.queue.endsWith(DEAD_LETTERS_SUFFIX);
  const [messages, runs] = [engineSlots(), engineSlots()];
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

/**
 * Sends back what the rate had no room for. An order goes on in the messages it came in or in new ones and never in both, or copies would
 * multiply with every round of a backlog: a new message that nobody knows to have been sent counts as sent. Should it be lost, its dispatches
 * are overdue a minute after they were due, and the sweep starts them and notes it. Only where the queue says that it took nothing are the
 * old messages retried. What the queue itself delivers twice goes on once where both meet in a batch, and ends when the run is there.
 */
async function requeueRateLimited(hub: Hub, results: readonly MessageResult[]): Promise<void> {
  if (results.length === 0) return;
  const runs = results.flatMap(({ rateLimited }) => rateLimited);
  const requeued = await startLater(hub, runs);
  if (requeued.outcome === "unknown") logError("queue.requeue", requeued.error, { runs: runs.length, first: runs[0]?.id });
  for (const { received } of results) {
    if (requeued.outcome === "unsent") retryLater(received, requeued.error);
    else received.message.ack();
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
  readonly runs: Slots;
}

const NONE_RATE_LIMITED: readonly RunParams[] = [];

/** Returns the runs that it could not start yet. */
async function processMessage(hub: Hub, { message, fromDeadLetterQueue, runs }: ReceivedMessage): Promise<readonly RunParams[]> {
  const parsed = dispatchMessage.safeParse(message.body, inWords);
  const problem = parsed.success ? undefined : issuesText(issuesOf(parsed.error));
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
