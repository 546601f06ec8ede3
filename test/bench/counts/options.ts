import { type ReadOptions, readCommandLine } from "../../../examples/local/command-line.ts";

export interface Options {
  /** The counts as one line of JSON, the last on stdout; all else goes to stderr. */
  readonly json: boolean;
}

export const HELP = `Counts what events and dispatches ask of the platform, by its own meters: rows, round trips, messages, instances, billed steps;
and what that costs at list prices, beside cf-eventhub and hosted peers. On a hub of its own, in about half a minute.

  node test/bench/counts.ts [options]

  --json      print the counts as one line of JSON, the last on stdout
  --help      this text
`;

export function readOptions(args: readonly string[]): ReadOptions<Options> {
  return readCommandLine(args, { json: { type: "boolean", default: false } }, ({ json }) => ({ json }));
}
