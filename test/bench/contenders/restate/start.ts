import type { Contender, StartContender } from "../contender.ts";
import { contenderWorker, sink, startDrivenStack } from "../driver/driven-stack.ts";
import type { Load } from "../load.ts";
import { startServers } from "./servers.ts";

/** Restate, with handlers that do what the hub does: they accept, route by the same twenty conditions, and deliver. */
export async function startRestate(options: StartContender): Promise<Contender> {
  await using started = new AsyncDisposableStack();
  const restate = started.use(await startServers(options));
  // The sink is idle: Restate delivers to the process of its handlers.
  const driver = contenderWorker("restate", "driver", { vars: { INGRESS: restate.ingress }, services: { SINK: sink } });
  const stack = started.use(await startDrivenStack(options, [driver]));
  const running = started.move();
  let accepted = 0;
  return {
    ...stack,
    roots: [...stack.roots, ...restate.pids],
    load: async (load: Load) => {
      const loaded = await stack.load(load);
      accepted += load.calls * load.batch * load.fanOut;
      return loaded;
    },
    waits: restate.drain,
    // Its tables have the last word. Asking them takes 20 ms of a core after 10,000 dispatches, so not while it is known what they would say:
    // that is measured too.
    ongoing: async () => {
      const unhandled = accepted - (await restate.handled());
      return unhandled > 0 ? unhandled : await restate.uncompleted();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
