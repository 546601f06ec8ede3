/** `npm run bench:scaling`: where flowhub saturates, and what it costs, by simulation. */
import { obey } from "../../tools/local/command-line.ts";
import { scalingPicture } from "./pictures/scaling.ts";
import { isWritten, writeGenerated } from "./scaling/document.ts";
import { HELP, type Options, readOptions } from "./scaling/options.ts";
import { terminalTable } from "./scaling/report.ts";
import { simulateScaling } from "./scaling/simulate-scaling.ts";
import { tablesOf } from "./scaling/tables.ts";

await obey(readOptions(process.argv.slice(2)), { help: HELP, run });

/** Returns the exit code. */
async function run({ seed, json, document }: Options): Promise<number> {
  const figures = simulateScaling({ seed, surges: true });
  const generated = { tables: tablesOf(figures), picture: await scalingPicture(figures) };
  (json ? process.stderr : process.stdout).write(`${generated.tables.map(terminalTable).join("\n\n")}\n`);
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  if (document === "write") writeGenerated(generated);
  if (document !== "check" || isWritten(generated)) return 0;
  process.stderr.write("docs/scaling.md and its picture are not these: run npm run bench:scaling -- --write.\n");
  return 1;
}
