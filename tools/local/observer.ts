import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { getPlatformProxy } from "wrangler";
import { configFile, type WorkerConfig } from "../../tools/worker-config.ts";
import type { DevSession } from "./dev-session.ts";

export interface ObserveOptions<Bindings> {
  /** A configuration whose service bindings name Workers of the session, or the path of one. */
  readonly config: WorkerConfig | string;
  /** Something that works only when the session can be reached through these bindings. */
  readonly ready: (bindings: Bindings) => Promise<unknown>;
}

/** Bindings to Workers of a session, for a node script. */
export interface Observer<Bindings> extends AsyncDisposable {
  readonly bindings: Bindings;
}

const READY_MS = 20_000;

/** Only the first Worker of a session answers HTTP; the others are reached through the registry, as another session would. */
export async function observe<Bindings>(
  { registryDir, configDir, session }: { registryDir: string; configDir: string; session: DevSession },
  { config, ready }: ObserveOptions<Bindings>,
): Promise<Observer<Bindings>> {
  const configPath = await configFile(config, configDir);
  const proxy = await withOwnSignals(() =>
    withEnvironment({ WRANGLER_REGISTRY_PATH: registryDir, WRANGLER_LOG: "error" }, () =>
      getPlatformProxy({ configPath, persist: false, remoteBindings: false }),
    ),
  );
  for (const stray of await runtimesOf(process.pid)) session.adopt(stray);
  const observer: Observer<Bindings> = { bindings: proxy.env as Bindings, [Symbol.asyncDispose]: () => proxy.dispose() };
  try {
    await untilReady(() => ready(observer.bindings));
    return observer;
  } catch (error) {
    await proxy.dispose();
    throw error;
  }
}

/** What crosses the proxy is a stub for each object; as plain data it can be kept and compared, and the stub released. */
export function plain<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  (value as Partial<Disposable> | null)?.[Symbol.dispose]?.();
  return JSON.parse(text) as Value;
}

async function untilReady(probe: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    try {
      await probe();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error("The Workers of the session cannot be reached.", { cause: error });
      await sleep(100);
    }
  }
}

/** The engine would end this process on a signal, at once: when and how is for the process to decide. */
async function withOwnSignals<Result>(work: () => Promise<Result>): Promise<Result> {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const own = signals.map((signal) => new Set(process.listeners(signal)));
  const result = await work();
  for (const [index, signal] of signals.entries()) {
    for (const listener of process.listeners(signal)) if (!own[index]?.has(listener)) process.off(signal, listener);
  }
  return result;
}

/** Wrangler takes these from the environment and nowhere else. */
async function withEnvironment<Result>(variables: Readonly<Record<string, string>>, work: () => Promise<Result>): Promise<Result> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) {
      delete process.env[name];
      if (before[name] !== undefined) process.env[name] = before[name];
    }
  }
}

/** The engine behind the bindings is a child of this process, and would outlive it if it were killed. */
async function runtimesOf(parent: number): Promise<{ pid: number; name: string }[]> {
  const name = "workerd";
  try {
    const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,ppid=,comm="]);
    const rows = stdout.split("\n").map((row) => row.trim().split(/\s+/));
    return rows.filter(([, ppid, comm]) => Number(ppid) === parent && comm?.includes(name)).map(([pid]) => ({ pid: Number(pid), name }));
  } catch {
    // Without `ps` only the net below the ordinary way out is missing.
    return [];
  }
}
