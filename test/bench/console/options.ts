import { type ReadOptions, readCommandLine, wholeNumber } from "../../../examples/local/command-line.ts";
import type { Filling } from "./hub.ts";

export interface Options {
  readonly filling: Filling;
  readonly rounds: number;
  readonly apartMs: number;
  /** The figures as one line of JSON, the last on stdout; all else goes to stderr. */
  readonly json: boolean;
  /** A page that is not there is an error. */
  readonly strict: boolean;
}

export const HELP = `Measures how long each page of the console takes until its first byte, in an empty hub and in one with 100,000 events and
250,000 dispatches, turn by turn on this machine.

  node test/bench/console.ts [options]

  --quick     5,000 events and 12,500 dispatches
  --rounds N  how often each page is loaded, after three times that do not count; 15
  --apart MS  from one round to the next; 0. The hub keeps its statistics for 5 s: with 5100, each page has to count them again
  --strict    a page that does not answer 200 is an error: exit code 1
  --json      print the figures as one line of JSON, the last on stdout
  --help      this text
`;

const LARGE: Filling = { events: 100_000, dispatches: 250_000 };
const QUICK: Filling = { events: 5_000, dispatches: 12_500 };

export function readOptions(args: readonly string[]): ReadOptions<Options> {
  const known = {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    apart: { type: "string" },
    strict: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  } as const;
  return readCommandLine(args, known, ({ quick, rounds, apart, strict, json }) => ({
    filling: quick ? QUICK : LARGE,
    rounds: wholeNumber(rounds, { name: "rounds", min: 1, max: 999 }) ?? 15,
    apartMs: wholeNumber(apart, { name: "apart", min: 0, max: 60_000 }) ?? 0,
    strict,
    json,
  }));
}
