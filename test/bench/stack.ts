import { join } from "node:path";
import { ENTRYPOINTS } from "../../schema/deployment.ts";
import { hubConfig } from "../../tools/hub-config.ts";
import { type WorkerConfig, workerConfig } from "../../tools/worker-config.ts";

const DESTINATIONS = workerConfig({
  name: "bench-destinations",
  main: join(import.meta.dirname, "workers/destinations/index.ts"),
});

const destination = { worker: DESTINATIONS.name };

/** The hub that is measured, between a shop's eight destinations: seed/ writes what its routes would have made. */
export const HUB = hubConfig({
  name: "flowhub-bench",
  destinations: {
    billing: destination,
    warehouse: destination,
    email: destination,
    fraud: destination,
    ledger: destination,
    crm: destination,
    analytics: destination,
    carriers: { ...destination, autoPause: { after: 10, probe: "1 minute" } },
  },
  defaults: { timeout: "30s", misconfigured: { for: "10 minutes" } },
  routes: [
    { id: "billing", on: "order.placed", to: { destination: "billing", retry: { limit: 8 } } },
    { id: "fulfilment", on: "order.placed", to: "warehouse" },
    { id: "confirmations", on: "order.placed", to: { destination: "email", retry: { limit: 3 } } },
    {
      id: "fraud-check",
      on: "order.placed",
      where: { path: "$.data.total", gte: 1_000 },
      to: { destination: "fraud", timeout: "10s", retry: { limit: 2 } },
    },
    { id: "cancellations", on: "order.cancelled", to: ["billing", "warehouse"] },
    { id: "invoices", on: "invoice.*", to: "ledger" },
    { id: "dunning", on: "invoice.overdue", to: { destination: "email", retry: { limit: 3 } } },
    { id: "payments", on: "payment.received", to: ["ledger", "analytics"] },
    { id: "pickups", on: "shipment.requested", to: { destination: "carriers", timeout: "60s", retry: { limit: 4 } } },
    { id: "tracking", on: "shipment.*", to: ["crm", { destination: "email", retry: { limit: 3 } }] },
    { id: "customers", on: "customer.*", to: "crm" },
    { id: "sign-ups", on: "customer.registered", to: { destination: "analytics", retry: { limit: 0 } } },
  ],
});

/** It and its destinations, for `startStack()`. */
export const WORKERS: readonly WorkerConfig[] = [HUB, DESTINATIONS];

/** Binds the hub, for `observe()`. */
export const OBSERVER = workerConfig({
  name: "bench-observer",
  services: { HUB: { service: HUB.name, entrypoint: ENTRYPOINTS.hub } },
});
