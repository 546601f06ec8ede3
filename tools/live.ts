/** `npm run live`: does what Pulumi deploys work in a real account? */

import { type Account, HELP, type LiveOptions, readGate, readOptions } from "./live/options.ts";

const FAILED = 1;
const NOT_TRIED = 2;

const read = readOptions(process.argv.slice(2));
if ("options" in read) {
  const gate = readGate(process.env);
  if ("account" in gate) process.exit(await run(gate.account, read.options));
  process.stderr.write(`${gate.refusal}\n`);
  process.exitCode = NOT_TRIED;
} else if ("help" in read) {
  process.stdout.write(HELP);
} else {
  process.stderr.write(`${read.problem}\nTry --help.\n`);
  process.exitCode = NOT_TRIED;
}

/** Returns the exit code. */
async function run(account: Account, options: LiveOptions): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}; wait until everything is removed`)));
  }
  process.stdout.on("error", () => {
    // Nobody listens any more; the account is to be cleared all the same.
  });
  const { runLive } = await import("./live/run.ts");
  return (await runLive(account, options, interrupted.signal)) ? 0 : FAILED;
}
