import { join } from "node:path";
import { startStack } from "../../../../tools/local/stack.ts";
import { type WorkerConfig, workerConfig } from "../../../../tools/worker-config.ts";
import type { Contender, StartContender } from "../contender.ts";
import type { Loaded } from "../load.ts";

/** What a stack with a driver in front can do: all that a contender does, but to know what is owed. */
export type DrivenStack = Omit<Contender, "ongoing">;

const CONTENDERS = join(import.meta.dirname, "..");

/** A Worker of a contender, by its folder and the module in it. */
export function contenderWorker(
  contender: string,
  module: string,
  options: Omit<Parameters<typeof workerConfig>[0], "name" | "main"> = {},
): WorkerConfig {
  const main = join(CONTENDERS, contender, "workers", `${module}.ts`);
  return workerConfig({ ...options, name: `bench-${contender}-${module}`, main });
}

const SINK = contenderWorker("destination", "index");

/** The binding of every destination of every contender. */
export const sink = { service: SINK.name };

/** Starts Workers of a contender, and the destination; the first is its driver's. */
export async function startDrivenStack(
  { stateDir, signal }: StartContender,
  [driver, ...others]: readonly [WorkerConfig, ...WorkerConfig[]],
): Promise<DrivenStack> {
  // Nobody calls the cron: nothing is lost here, so there is nothing to repair.
  const stack = await startStack({ configs: [driver, ...others, SINK], stateDir, cronEveryMs: 0, signal });
  const ask = async <Answer>(path: string, body?: string) => {
    stack.broken.throwIfAborted();
    const signal = AbortSignal.any([stack.broken, AbortSignal.timeout(ANSWER_MS)]);
    const response = await fetch(new URL(path, stack.url), { method: "POST", body: body ?? null, signal });
    if (!response.ok) throw new Error(`${driver.name} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
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
