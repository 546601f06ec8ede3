import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";

export interface GuardedOptions {
  /** A script for node, and its arguments. */
  readonly command: readonly string[];
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly onLog?: ((line: string) => void) | undefined;
}

/** A command with all that it started. However this process ends, they end with it. */
export interface Guarded {
  /** The process group that everything runs in. */
  readonly pid: number;
  /** Resolves when nothing of it runs any more. */
  readonly ended: Promise<void>;
  /** The last it said. */
  readonly lastLines: () => string;
  /** SIGTERM, and SIGKILL for what is left. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as a crash would. */
  readonly kill: () => Promise<void>;
  /** Ends a process of ours too, should we be gone before we could. */
  readonly adopt: (stray: { pid: number; name: string }) => void;
}

const TAIL_LINES = 15;
/** Longer than the guard gives its group. */
const STOP_MS = 8_000;

/** Starts a command in a process group of its own. Returns at once. */
export function startGuarded({ command, env, onLog }: GuardedOptions): Guarded {
  const guard = spawn(process.execPath, [join(import.meta.dirname, "guard.ts"), ...command], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env,
  });
  const { pid } = guard;
  if (pid === undefined) throw new Error(`${command[0]} could not be started`);
  const tail: string[] = [];
  followLog(guard, (line) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    onLog?.(line);
  });
  const ended = endOf(guard, pid);
  return {
    pid,
    ended,
    lastLines: () => tail.join("\n"),
    async stop() {
      if (guard.connected) guard.disconnect();
      const late = setTimeout(() => killGroup(pid), STOP_MS);
      await ended;
      clearTimeout(late);
    },
    async kill() {
      killGroup(pid);
      await ended;
    },
    adopt: (stray) => guard.connected && guard.send(stray),
  };
}

function followLog(guard: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [guard.stdout, guard.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", (line) => onLine(stripVTControlCharacters(line)));
  }
}

/** Not its "close": a child with a channel does not emit it once the channel was closed on our side. */
async function endOf(guard: ChildProcess, pid: number): Promise<void> {
  await once(guard, "exit");
  for (let looks = 0; looks < GONE_LOOKS && isThere(pid); looks++) await sleep(20);
}

/** What was killed may hold its files for a moment yet. No longer than a second: where nobody reaps them, the dead stay on the list. */
const GONE_LOOKS = 50;

function isThere(group: number): boolean {
  return signalGroup(group, 0);
}

function killGroup(group: number): void {
  signalGroup(group, "SIGKILL");
}

/** Whether there was such a group. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
