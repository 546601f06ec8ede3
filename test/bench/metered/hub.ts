import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EmitInput, EventHubApi } from "flowhub";
import { plain } from "../../../tools/local/observer.ts";
import { type Stack, startStack } from "../../../tools/local/stack.ts";
import { temporaryDirectory } from "../temporary-directory.ts";
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
  /** The wrangler.toml files of a hub and its destinations. By default of one with a type of event for each thing that is counted. */
  readonly configs?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CODE = join(import.meta.dirname, "workers", "index.ts");
const SCRIPTED = join(import.meta.dirname, "scripted", "workers", "wrangler.toml");

/** The wrangler.toml of the metered hub. */
export const METERED_HUB = join(import.meta.dirname, "workers", "wrangler.toml");

/** Starts it on a state. Nobody calls its cron but `stack.cron()`. */
export async function startMeteredHub({ stateDir, configs, signal }: StartMeteredHub): Promise<MeteredHub> {
  await using started = new AsyncDisposableStack();
  const [hub = METERED_HUB, ...others] = configs ?? [METERED_HUB, SCRIPTED];
  const metered = await meteredConfig(hub, started);
  const stack = started.use(await startStack({ configs: [metered, ...others], stateDir, cronEveryMs: 0, signal }));
  const config = join(import.meta.dirname, "observer", "wrangler.toml");
  const { bindings } = started.use(
    await stack.observe<{ HUB: EventHubApi }>({ config, ready: async ({ HUB }) => plain(await HUB.health()) }),
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

/** The same hub but for its name and its code. */
async function meteredConfig(config: string, until: AsyncDisposableStack): Promise<string> {
  const { path } = until.use(await temporaryDirectory("flowhub-metered-"));
  const file = join(path, "wrangler.toml");
  const text = await readFile(config, "utf8");
  await writeFile(file, text.replace(/^name = .*$/m, 'name = "bench-metered"').replace(/^main = .*$/m, `main = ${JSON.stringify(CODE)}`));
  return file;
}
