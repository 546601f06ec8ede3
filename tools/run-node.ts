import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** What it said, on either stream. */
  readonly output: string;
}

/** Runs a script of node, with its arguments, and keeps what it says for when it has ended. */
export async function runNode(command: readonly string[], cwd: string): Promise<Ended> {
  const child = spawn(process.execPath, command, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const [[code], stdout, stderr] = await Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
  return { code: code as number | null, output: `${stdout}${stderr}` };
}
