import { ENTRYPOINTS } from "../../../../schema/deployment.ts";
import { hubConfig } from "../../../../tools/hub-config.ts";
import type { Contender, StartContender } from "../contender.ts";
import { countOngoing } from "../d1-file.ts";
import { contenderWorker, sink, startDrivenStack } from "../driver/driven-stack.ts";
import { OTHER_TYPES } from "../order.ts";

const destination = { worker: sink.service };
const paid = { path: "$.data.total", gt: 0 } as const;

/** The whole hub with twenty routes: one of them takes "order.placed", three take "order.split". */
const HUB = hubConfig({
  name: "bench-hub",
  destinations: { billing: destination, warehouse: destination, ledger: destination },
  routes: [
    { id: "placed", on: "order.placed", to: ["billing"], where: paid },
    ...["billing", "warehouse", "ledger"].map((to) => ({
      id: `split-${to}`,
      on: "order.split",
      to: [to],
      where: paid,
    })),
    { id: "large-orders", on: "order.*", to: ["ledger"], where: { path: "$.data.total", gte: 10_000 } },
    { id: "foreign", on: "order.*", to: ["ledger"], where: { not: { path: "$.data.currency", in: ["EUR", "CHF"] } } },
    {
      id: "one-article",
      on: "order.*",
      to: ["warehouse"],
      where: { path: "$.data.lines[?@.sku == 'Z-9999']", exists: true },
    },
    { id: "by-subject", on: "*", to: ["ledger"], where: { path: "$.subject", prefix: "audit-" } },
    ...OTHER_TYPES.map((on) => ({
      id: on.replace(".", "-"),
      on,
      to: ["warehouse"],
      where: { path: "$.data.total", gte: 100 } as const,
    })),
  ],
});

const DRIVER = contenderWorker("flowhub", "driver", {
  services: { HUB: { service: HUB.name, entrypoint: ENTRYPOINTS.producer, props: { source: "shop" } }, SINK: sink },
});

/** The whole hub, with twenty routes. */
export async function startFlowhub(options: StartContender): Promise<Contender> {
  const stack = await startDrivenStack(options, [DRIVER, HUB]);
  return { ...stack, ongoing: () => countOngoing(options.stateDir) };
}
