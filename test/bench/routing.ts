/** `node test/bench/routing.ts`: what it costs to find where an event goes, by how many routes there are. */
import { obey } from "../../examples/local/command-line.ts";
import { messageOf } from "../../schema/message-of.ts";
import { benchRouting } from "./routing/bench.ts";
import { HELP, type Options, readOptions } from "./routing/options.ts";
import { routingJson, routingTable } from "./routing/report.ts";

await obey(readOptions(process.argv.slice(2)), { help: HELP, run });

/** Returns the exit code. */
async function run({ quick, json }: Options): Promise<number> {
  try {
    const figures = benchRouting({ quick, say });
    (json ? process.stderr : process.stdout).write(`${routingTable(figures)}\n`);
    if (json) process.stdout.write(`${routingJson(figures)}\n`);
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
