import type { Contender, StartContender } from "../contender.ts";
import { countOngoing } from "../d1-file.ts";
import { startDrivenStack } from "../driver/driven-stack.ts";

/** The whole hub, with twenty routes. */
export async function startFlowhub(options: StartContender): Promise<Contender> {
  const stack = await startDrivenStack(options, ["flowhub/workers/driver.toml", "flowhub/workers/wrangler.toml"]);
  return { ...stack, ongoing: () => countOngoing(options.stateDir) };
}
