/** `npm run chaos`: breaks the hub in every way there is and holds what it did against what it promises. */

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { obey } from "../../tools/local/command-line.ts";
import { type Result, runChaos } from "./chaos.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { hasPassed } from "./report/figures.ts";
import { figuresTable } from "./report/table.ts";

/** As a shell reports a process that a signal ended. */
const EXIT_OF = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

await obey(readOptions(process.argv.slice(2), randomInt(2 ** 32)), { help: HELP, run });

/** Returns the exit code. */
async function run(options: Options): Promise<number> {
  silenceLibraries();
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupted.abort(signal));
  say(`seed ${options.seed}: ${options.dispatches} dispatches, ${options.kills} kills`);
  try {
    const result = await runChaos({ ...options, interrupted: interrupted.signal, say });
    report(result, options);
    return hasPassed(result.figures) ? 0 : 1;
  } catch (error) {
    // Ctrl-C ends the engine too, and its end may be noticed before the signal.
    await sleep(100);
    const { aborted, reason: signal } = interrupted.signal;
    const reason = aborted ? `interrupted by ${signal}` : inspect(error);
    say(reason);
    if (options.json) process.stdout.write(`${JSON.stringify({ seed: options.seed, error: reason })}\n`);
    return aborted ? EXIT_OF[signal as keyof typeof EXIT_OF] : 1;
  }
}

function report({ figures, story, keptIn }: Result, { json }: Options): void {
  if (story !== "") say(`\n${story}\n`);
  if (keptIn !== undefined) say(`kept: ${keptIn}`);
  (json ? process.stderr : process.stdout).write(`${figuresTable(figures)}\n`);
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
}

/** For whoever watches: stderr, so that stdout holds the figures and nothing else. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** What libraries in this process say about broken connections is of no interest here: they are broken on purpose. */
function silenceLibraries(): void {
  for (const level of ["log", "info", "warn", "error"] as const) console[level] = () => undefined;
}
