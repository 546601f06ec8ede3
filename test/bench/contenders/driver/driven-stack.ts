import { join, resolve } from "node:path";
import { startStack } from "../../../../tools/local/stack.ts";
import type { Contender, StartContender } from "../contender.ts";
import type { Loaded } from "../load.ts";

/** What a stack with a driver in front can do: all that a contender does, but to know what is owed. */
export type DrivenStack = Omit<Contender, "ongoing">;

const CONTENDERS = join(import.meta.dirname, "..");

/** Starts Workers of a contender, and the destination; `configs` are relative to the folder of contenders, the first is its driver's. */
export async function startDrivenStack({ stateDir, signal }: StartContender, configs: readonly string[]): Promise<DrivenStack> {
  const all = [...configs, "destination/workers/wrangler.toml"].map((config) => resolve(CONTENDERS, config));
  // Nobody calls the cron: nothing is lost here, so there is nothing to repair.
  const stack = await startStack({ configs: all, stateDir, cronEveryMs: 0, signal });
  const ask = async <Answer>(path: string, body?: string) => {
    stack.broken.throwIfAborted();
    const signal = AbortSignal.any([stack.broken, AbortSignal.timeout(ANSWER_MS)]);
    const response = await fetch(new URL(path, stack.url), { method: "POST", body: body ?? null, signal });
    if (!response.ok) throw new Error(`${configs[0]} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
    return (await response.json()) as Answer;
  };
  return {
    load: (load) => ask<Loaded>("/", JSON.stringify(load)),
    waits: () => ask<number[]>("/waits"),
    roots: [stack.group],
    stateDir,
    [Symbol.asyncDispose]: stack.stop,
  };
}

/** A Worker that is busy with thousands of runs answers late. */
const ANSWER_MS = 180_000;
