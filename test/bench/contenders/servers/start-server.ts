import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Guarded, startGuarded } from "../../../../tools/local/guarded.ts";

export interface StartServer {
  /** For whoever reads that it does not start. */
  readonly name: string;
  /** A script for node, and its arguments. */
  readonly command: readonly string[];
  /** In addition to this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Something that works only when the server is ready. */
  readonly ready: () => Promise<unknown>;
  readonly signal?: AbortSignal | undefined;
}

/** A server on this machine. However this process ends, it ends with it. */
export interface Server extends AsyncDisposable {
  /** The server itself, without its guard. */
  readonly pid: number;
}

const READY_MS = 30_000;

/** Starts a server and resolves when it is ready. Throws in words when it cannot be started; then nothing is left behind. */
export async function startServer({ name, command, env, ready, signal }: StartServer): Promise<Server> {
  const session = startGuarded({ command, env: { ...process.env, ...env } });
  try {
    await untilReady({ name, session, ready, signal });
    return { pid: await commandOf(session.pid), [Symbol.asyncDispose]: session.stop };
  } catch (error) {
    await session.stop();
    throw error;
  }
}

interface Waiting extends Pick<StartServer, "name" | "ready" | "signal"> {
  readonly session: Guarded;
}

async function untilReady({ name, session, ready, signal }: Waiting): Promise<void> {
  let ended = false;
  void session.ended.then(() => {
    ended = true;
  });
  const deadline = Date.now() + READY_MS;
  for (;;) {
    signal?.throwIfAborted();
    try {
      await ready();
      return;
    } catch (cause) {
      if (ended) throw new Error(`${name} did not start:\n${session.lastLines()}`, { cause });
      if (Date.now() > deadline) throw new Error(`${name} was not ready within ${READY_MS / 1_000} s:\n${session.lastLines()}`, { cause });
      await sleep(50);
    }
  }
}

/** The only child of a guard. */
async function commandOf(guard: number): Promise<number> {
  return Number.parseInt(await readFile(`/proc/${guard}/task/${guard}/children`, "utf8"), 10);
}
