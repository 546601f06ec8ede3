import { join } from "node:path";
import type { EmitInput, EventHubApi } from "flowhub";
import { ENTRYPOINTS } from "../../../schema/deployment.ts";
import { hubConfig } from "../../../tools/hub-config.ts";
import { plain } from "../../../tools/local/observer.ts";
import { type Stack, startStack } from "../../../tools/local/stack.ts";
import { type WorkerConfig, workerConfig } from "../../../tools/worker-config.ts";
import { type Call, METER_PATH, type Meters, type Timed } from "./meters.ts";

/** A running hub that counts what it asks of the platform. */
export interface MeteredHub extends AsyncDisposable {
  readonly stack: Stack;
  readonly hub: EventHubApi;
  /** What it has asked for since this was last asked. */
  readonly take: () => Promise<Meters>;
  /** Calls made one after the other inside the hub's Worker: without what it takes to reach it from here. */
  readonly timed: (calls: readonly Call[]) => Promise<Timed>;
  /** From an emit of an event that is owed to one destination to the end of its run, in the same way. */
  readonly delivered: (input: EmitInput) => Promise<Timed>;
  /** What the engine says has happened in a run that is over. */
  readonly history: (dispatchId: string) => Promise<readonly string[]>;
}

export interface StartMeteredHub {
  readonly stateDir: string;
  /** A hub and its destinations; by default one with a type of event for each thing that is counted. */
  readonly configs?: readonly WorkerConfig[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

const NAME = "bench-metered";
const SCRIPTED = workerConfig({ name: "bench-scripted", main: join(import.meta.dirname, "scripted/workers/index.ts") });

const scripted = { worker: SCRIPTED.name };
const HUB = hubConfig({
  name: NAME,
  destinations: { first: scripted, second: scripted, third: scripted },
  routes: [
    { id: "at-once", on: "at-once", to: ["first"] },
    { id: "delayed", on: "delayed", to: [{ destination: "first", delay: "2s" }] },
    { id: "retried", on: "retried", to: [{ destination: "first", retry: { limit: 5, backoff: "constant", delay: "0s" } }] },
    { id: "fanned-out", on: "fanned-out", to: ["first", "second", "third"] },
  ],
});

const OBSERVER = workerConfig({
  name: "bench-metered-observer",
  services: { HUB: { service: NAME, entrypoint: ENTRYPOINTS.hub } },
});

/** Starts it on a state. Nobody calls its cron but `stack.cron()`. */
export async function startMeteredHub({ stateDir, configs, signal }: StartMeteredHub): Promise<MeteredHub> {
  await using started = new AsyncDisposableStack();
  const [hub = HUB, ...others] = configs ?? [HUB, SCRIPTED];
  const metered = { ...hub, name: NAME, main: join(import.meta.dirname, "workers/index.ts") };
  const stack = started.use(await startStack({ configs: [metered, ...others], stateDir, cronEveryMs: 0, signal }));
  const { bindings } = started.use(
    await stack.observe<{ HUB: EventHubApi }>({ config: OBSERVER, ready: async ({ HUB }) => plain(await HUB.health()) }),
  );
  const all = started.move();
  return {
    stack,
    hub: bindings.HUB,
    take: () => askMeter(stack, "take"),
    timed: (calls) => askMeter(stack, "timed", calls),
    delivered: (input) => askMeter(stack, "delivered", input),
    history: (id) => askMeter(stack, "history", id),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function askMeter<Answer>({ url }: Stack, method: string, ...given: readonly unknown[]): Promise<Answer> {
  const response = await fetch(new URL(METER_PATH, url), { method: "POST", body: JSON.stringify({ method, given }) });
  if (!response.ok) throw new Error(`The meter answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
