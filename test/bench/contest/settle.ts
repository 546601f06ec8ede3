import { setTimeout as sleep } from "node:timers/promises";
import type { Contender } from "../contenders/contender.ts";
import type { Load, Loaded } from "../contenders/load.ts";
import { treeUsage } from "./tree-usage.ts";

/** What it took from the first call of a producer until nothing was owed, or nothing happened any more. */
export interface Settled extends Loaded {
  readonly dispatches: number;
  /** Accepted, and not settled when nothing had happened for a while. */
  readonly stuck: number;
  /** Until the last of them had settled. */
  readonly seconds: number;
  /** Of the whole process tree. `undefined` where it cannot be known. */
  readonly cpuSeconds: number | undefined;
  /** The most memory the process tree had. */
  readonly peakBytes: number | undefined;
  /** Milliseconds from producer to destination, one a dispatch that came there. */
  readonly waits: readonly number[];
}

const LOOK_MS = 50;
const MEMORY_EVERY_MS = 500;
/** Longer than nothing settles while the engine makes the next thousand runs. */
const STILL_MS = 30_000;

/** Makes the producer emit and waits until all of it has settled. Throws when that was not once each. */
export async function settle(contender: Contender, load: Load, interrupted: AbortSignal): Promise<Settled> {
  await contender.waits();
  const stuckBefore = await contender.ongoing();
  const before = await treeUsage(contender.roots);
  await using memory = watchMemory(contender.roots);
  const startedAt = performance.now();
  const { ms } = await contender.load(load);
  const { stuck, endedAt } = await untilStill(contender, stuckBefore, interrupted);
  const after = await treeUsage(contender.roots);
  const dispatches = load.calls * load.batch * load.fanOut;
  const waits = await contender.waits();
  if (waits.length !== dispatches - stuck)
    throw new Error(`${waits.length} dispatches were handled, of ${dispatches} of which ${stuck} are stuck.`);
  return {
    ms,
    dispatches,
    stuck,
    seconds: (endedAt - startedAt) / 1_000,
    cpuSeconds: before && after && after.cpuSeconds - before.cpuSeconds,
    peakBytes: memory.peak(),
    waits,
  };
}

/** Waits until nothing is owed but what was stuck before, or nothing has settled for a while. */
async function untilStill(
  contender: Contender,
  stuckBefore: number,
  interrupted: AbortSignal,
): Promise<{ stuck: number; endedAt: number }> {
  let [ongoing, changedAt] = [Number.POSITIVE_INFINITY, performance.now()];
  for (;;) {
    const now = (await contender.ongoing()) - stuckBefore;
    if (now !== ongoing) [ongoing, changedAt] = [now, performance.now()];
    if (ongoing <= 0 || performance.now() - changedAt > STILL_MS) return { stuck: Math.max(0, ongoing), endedAt: changedAt };
    await sleep(LOOK_MS, undefined, { signal: interrupted });
  }
}

/** Looks now and then how much memory these processes have. */
function watchMemory(roots: readonly number[]): AsyncDisposable & { readonly peak: () => number | undefined } {
  const over = new AbortController();
  let peak: number | undefined;
  const watching = (async () => {
    while (!over.signal.aborted) {
      const bytes = (await treeUsage(roots))?.bytes;
      if (bytes !== undefined) peak = Math.max(peak ?? 0, bytes);
      await Promise.allSettled([sleep(MEMORY_EVERY_MS, undefined, { signal: over.signal })]);
    }
  })();
  return {
    peak: () => peak,
    async [Symbol.asyncDispose]() {
      over.abort();
      await watching;
    },
  };
}
