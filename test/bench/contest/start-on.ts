import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contender, StartContender } from "../contenders/contender.ts";

export type Start = (options: StartContender) => Promise<Contender>;

/** Starts a contender on a state of its own, which goes with it. */
export async function startOn(start: Start, options: Omit<StartContender, "stateDir">): Promise<Contender> {
  await using started = new AsyncDisposableStack();
  const stateDir = await mkdtemp(join(tmpdir(), "flowhub-contest-"));
  started.defer(() => rm(stateDir, { recursive: true, force: true, maxRetries: 10 }));
  const contender = started.use(await start({ stateDir, ...options }));
  const all = started.move();
  return { ...contender, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
