import { parseArgs } from "node:util";

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

export type ReadOptions =
  | { readonly options: Options }
  | { readonly help: true }
  /** What is wrong with the command line. */
  | { readonly problem: string };

export function readOptions(args: readonly string[]): ReadOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        persist: { type: "string" },
        port: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return { help: true };
    if (values.persist === "") return { problem: "--persist needs a directory." };
    const { once, json, persist } = values;
    return { options: { once, json, persist, port: portOf(values.port) } };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Error(`--port must be a whole number from 1 to 65535, not "${text}".`);
  return port;
}
