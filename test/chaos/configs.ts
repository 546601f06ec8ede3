/** The hub between destinations that misbehave in every way that load/rules.ts has a rule for. */
import { join } from "node:path";
import { ENTRYPOINTS, WORKFLOWS } from "../../schema/deployment.ts";
import { hubConfig } from "../../tools/hub-config.ts";
import { workerConfig } from "../../tools/worker-config.ts";

const NAME = "flowhub-chaos";

const worker = (name: string) => ({
  name: `chaos-${name}`,
  main: join(import.meta.dirname, "workers", name, "index.ts"),
});
const LEDGER = { binding: "LEDGER", database_name: "chaos-ledger", database_id: "chaos-ledger" };

export const DESTINATIONS = workerConfig({ ...worker("destinations"), d1_databases: [LEDGER] });

/** A destination that the hub binds from the start, deployed only after some restarts. */
export const LATE = workerConfig({ ...worker("late"), d1_databases: [LEDGER] });

const destination = (entrypoint: string) => ({ worker: DESTINATIONS.name, entrypoint });

export const HUB = hubConfig({
  name: NAME,
  // Few: what cannot be read reaches the dead-letter queue within the run.
  maxRetries: 3,
  destinations: {
    steady: destination("Steady"),
    flaky: destination("Flaky"),
    slow: destination("Slow"),
    hanging: destination("Hanging"),
    throwing: destination("Throwing"),
    ignoring: destination("Ignoring"),
    refusing: destination("Refusing"),
    emitting: destination("Emitting"),
    hostile: destination("Hostile"),
    pausable: destination("Pausable"),
    late: { worker: LATE.name },
  },
  defaults: {
    timeout: "20s",
    // Without jitter, so that the moment before which no attempt may be made is known to the millisecond.
    retry: { limit: 5, backoff: "constant", delay: "2s", jitter: "none" },
    misconfigured: { delay: "1s", maxDelay: "5s" },
  },
  routes: [
    ...["steady", "slow", "ignoring", "refusing", "emitting", "late", "pausable"].map((id) => ({ id, on: `chaos.${id}`, to: id })),
    { id: "flaky", on: "chaos.flaky", to: { destination: "flaky", retry: { delay: "1s" } } },
    { id: "hanging", on: "chaos.hanging", to: { destination: "hanging", timeout: "3s" } },
    { id: "throwing", on: "chaos.throwing", to: { destination: "throwing", retry: { limit: 2, delay: "3s" } } },
    { id: "hostile", on: "chaos.hostile", to: { destination: "hostile", timeout: "3s", retry: { limit: 1, delay: "1s" } } },
    // Asked for every event, and never true: of some it looks at each of very many items.
    { id: "wildcard", on: "*", where: { path: "$.data.items[*]", exact: 1 }, to: "steady" },
    { id: "follow-ups", on: "chaos.follow-up", to: "steady" },
    { id: "fan-out", on: "chaos.fan-out", to: ["steady", "flaky", "slow", "ignoring"] },
    // Long enough for a kill, and more, to fall into the back-off.
    { id: "patient", on: "chaos.patient", to: { destination: "flaky", retry: { delay: "20s" } } },
  ],
});

/** Emits what it is sent, as a producer of a user would. */
export const PRODUCER = workerConfig({
  ...worker("producer"),
  services: { HUB: { service: NAME, entrypoint: ENTRYPOINTS.producer } },
});

const isOfDispatches = ({ binding }: { binding: string }) => binding === WORKFLOWS.dispatchWorkflow.binding;

/** Reads the hub's database and meddles with its runs and its queue behind its back. */
export const INSPECTOR = workerConfig({
  ...worker("inspector"),
  d1_databases: HUB.d1_databases,
  queues: { producers: HUB.queues.producers },
  workflows: HUB.workflows.filter(isOfDispatches).map((workflow) => ({ ...workflow, script_name: NAME })),
});

/** The bindings with which the harness reaches the running Workers. */
export const OBSERVER = workerConfig({
  name: "chaos-observer",
  services: {
    HUB: { service: NAME, entrypoint: ENTRYPOINTS.hub },
    LEDGER: { service: DESTINATIONS.name, entrypoint: "Ledger" },
    INSPECTOR: { service: INSPECTOR.name },
    PRODUCER: { service: PRODUCER.name },
  },
});
