/** `node test/bench/counts.ts`: what an event and a dispatch ask of the platform, and what that costs. */
import { obey } from "../../examples/local/command-line.ts";
import { messageOf } from "../../schema/message-of.ts";
import { countAll } from "./counts/bench.ts";
import { HELP, type Options, readOptions } from "./counts/options.ts";
import { countsJson, countsText } from "./counts/report.ts";

await obey(readOptions(process.argv.slice(2)), { help: HELP, run });

/** Returns the exit code. */
async function run({ json }: Options): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
  try {
    const counts = await countAll({ signal: interrupted.signal, say });
    (json ? process.stderr : process.stdout).write(`${countsText(counts)}\n`);
    if (json) process.stdout.write(`${countsJson(counts)}\n`);
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
