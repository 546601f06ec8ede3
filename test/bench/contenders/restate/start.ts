import { join } from "node:path";
import type { Contender, StartContender } from "../contender.ts";
import { startDrivenStack } from "../driver/driven-stack.ts";
import { fillConfig } from "../driver/fill-config.ts";
import type { Load } from "../load.ts";
import { startServers } from "./servers.ts";

/** Restate, with handlers that do what the hub does: they accept, route by the same twenty conditions, and deliver. */
export async function startRestate(options: StartContender): Promise<Contender> {
  const { stateDir } = options;
  await using started = new AsyncDisposableStack();
  const restate = started.use(await startServers(options));
  const driver = await fillConfig({
    config: join(import.meta.dirname, "workers", "driver.toml"),
    values: { INGRESS: restate.ingress },
    stateDir,
  });
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
