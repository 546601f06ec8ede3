/** `node test/bench/console.ts`: what a large hub costs whoever looks at its console. */
import { obey } from "../../examples/local/command-line.ts";
import { messageOf } from "../../schema/message-of.ts";
import { benchConsole } from "./console/bench.ts";
import { HELP, type Options, readOptions } from "./console/options.ts";
import { pagesJson, pagesTable } from "./console/report.ts";

await obey(readOptions(process.argv.slice(2)), { help: HELP, run });

/** Returns the exit code. */
async function run({ strict, json, ...options }: Options): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
  try {
    const pages = await benchConsole({ ...options, interrupted: interrupted.signal, say });
    (json ? process.stderr : process.stdout).write(`${pagesTable(pages)}\n`);
    if (json) process.stdout.write(`${pagesJson(pages)}\n`);
    return strict && pages.some((measured) => "statuses" in measured) ? 1 : 0;
  } catch (error) {
    say(messageOf(error));
    if (json) process.stdout.write(`${JSON.stringify({ error: messageOf(error) })}\n`);
    return 1;
  }
}

/** For whoever watches: stderr, so that stdout holds the figures and nothing else. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
