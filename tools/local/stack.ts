import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { configFile, type WorkerConfig } from "../../tools/worker-config.ts";
import { type DevSession, type DevSessionOptions, startDevSession } from "./dev-session.ts";
import { freePort, HOST } from "./free-port.ts";
import { type ObserveOptions, type Observer, observe } from "./observer.ts";
import { lockState } from "./state-lock.ts";

export interface StackOptions {
  /** Configurations, or paths of wrangler.toml files; the first is the hub's. */
  readonly configs: readonly (WorkerConfig | string)[];
  /** Databases and runs live here, and can be taken up again by another stack; configurations are written into `configs`. */
  readonly stateDir: string;
  /** Without one, a free port. */
  readonly port?: number | undefined;
  /** How often the cron is called, which nobody does locally. 0: never. */
  readonly cronEveryMs?: number | undefined;
  readonly onLog?: DevSessionOptions["onLog"];
  /** Gives up starting. */
  readonly signal?: AbortSignal | undefined;
}

/** A hub with its Workers on this machine. However this process ends, they end with it. */
export interface Stack extends AsyncDisposable {
  /** Of the hub: its console. */
  readonly url: string;
  /** The process group that all of it runs in. */
  readonly group: number;
  /** Where Workers of the session can be found by other processes: `WRANGLER_REGISTRY_PATH`. */
  readonly registryDir: string;
  /** Aborted when the session ends although nobody asked it to. */
  readonly broken: AbortSignal;
  /** The last the session logged, for who wants to know what went wrong. */
  readonly lastLines: () => string;
  /** Calls the hub's cron once. */
  readonly cron: () => Promise<void>;
  /** Bindings to the Workers, to be closed before the stack. */
  readonly observe: <Bindings>(options: ObserveOptions<Bindings>) => Promise<Observer<Bindings>>;
  readonly stop: () => Promise<void>;
  /** As a crash would end it: nothing is tidied up, the state stays as it is. */
  readonly kill: () => Promise<void>;
}

const READY_MS = 90_000;
const CRON_EVERY_MS = 5_000;

/** Starts a stack and resolves when the hub answers. Throws in words when it cannot be started; then nothing is left behind. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { stateDir, onLog } = options;
  const port = await freePort(options.port);
  const unlock = await lockState(stateDir);
  const registryDir = await mkdtemp(join(tmpdir(), "flowhub-registry-"));
  const configDir = join(stateDir, "configs");
  const configs = await Promise.all(options.configs.map((config) => configFile(config, configDir)));
  const session = startDevSession({ configs, port, stateDir, registryDir, onLog });
  const url = `http://${HOST}:${port}/`;
  const asked = new AbortController();
  const broken = new AbortController();

  let ended: Promise<void> | undefined;
  /** Once: another stack may have taken up the state since. */
  const end = (how: () => Promise<void>) => {
    ended ??= (async () => {
      asked.abort();
      await how();
      await Promise.all([unlock(), rm(registryDir, { recursive: true, force: true })]);
    })();
    return ended;
  };
  try {
    await untilAnswers(url, session, options.signal);
  } catch (error) {
    await end(session.stop);
    throw error;
  }

  const cron = () => callCron(url);
  void repeat(cron, options.cronEveryMs ?? CRON_EVERY_MS, asked.signal);
  void session.ended.then(
    () => asked.signal.aborted || broken.abort(new Error(`The local session ended by itself:\n${session.lastLines()}`)),
  );
  const stop = () => end(session.stop);
  return {
    url,
    group: session.pid,
    registryDir,
    broken: broken.signal,
    lastLines: session.lastLines,
    cron,
    observe: (what) => observe({ registryDir, configDir, session }, what),
    stop,
    kill: () => end(session.kill),
    [Symbol.asyncDispose]: stop,
  };
}

async function untilAnswers(url: string, session: DevSession, signal: AbortSignal | undefined): Promise<void> {
  const early = session.ended.then(() => `The local session did not start:\n${session.lastLines()}`);
  const deadline = Date.now() + READY_MS;
  for (;;) {
    signal?.throwIfAborted();
    const problem = await Promise.race([early, answers(url, signal)]);
    if (problem === undefined) return;
    if (problem !== NO_ANSWER) throw new Error(problem);
    if (session.lastLines().includes(BUILD_FAILED)) {
      // What is wrong follows in the next lines.
      await sleep(500);
      throw new Error(`The Workers could not be built:\n${session.lastLines()}`);
    }
    if (Date.now() > deadline) throw new Error(`The hub did not answer within ${READY_MS / 1_000} s:\n${session.lastLines()}`);
    await sleep(100);
  }
}

/** Wrangler says so and waits for somebody to mend the source. */
const BUILD_FAILED = "Build failed with";
const NO_ANSWER = "no answer";

/** Any answer will do: a hub whose configuration is invalid says so with a 503. */
async function answers(url: string, signal: AbortSignal | undefined): Promise<typeof NO_ANSWER | undefined> {
  try {
    const patience = AbortSignal.timeout(10_000);
    const response = await fetch(url, { signal: signal === undefined ? patience : AbortSignal.any([signal, patience]) });
    await response.body?.cancel();
    return undefined;
  } catch {
    return NO_ANSWER;
  }
}

async function callCron(url: string): Promise<void> {
  const response = await fetch(new URL("/cdn-cgi/local/scheduled", url), { signal: AbortSignal.timeout(30_000) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`The cron answered ${response.status}.`);
}

/** A call that fails is made up for by the next. */
async function repeat(work: () => Promise<void>, everyMs: number, until: AbortSignal): Promise<void> {
  while (everyMs > 0 && !until.aborted) {
    await Promise.allSettled([work()]);
    await Promise.allSettled([sleep(everyMs, undefined, { signal: until, ref: false })]);
  }
}
