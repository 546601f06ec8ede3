/**
 * What the platform allows, with its page under developers.cloudflare.com (read 2026-11), and what one operation of the hub takes of it.
 * [I]: an inference that no page states; the figures say how much depends on it.
 */
export const PLATFORM = {
  /** workflows/reference/limits. Restarts and each member of a `createBatch` count as creations; an instance that waits is not running. */
  creationsPerSecond: 100,
  accountCreationsPerSecond: 300,
  runningInstances: 50_000,
  /** queues/platform/limits; above the rate `send()` throws. An operation is a write, a read or a delete (queues/platform/pricing). */
  messagesPerSecond: 5_000,
  consumers: 250,
  operationsPerMessage: 3,
  /** workers/runtime-apis/bindings/service-bindings: a request has at most 32 invocations of Workers, its own among them. */
  invocationsPerRequest: 32,
  /** durable-objects/platform/limits: a soft limit for one object. */
  objectRequestsPerSecond: 1_000,
} as const;

/** How long D1 is busy with one operation: a database has one thread. */
export interface DatabasePace {
  readonly readMs: number;
  readonly writeMs: number;
  readonly rowMs: number;
}

/**
 * d1/platform/limits: an indexed read takes less than 1 ms, a write several. [I] 4 ms for a write transaction, and 0.02 ms a row it writes:
 * 1,000 events with a dispatch each, 4,000 rows, take 20 to 90 ms in the local engine.
 */
export const PACE: DatabasePace = { readMs: 1, writeMs: 4, rowMs: 0.02 };

/** [I] A call to the Workflows service; how long a queue takes to deliver, at most; how long it waits for a batch to fill under load. */
export const WAITS = { engineMs: 50, deliveryMs: 250, batchMs: 100 } as const;

/** Rows written, as test/worker/budget.test.ts counts them. `giveBack`: two for `check_at`, one for the note (src/store/repair/claim-repair.ts). */
export const ROWS = {
  event: 2,
  dispatch: 2,
  complete: 2,
  failedAttempt: 3,
  take: 2,
  claim: 2,
  note: 1,
  giveBack: 3,
  restart: 1,
  purge: 4,
} as const;

/** What an express road takes at a time: an invocation calls destinations, and one of the 32 is its own. Two are left for what it calls beside. */
export const EXPRESS_IDS = PLATFORM.invocationsPerRequest - 2;
