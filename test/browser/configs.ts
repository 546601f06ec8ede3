/** Hubs between the destinations of a shop, for the tests of their console. They share a name. */
import { join } from "node:path";
import { ENTRYPOINTS, VARIABLES, WORKFLOWS } from "../../schema/deployment.ts";
import { hubConfig } from "../../tools/hub-config.ts";
import { workerConfig } from "../../tools/worker-config.ts";

const name = "browser-hub";

export const SHOP = workerConfig({ name: "browser-shop", main: join(import.meta.dirname, "shop", "index.ts") });

const shop = (entrypoint: string) => ({ worker: SHOP.name, entrypoint });

const open = hubConfig({
  name,
  destinations: {
    analytics: shop("Analytics"),
    billing: shop("Billing"),
    email: shop("Email"),
    loyalty: { worker: "browser-never-deployed" },
    warehouse: { ...shop("Warehouse"), autoPause: { after: 500, probe: "1 minute" } },
  },
  defaults: { timeout: "10s", retry: { limit: 2, delay: "400ms", backoff: "linear", jitter: "none" } },
  routes: [
    { id: "orders", on: "order.placed", to: ["billing", "warehouse"] },
    {
      id: "thanks",
      on: "order.*",
      where: { path: "$.data.customer", exists: true },
      to: { destination: "email", delay: "7 days" },
    },
    {
      id: "big-orders",
      on: "order.placed",
      where: {
        allOf: [{ path: "$.data.total", gte: 1000 }, { not: { path: "$.data.test", exact: true } }],
      },
      to: { destination: "loyalty", misconfigured: { for: "0s" } },
    },
    { id: "receipts", on: "invoice.*", to: "email" },
    { id: "everything", on: "*", to: "analytics" },
    // The warehouse is slow to recover: what it refuses waits for an hour.
    {
      id: "stock",
      on: "stock.*",
      to: { destination: "warehouse", retry: { limit: 3, delay: "1 hour", backoff: "constant" } },
    },
  ],
});

export const SECRET = "a-secret-for-tests-only";
export const READ_SECRET = "another-one-to-look-only";

/** Smaller, and closed to everybody who does not know one of its secrets. */
const closed = hubConfig({
  name,
  destinations: { analytics: shop("Analytics"), email: shop("Email") },
  routes: [{ id: "orders", on: "order.*", to: ["analytics", { destination: "email", delay: "7 days" }] }],
  vars: { [VARIABLES.consoleSecret]: SECRET, [VARIABLES.consoleReadSecret]: READ_SECRET },
});

const small = hubConfig({
  name,
  destinations: { email: shop("Email") },
  routes: [{ id: "receipts", on: "invoice.*", to: "email" }],
});

/**
 * Stores most events and owes them to nobody, so that thousands of them cost no run. Its bulk operations are written
 * down and never begin: time enough to stop one.
 */
const quiet = {
  ...small,
  workflows: small.workflows.filter(({ binding }) => binding !== WORKFLOWS.bulkWorkflow.binding),
};

export const HUBS = { open, closed, quiet };

export const OBSERVER = workerConfig({
  name: "browser-observer",
  services: { HUB: { service: name, entrypoint: ENTRYPOINTS.hub } },
});
