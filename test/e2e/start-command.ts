import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { watchFamily } from "./processes.ts";

/** What was killed in this moment may be listed in this moment. */
const AFTER_MS = 300;
const ROOT = join(import.meta.dirname, "..", "..");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly lastLine: string;
  /** Processes that outlived the command by more than a moment. */
  readonly left: readonly string[];
  /** Temporary directories of ours that it left. What npm and wrangler keep there is theirs. */
  readonly litter: readonly string[];
}

export interface Started {
  readonly process: ChildProcess;
  /** Resolves when the command has said so on stderr. */
  readonly said: (text: RegExp) => Promise<string>;
  readonly ended: Promise<Ended>;
  /** Processes it has started that run now. */
  readonly left: () => string[];
  /** Command lines of all that it has started. */
  readonly members: () => string[];
}

/** `npm start -- <args>` as a person types it: in a process group of its own, as a terminal would give it. */
export function npmStart(...args: readonly string[]): Started {
  return start("npm", ["start", "--", ...args]);
}

/** Another of its commands. */
export function npmRun(script: string, ...args: readonly string[]): Started {
  return start("npm", ["run", script, "--", ...args]);
}

/** `npm start` without npm in between. */
export function nodeStart(...args: readonly string[]): Started {
  return start(process.execPath, ["examples/github/start.ts", ...args]);
}

function start(command: string, args: readonly string[]): Started {
  const temporary = mkdtempSync(join(tmpdir(), "flowhub-e2e-"));
  const env = { ...process.env, TMPDIR: temporary };
  const child = spawn(command, args, { cwd: ROOT, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  const family = watchFamily(child.pid);
  const heard = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (heard.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (heard.stderr += text));
  const ended = once(child, "exit").then(async ([code]): Promise<Ended> => {
    family.stop();
    await sleep(AFTER_MS);
    const lastLine = heard.stdout.trimEnd().split("\n").at(-1) ?? "";
    const litter = (await readdir(temporary)).filter((name) => name.startsWith("flowhub-"));
    await rm(temporary, { recursive: true, force: true, maxRetries: 10 });
    return { code: code as number | null, ...heard, lastLine, left: family.left(), litter };
  });
  return {
    process: child,
    ended,
    left: family.left,
    members: family.members,
    async said(text) {
      for (;;) {
        const found = text.exec(heard.stderr);
        if (found !== null) return found[1] ?? found[0];
        if (child.exitCode !== null) throw new Error(`ended before it said ${text}:\n${heard.stderr}`);
        await sleep(50);
      }
    },
  };
}
