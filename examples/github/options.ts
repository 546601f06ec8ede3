import { type ReadOptions, readCommandLine, wholeNumber } from "../../tools/local/command-line.ts";

export interface Options {
  /** Leave when everything has settled. */
  readonly once: boolean;
  /** The report as one line of JSON, the last on stdout; all else goes to stderr. */
  readonly json: boolean;
  readonly persist: string | undefined;
  readonly port: number | undefined;
}

export const HELP = `Runs the GitHub example on this machine: the hub, a producer and five destinations.
Sends every sample delivery of GitHub's webhook documentation and follows each until it has settled.

  npm start -- [options]

  --once         leave when everything has settled: 0 when all of it went as it should, else 1
  --json         print the report as one line of JSON, the last on stdout
  --persist DIR  keep the hub's database in DIR; without it, in a temporary directory
  --port N       where the hub's console is; without it, a free port
  --help         this text
`;

export function readOptions(args: readonly string[]): ReadOptions<Options> {
  const known = {
    once: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    persist: { type: "string" },
    port: { type: "string" },
  } as const;
  return readCommandLine(args, known, ({ once, json, persist, port }) => {
    if (persist === "") throw new Error("--persist needs a directory.");
    return { once, json, persist, port: wholeNumber(port, { name: "port", min: 1, max: 65_535 }) };
  });
}
