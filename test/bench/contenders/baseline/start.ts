import { BATCH } from "../../../../schema/deployment.ts";
import type { Contender, StartContender } from "../contender.ts";
import { countOngoing } from "../d1-file.ts";
import { contenderWorker, sink, startDrivenStack } from "../driver/driven-stack.ts";

const QUEUE = "baseline-runs";

const BASELINE = contenderWorker("baseline", "index", {
  d1_databases: [{ binding: "DB", database_name: "baseline", database_id: "bench-baseline" }],
  queues: {
    producers: [{ binding: "QUEUE", queue: QUEUE }],
    consumers: [{ queue: QUEUE, max_batch_size: BATCH.messages, max_batch_timeout: BATCH.waitSeconds }],
  },
  workflows: [{ binding: "RUN", name: "baseline-run", class_name: "Run" }],
  services: { SINK: sink },
});

const DRIVER = contenderWorker("baseline", "driver", {
  services: { BASELINE: { service: BASELINE.name, entrypoint: "Baseline" }, SINK: sink },
});

/** The least that the design allows, on this machine: what is missing between it and the hub is the hub's own. */
export async function startBaseline(options: StartContender): Promise<Contender> {
  const stack = await startDrivenStack(options, [DRIVER, BASELINE]);
  return { ...stack, ongoing: () => countOngoing(options.stateDir) };
}
