import { join } from "node:path";
import type { EventHubApi } from "flowhub";
import { plain } from "../../../examples/local/observer.ts";
import { type Stack, startStack } from "../../../examples/local/stack.ts";
import type { Meters } from "./meters.ts";

/** A running hub that counts what it asks of the platform. */
export interface MeteredHub extends AsyncDisposable {
  readonly stack: Stack;
  readonly hub: EventHubApi;
  /** What it has asked for since this was last asked. */
  readonly take: () => Promise<Meters>;
  /** What the engine says has happened in a run that is over. */
  readonly history: (dispatchId: string) => Promise<readonly string[]>;
}

interface Bindings {
  readonly HUB: EventHubApi;
  readonly METER: { take(): Promise<Meters>; history(id: string): Promise<string[]> };
}

const WORKERS = ["workers", "scripted/workers"].map((worker) => join(import.meta.dirname, worker, "wrangler.toml"));

/** The wrangler.toml of the metered hub. */
export const METERED_HUB = join(import.meta.dirname, "workers", "wrangler.toml");

/** Starts it on a state. Nobody calls its cron but `stack.cron()`. */
export async function startMeteredHub({ stateDir, signal }: { stateDir: string; signal?: AbortSignal | undefined }): Promise<MeteredHub> {
  await using started = new AsyncDisposableStack();
  const stack = started.use(await startStack({ configs: WORKERS, stateDir, cronEveryMs: 0, signal }));
  const config = join(import.meta.dirname, "observer", "wrangler.toml");
  const { bindings } = started.use(await stack.observe<Bindings>({ config, ready: ({ HUB }) => HUB.health() }));
  const all = started.move();
  return {
    stack,
    hub: bindings.HUB,
    take: async () => plain(await bindings.METER.take()),
    history: async (id) => plain(await bindings.METER.history(id)),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
