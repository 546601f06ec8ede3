import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import hubWorker from "../../../src/index.ts";

/** What the hub's consumer did with messages, by their place. */
export interface Consumed {
  readonly acked: readonly number[];
  readonly retried: readonly number[];
}

/** Gives messages to the hub's own consumer, as they come off a queue: their bodies are copies. */
export async function consume(bodies: readonly unknown[], given: Env = env, queue = "flowhub-dispatches"): Promise<Consumed> {
  const messages = bodies.map((body, index) => ({ id: String(index), timestamp: new Date(), body }));
  return await consumeMessages(messages, given, queue);
}

interface QueuedMessage {
  readonly id: string;
  readonly timestamp: Date;
  readonly body: unknown;
}

/** The same for messages that come again: as the same ones. */
export async function consumeMessages(messages: readonly QueuedMessage[], given: Env, queue: string): Promise<Consumed> {
  const places = new Map(messages.map(({ id }, index) => [id, index]));
  const placeOf = (id: string) => places.get(id) ?? -1;
  const batch = createMessageBatch(
    queue,
    messages.map((message) => ({ ...message, attempts: 1, body: copyOf(message.body) })),
  );
  const ctx = createExecutionContext();
  await hubWorker.queue(batch, given);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, ctx);
  return { acked: explicitAcks.map(placeOf), retried: retryMessages.map(({ msgId }) => placeOf(msgId)) };
}

export const DEAD_LETTER_QUEUE = "flowhub-dead-letters";

function copyOf(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body));
}
