import { aroundD1 } from "../../../worker/support/around-d1.ts";
import type { Meters } from "../meters.ts";

type Counted = { -readonly [Part in keyof Meters]: Meters[Part] };

let meters = zero();

function zero(): Counted {
  return {
    d1: { roundTrips: 0, rowsRead: 0, rowsWritten: 0 },
    queue: { calls: 0, sent: 0, bytes: 0, batches: 0, delivered: 0, acknowledged: 0, retried: 0 },
    workflows: { calls: 0, created: 0 },
    deliveries: 0,
  };
}

/** What has been counted since this was last asked. */
export function takeMeters(): Meters {
  const taken = meters;
  meters = zero();
  return taken;
}

const metered = new WeakMap<object, Env>();

/** The hub's bindings, counted. The same for the same: the hub remembers by them what it has seen. */
export function meteredEnv(env: Env): Env {
  const before = metered.get(env);
  if (before !== undefined) return before;
  const counted = {
    ...env,
    ...Object.fromEntries(Object.entries(env).map(([name, binding]) => [name, isFetcher(binding) ? meteredDestination(binding) : binding])),
    DB: meteredD1(env.DB),
    DISPATCH_QUEUE: meteredQueue(env.DISPATCH_QUEUE),
    DISPATCH_WORKFLOW: meteredWorkflow(env.DISPATCH_WORKFLOW),
  };
  metered.set(env, counted);
  return counted;
}

function meteredD1(d1: D1Database): D1Database {
  return aroundD1(d1, async ({ go }) => {
    meters.d1.roundTrips += 1;
    const results = await go();
    for (const { meta } of results) {
      meters.d1.rowsRead += meta.rows_read;
      meters.d1.rowsWritten += meta.rows_written;
    }
    return results;
  });
}

function meteredQueue(queue: Queue): Queue {
  return {
    async sendBatch(messages: MessageSendRequest[], options?: QueueSendBatchOptions) {
      meters.queue.calls += 1;
      meters.queue.sent += messages.length;
      for (const { body } of messages) meters.queue.bytes += new TextEncoder().encode(JSON.stringify(body)).length;
      return await queue.sendBatch(messages, options);
    },
  } as Queue;
}

/** Handles on instances are the engine's own: what is asked of them is not counted. */
function meteredWorkflow<Params>(workflow: Workflow<Params>): Workflow<Params> {
  return {
    async get(id: string) {
      meters.workflows.calls += 1;
      return await workflow.get(id);
    },
    async createBatch(options: Parameters<Workflow<Params>["createBatch"]>[0]) {
      meters.workflows.calls += 1;
      const result = (await workflow.createBatch(options as never)) as unknown as { readonly created: readonly unknown[] };
      meters.workflows.created += result.created.length;
      return result;
    },
  } as unknown as Workflow<Params>;
}

function isFetcher(binding: unknown): binding is Fetcher {
  return binding?.constructor?.name === "Fetcher";
}

function meteredDestination(fetcher: Fetcher) {
  const { handle } = fetcher as unknown as { handle: (...given: unknown[]) => Promise<unknown> };
  return {
    async handle(...given: unknown[]) {
      meters.deliveries += 1;
      return await handle(...given);
    },
  };
}

/** A batch whose messages count what becomes of them. */
export function meteredBatch(batch: MessageBatch): MessageBatch {
  meters.queue.batches += 1;
  const messages = batch.messages.map((message) => {
    meters.queue.delivered += 1;
    return {
      id: message.id,
      timestamp: message.timestamp,
      body: message.body,
      attempts: message.attempts,
      ack() {
        meters.queue.acknowledged += 1;
        message.ack();
      },
      retry(options?: QueueRetryOptions) {
        meters.queue.retried += 1;
        message.retry(options);
      },
    } as Message;
  });
  return { queue: batch.queue, messages } as unknown as MessageBatch;
}
