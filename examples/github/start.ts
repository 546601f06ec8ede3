/** `npm start`: the GitHub example, from deliveries to settled dispatches, on this machine. */
import { setTimeout as sleep } from "node:timers/promises";
import { format } from "node:util";
import { obey } from "../../tools/local/command-line.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { report, say } from "./show/say.ts";

/** As a shell reports a process that a signal ended. */
const EXIT_OF = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

await obey(readOptions(process.argv.slice(2)), { help: HELP, run });

/** Returns the exit code. When there is no report, says why, and where one was asked for says so in its place. */
async function run(options: Options): Promise<number> {
  const overheard = overhear();
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupted.abort(signal));
  const { runExample } = await import("./run-example.ts");
  try {
    const exitCode = await runExample(options, interrupted.signal);
    if (exitCode !== 0) say(overheard.join("\n"));
    return exitCode;
  } catch (error) {
    // Ctrl-C ends the engine too, and its end may be noticed before the signal.
    await sleep(100);
    const { reason, exitCode } = interrupted.signal.aborted ? interruption(interrupted.signal) : failure(error, overheard);
    if (options.json) report({ error: reason });
    return exitCode;
  }
}

function interruption({ reason: signal }: AbortSignal): { reason: string; exitCode: number } {
  const reason = `interrupted by ${signal}`;
  say(reason);
  return { reason, exitCode: EXIT_OF[signal as keyof typeof EXIT_OF] };
}

function failure(error: unknown, overheard: readonly string[]): { reason: string; exitCode: number } {
  const reason = error instanceof Error ? error.message : String(error);
  say([...overheard, reason].join("\n"));
  return { reason, exitCode: 1 };
}

/** What libraries in this process log is of interest when the run fails, and in the way when it does not. Returns the last of it. */
function overhear(): readonly string[] {
  const last: string[] = [];
  for (const level of ["log", "info", "warn", "error"] as const) {
    console[level] = (...words: unknown[]) => {
      last.push(format(...words));
      if (last.length > 20) last.shift();
    };
  }
  return last;
}
