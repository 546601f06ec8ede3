import { type ReadOptions, readCommandLine } from "../../../examples/local/command-line.ts";

export interface Options {
  readonly quick: boolean;
  /** The figures as one line of JSON, the last on stdout; all else goes to stderr. */
  readonly json: boolean;
}

export const HELP = `Measures how long it takes to find where an event goes, with 5, 10, 100 and 1,000 routes of which 5 can match by type, and with 1,000
that all can; and how long the same takes cf-eventhub. Turn by turn on this machine, in less than 15 s.

  node test/bench/routing.ts [options]

  --quick     fewer rounds, less than 3 s
  --json      print the figures as one line of JSON, the last on stdout
  --help      this text
`;

export function readOptions(args: readonly string[]): ReadOptions<Options> {
  const known = { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } } as const;
  return readCommandLine(args, known, ({ quick, json }) => ({ quick, json }));
}
