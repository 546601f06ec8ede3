import type { Contender, StartContender } from "../contenders/contender.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

export type Start = (options: StartContender) => Promise<Contender>;

/** Starts a contender on a state of its own, which goes with it. */
export async function startOn(start: Start, options: Omit<StartContender, "stateDir">): Promise<Contender> {
  await using started = new AsyncDisposableStack();
  const { path: stateDir } = started.use(await temporaryDirectory("flowhub-contest-"));
  const contender = started.use(await start({ stateDir, ...options }));
  const all = started.move();
  return { ...contender, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
