import type { Contender, StartContender } from "../contender.ts";
import { countOngoing } from "../d1-file.ts";
import { startDrivenStack } from "../driver/driven-stack.ts";

/** The least that the design allows, on this machine: what is missing between it and the hub is the hub's own. */
export async function startBaseline(options: StartContender): Promise<Contender> {
  const stack = await startDrivenStack(options, ["baseline/workers/driver.toml", "baseline/workers/wrangler.toml"]);
  return { ...stack, ongoing: () => countOngoing(options.stateDir) };
}
