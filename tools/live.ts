/** `npm run live`: does what Pulumi deploys work in a real account? */

import { HELP, type LiveOptions, readGate, readOptions } from "./live/options.ts";
import { obey } from "./local/command-line.ts";

const FAILED = 1;
const NOT_TRIED = 2;

await obey(readOptions(process.argv.slice(2)), { help: HELP, run });

/** Returns the exit code. */
async function run(options: LiveOptions): Promise<number> {
  const gate = readGate(process.env);
  if ("refusal" in gate) {
    process.stderr.write(`${gate.refusal}\n`);
    return NOT_TRIED;
  }
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}; wait until everything is removed`)));
  }
  process.stdout.on("error", () => {
    // Nobody listens any more; the account is to be cleared all the same.
  });
  const { runLive } = await import("./live/run.ts");
  return (await runLive(gate.account, options, interrupted.signal)) ? 0 : FAILED;
}
