/**
 * The parts of a deployment of the hub, each written here once. The Pulumi component, the check of configurations, the
 * queue consumer and every generated wrangler configuration derive from them; tests hold the manifests that users read
 * to them. Pages are those of developers.cloudflare.com, read 2026-11.
 */

/**
 * Pins the behaviour of the runtime to the one everything is tested with (workers/configuration/compatibility-dates).
 * At most the date of the local engine, 2026-11-09 in wrangler 4.156.2.
 */
export const COMPATIBILITY: { readonly date: string; readonly flags: readonly string[] } = {
  date: "2026-11-01",
  flags: [],
};

/** Entrypoints that other Workers bind: emitting alone, and everything. */
export const ENTRYPOINTS = { producer: "Producer", hub: "EventHub" } as const;

/** Names of the hub's bindings to its database and to its queue. */
export const DATABASE_BINDING = "DB";
export const QUEUE_BINDING = "DISPATCH_QUEUE";

/** The hub's workflows: binding, class of the script, and the part of its names that tells it from the others. */
export const WORKFLOWS = {
  dispatchWorkflow: { binding: "DISPATCH_WORKFLOW", className: "DispatchWorkflow", part: "dispatch" },
  bulkWorkflow: { binding: "BULK_WORKFLOW", className: "BulkWorkflow", part: "bulk" },
} as const;
export type WorkflowKey = keyof typeof WORKFLOWS;

/** Makes something of each workflow, under its key. */
export function eachWorkflow<Made>(make: (key: WorkflowKey) => Made): Readonly<Record<WorkflowKey, Made>> {
  const keys = Object.keys(WORKFLOWS) as WorkflowKey[];
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<WorkflowKey, Made>;
}

type OwnBinding = typeof DATABASE_BINDING | typeof QUEUE_BINDING | (typeof WORKFLOWS)[WorkflowKey]["binding"];

/** What a binding of the hub's own leads to. */
export type BindingKind = "database" | "queue" | "workflow";

/** Every binding that the hub cannot do without: each is checked at an isolate's first call, and is no name for a destination's. */
export const BINDINGS = {
  DB: "database",
  DISPATCH_QUEUE: "queue",
  DISPATCH_WORKFLOW: "workflow",
  BULK_WORKFLOW: "workflow",
} as const satisfies Readonly<Record<OwnBinding, BindingKind>>;

/**
 * Flags of the runtime that the hub calls for, each with the compatibility date that sets it (workers/configuration/compatibility-flags):
 * calls to destinations, and the console's to the hub. An older runtime, such as that of wrangler 3, does not know the later one (tried, 3.114.17).
 */
export const RUNTIME_FLAGS = { rpc: "2024-04-03", enable_ctx_exports: "2025-11-17" } as const;

/** The start of every variable and secret of the hub; `destinations` and `routes` are numbered from 0. */
export const VARIABLE_PREFIX = "HUB_";
export const VARIABLES = {
  config: "HUB_CONFIG",
  destinations: "HUB_DESTINATIONS_",
  routes: "HUB_ROUTES_",
  console: "HUB_CONSOLE",
  consoleSecret: "HUB_CONSOLE_SECRET",
  consoleReadSecret: "HUB_CONSOLE_READ_SECRET",
} as const satisfies Readonly<Record<string, `${typeof VARIABLE_PREFIX}${string}`>>;

/** True of a binding that the hub has of its own: a destination of that name would be the hub's database. */
export function isOwnBinding(name: string): boolean {
  return Object.hasOwn(BINDINGS, name) || name.startsWith(VARIABLE_PREFIX);
}

/** Calls the sweep every minute, the shortest there is (workers/configuration/cron-triggers). */
export const CRON = "* * * * *";

/** Ends the name of the queue that gets what the dispatch queue gave up on: by it the consumer tells the two apart. */
export const DEAD_LETTERS_SUFFIX = "-dead-letters";

/**
 * Batches of either queue: the platform's default of 10 messages, each of which names up to 100 dispatches, and no
 * waiting for a batch to fill, which by default takes 5 s (queues/configuration/batching-retries).
 */
export const BATCH = { messages: 10, waitSeconds: 0 } as const;

/** How a queue delivers again what was not acknowledged: a step later each time, up to the longest delay. */
export interface Redelivery {
  readonly maxRetries: number;
  readonly stepSeconds: number;
  readonly maxDelaySeconds: number;
}

/** Gives a message up after some minutes: by then the sweep has taken up the dispatches that it names. */
export const DISPATCH_REDELIVERY: Redelivery = { maxRetries: 10, stepSeconds: 5, maxDelaySeconds: 900 };

/**
 * As many retries as a queue allows, 100 (queues/platform/limits), so far apart that they outlast the four days that a
 * queue keeps a message by default (queues/configuration/configure-queues) and `allowQueued` promises.
 */
export const DEAD_LETTER_REDELIVERY: Redelivery = { maxRetries: 100, stepSeconds: 120, maxDelaySeconds: 4_800 };

/** Seconds until a message is delivered again after so many deliveries. At most 24 hours (queues/platform/limits). */
export function redeliveryDelay({ stepSeconds, maxDelaySeconds }: Redelivery, deliveries: number): number {
  return Math.min(stepSeconds * deliveries, maxDelaySeconds);
}

/** Seconds from the first delivery of a message to its last. */
export function redeliverySpan(redelivery: Redelivery): number {
  const delays = Array.from({ length: redelivery.maxRetries }, (_, retries) => redeliveryDelay(redelivery, retries + 1));
  return delays.reduce((sum, delay) => sum + delay, 0);
}
