import type { Observer } from "../../../tools/local/observer.ts";
import { type Stack, startStack } from "../../../tools/local/stack.ts";
import type { Bindings } from "../bindings.ts";
import { DESTINATIONS, HUB, INSPECTOR, LATE, OBSERVER, PRODUCER } from "../configs.ts";

/** The stack between a start and a kill. */
export interface Life extends AsyncDisposable {
  /** How long it took until the hub answered, and until every Worker could be reached. */
  readonly upAfter: { readonly hubMs: number; readonly allMs: number };
  /** Calls the Workers. Rejects when the life ends first: a call to the dead may never be answered. */
  readonly call: <Result>(work: (bindings: Bindings) => Promise<Result>) => Promise<Result>;
  /** Aborted when the life is over, whatever ended it. */
  readonly over: AbortSignal;
  /** Aborted when it ended although nobody asked it to, or the run was interrupted. */
  readonly failed: AbortSignal;
  /** Ends it as a crash would. Returns when that was. */
  readonly kill: () => Promise<number>;
}

export interface LifeOptions {
  readonly stateDir: string;
  /** Whether the late destination is deployed. */
  readonly late: boolean;
  readonly interrupted: AbortSignal;
  readonly cronEveryMs?: number;
}

const CRON_EVERY_MS = 2_000;

/** Starts all Workers on a state, and resolves when each of them can be reached. Once more when that fails: a machine that is busy with other things can take longer than an observer waits. */
export async function startLife(options: LifeOptions): Promise<Life> {
  try {
    return await start(options);
  } catch {
    options.interrupted.throwIfAborted();
    return await start(options);
  }
}

async function start({ stateDir, late, interrupted, cronEveryMs = CRON_EVERY_MS }: LifeOptions): Promise<Life> {
  const configs = [HUB, PRODUCER, DESTINATIONS, INSPECTOR, ...(late ? [LATE] : [])];
  const startedAt = Date.now();
  await using started = new AsyncDisposableStack();
  const stack = started.use(await startStack({ configs, stateDir, cronEveryMs, signal: interrupted }));
  const hubMs = Date.now() - startedAt;
  const observer = started.use(await observe(stack));
  const upAfter = { hubMs, allMs: Date.now() - startedAt };

  const killed = new AbortController();
  const failed = AbortSignal.any([interrupted, stack.broken]);
  const over = AbortSignal.any([failed, killed.signal]);
  const ends = started.move();
  return {
    upAfter,
    over,
    failed,
    call: (work) => untilAborted(over, () => work(observer.bindings)),
    async kill() {
      const at = Date.now();
      const dead = stack.kill();
      killed.abort(new Error("the stack was killed"));
      await dead;
      await ends.disposeAsync();
      return at;
    },
    [Symbol.asyncDispose]: () => ends.disposeAsync(),
  };
}

async function observe(stack: Stack): Promise<Observer<Bindings>> {
  try {
    return await stack.observe<Bindings>({ config: OBSERVER, ready: isReady });
  } catch (error) {
    throw new Error(`The session said last:\n${stack.lastLines()}`, { cause: error });
  }
}

async function isReady({ PRODUCER, HUB, LEDGER, INSPECTOR }: Bindings): Promise<void> {
  const answer = await PRODUCER.fetch("https://producer.example/", { method: "POST", body: "[]" });
  const text = await answer.text();
  if (answer.ok || !text.includes("(")) throw new Error(`the producer answered: ${text}`);
  await HUB.health();
  await LEDGER.prepare();
  await INSPECTOR.standing();
}

/** What crosses RPC is no promise but something like it: hence a function that awaits it. */
async function untilAborted<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([(async () => await work())(), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
