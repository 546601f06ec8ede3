/** `npm run bench`: what the hub costs and how fast it is, beside others. */

import { messageOf } from "../../schema/message-of.ts";
import { obey } from "../../tools/local/command-line.ts";
import { measure } from "./measure.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { reportText } from "./report.ts";
import { publish, RESULTS } from "./results.ts";
import { summaryJson } from "./summary.ts";

await obey(readOptions(process.argv.slice(2)), { help: HELP, run });

/** Returns the exit code. */
async function run({ json, quick, out, parts }: Options): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
  try {
    const figures = await measure({ parts, quick, interrupted: interrupted.signal, say });
    const directory = out ?? (quick ? undefined : RESULTS);
    if (directory !== undefined) say(`written: ${(await publish(figures, directory)).join(", ")}`);
    (json ? process.stderr : process.stdout).write(`${reportText(figures)}\n`);
    if (json) process.stdout.write(`${summaryJson(figures)}\n`);
    return 0;
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
