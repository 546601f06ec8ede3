import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface Command {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What it reads on stdin; by default nothing. Secrets go this way: arguments can be seen by everybody on the machine. */
  readonly input?: string;
  readonly say: (line: string) => void;
  /** Interrupts the command once, as Ctrl-C would; it may take its time to end. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a command, passes on each line it prints, and resolves with its stdout. Rejects when it ends with anything but 0. It has a process
 * group of its own: Ctrl-C reaches it once, from here, and not a second time from the terminal, at which Pulumi would stop in the middle.
 */
export async function runCommand(command: string, args: readonly string[], { cwd, env, input, say, signal }: Command): Promise<string> {
  signal?.throwIfAborted();
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const interrupt = () => child.kill("SIGINT");
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    const ended = once(child, "close");
    child.stdin.on("error", () => {
      // It ended without reading: its exit code says why.
    });
    child.stdin.end(input ?? "");
    const [[code], stdout] = await Promise.all([ended, linesOf(child.stdout, say), linesOf(child.stderr, say)]);
    signal?.throwIfAborted();
    if (code !== 0) throw new Error(`${[command, ...args].join(" ")} ended with ${code}`);
    return stdout;
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
}

async function linesOf(stream: Readable, say: (line: string) => void): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stream })) {
    lines.push(line);
    say(`  │ ${line}`);
  }
  return lines.join("\n");
}
