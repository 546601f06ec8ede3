/** The two Workers of cf-eventhub, with the twenty routes of flowhub/start.ts. */
import { BATCH, DISPATCH_REDELIVERY } from "../../../../schema/deployment.ts";
import type { WorkerConfig } from "../../../../tools/worker-config.ts";
import { contenderWorker, sink } from "../driver/driven-stack.ts";
import { OTHER_TYPES } from "../order.ts";

const QUEUE = "ancestor-dispatches";

/** By default it prints every event. */
const vars = { EVENTHUB_LOG_LEVEL: "ERROR" };

const DESTINATIONS = ["BILLING", "WAREHOUSE", "LEDGER"] as const;

const route = (destination: (typeof DESTINATIONS)[number], ...allOf: readonly object[]) => ({
  destination,
  condition: { allOf },
});

/** It knows no types: a type is one more condition. */
const ofType = (type: string) => ({ path: "$.type", exact: type });
const ofOrders = { path: "$.type", match: "^order\\.[^.]+(\\.[^.]+)*$" };
const from = (total: number) => ({ path: "$.data.total", gte: total });
/** "gt = 0" would never hold: a bound of 0 counts as none. Totals are in cents at most. */
const paid = from(0.01);

const ROUTES = [
  route("BILLING", ofType("order.placed"), paid),
  ...DESTINATIONS.map((destination) => route(destination, ofType("order.split"), paid)),
  route("LEDGER", ofOrders, from(10_000)),
  route("LEDGER", ofOrders, { not: { anyOf: ["EUR", "CHF"].map((exact) => ({ path: "$.data.currency", exact })) } }),
  route("WAREHOUSE", ofOrders, { path: "$.data.lines[?(@.sku == 'Z-9999')]", exists: true }),
  route("LEDGER", { path: "$.subject", match: "^audit-" }),
  ...OTHER_TYPES.map((type) => route("WAREHOUSE", ofType(type), from(100))),
];

/** Driver, hub and executor on a database. */
export function ancestorConfigs(databaseUrl: string): readonly [WorkerConfig, WorkerConfig, WorkerConfig] {
  const common = {
    compatibility_flags: ["nodejs_compat"],
    hyperdrive: [{ binding: "EVENTHUB_DSN", id: "bench-ancestor", localConnectionString: databaseUrl }],
  };
  const hub = contenderWorker("ancestor", "hub", {
    ...common,
    vars: { ...vars, EVENTHUB_ROUTING: { routes: ROUTES } },
    queues: { producers: [{ binding: "EVENTHUB_QUEUE", queue: QUEUE }] },
  });
  const executor = contenderWorker("ancestor", "executor", {
    ...common,
    vars,
    // As with the others; larger batches make it no faster. Its hub sends before it commits, and what its executor then
    // does not find yet it forgets: a queue that does not wait is faster than a slow disk now and then, and such a
    // dispatch is ongoing for good. A second's delay would cure that, and cost every dispatch the second.
    queues: {
      consumers: [
        {
          queue: QUEUE,
          max_batch_size: BATCH.messages,
          max_batch_timeout: BATCH.waitSeconds,
          max_retries: DISPATCH_REDELIVERY.maxRetries,
        },
      ],
    },
    // Its destinations are bindings of the executor: the three of the hub, which are one Worker here as there.
    services: { BILLING: sink, WAREHOUSE: sink, LEDGER: sink },
  });
  const driver = contenderWorker("ancestor", "driver", { services: { HUB: { service: hub.name }, SINK: sink } });
  return [driver, hub, executor];
}
