/** Workers of the end-to-end tests: a hub whose destinations misbehave on purpose, each beside one that does not. */
import { join } from "node:path";
import { ENTRYPOINTS } from "../../schema/deployment.ts";
import { hubConfig } from "../../tools/hub-config.ts";
import { type WorkerConfig, workerConfig } from "../../tools/worker-config.ts";

const fixture = (name: string, services = {}): WorkerConfig =>
  workerConfig({ name: `e2e-${name}`, main: join(import.meta.dirname, "fixtures", name, "index.ts"), services });

export const STEADY = fixture("steady");
export const FLAKY = fixture("flaky");
export const UNRULY = fixture("unruly");

const unruly = (entrypoint: string) => ({ worker: UNRULY.name, entrypoint });

export const HUB = hubConfig({
  name: "e2e-hub",
  destinations: {
    steady: { worker: STEADY.name },
    flaky: { worker: FLAKY.name },
    throws: unruly("Throws"),
    hangs: unruly("Hangs"),
    garbage: unruly("Garbage"),
    huge: unruly("Huge"),
    mute: unruly("Mute"),
    shop: unruly("Shop"),
    absent: { worker: "e2e-never-deployed" },
  },
  defaults: { timeout: "3s", retry: { limit: 1, delay: "100ms", jitter: "none" }, misconfigured: { for: "0s" } },
  routes: [
    ...["first", "second", "third"].map((id) => ({ id, on: "bulk.*", to: "steady" })),
    { id: "watched", on: "watched", to: { destination: "flaky", delay: "2s", retry: { delay: "2s" } } },
    ...["throws", "hangs", "garbage", "huge", "mute", "absent"].map((id) => ({
      id,
      on: `unruly.${id}`,
      to: [id, "steady"],
    })),
    // Longer than everything else together takes, on the slowest machine.
    {
      id: "holds",
      on: "unruly.holds",
      to: [{ destination: "hangs", timeout: "2 minutes", retry: { limit: 0 } }, "steady"],
    },
    { id: "orders", on: "order.placed", to: { destination: "shop", retry: { limit: 0 } } },
  ],
});

const hub = { service: HUB.name, entrypoint: ENTRYPOINTS.hub };

export const WATCHER = fixture("watcher", { HUB: hub });
export const OBSERVER = workerConfig({
  name: "e2e-observer",
  services: { HUB: hub, WATCHER: { service: WATCHER.name } },
});
