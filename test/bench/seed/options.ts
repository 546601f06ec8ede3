import { type ReadOptions, readCommandLine, wholeNumber } from "../../../tools/local/command-line.ts";
import { MOST_OWED } from "./kinds.ts";

export interface Options {
  readonly state: string;
  readonly events: number;
  readonly dispatches: number;
  readonly days: number;
  readonly seed: number;
}

export const HELP = `Fills the state of a hub on this machine as if a shop had used it for days. The hub is that of test/bench/stack.ts, and makes the state if need be.

  node test/bench/seed.ts --state DIR [options]

  --state DIR     where the hub keeps its state: it must not be running, and have no events
  --events N      100000
  --dispatches N  redrives included; one to ${MOST_OWED} an event; 2.5 an event
  --days N        since when; 7
  --seed S        what happens; 1
  --help          this text

Then: npx wrangler dev -c DIR/configs/flowhub-bench.json -c DIR/configs/bench-destinations.json --persist-to DIR
`;

export function readOptions(args: readonly string[]): ReadOptions<Options> {
  const known = {
    state: { type: "string", default: "" },
    events: { type: "string" },
    dispatches: { type: "string" },
    days: { type: "string" },
    seed: { type: "string" },
  } as const;
  return readCommandLine(args, known, ({ state, dispatches, days, seed, ...given }) => {
    if (state === "") throw new Error("--state needs a directory.");
    const events = wholeNumber(given.events, { name: "events", min: 1, max: 10_000_000 }) ?? 100_000;
    return {
      state,
      events,
      dispatches: wholeNumber(dispatches, { name: "dispatches", min: events, max: MOST_OWED * events }) ?? Math.round(2.5 * events),
      days: wholeNumber(days, { name: "days", min: 1, max: 365 }) ?? 7,
      seed: wholeNumber(seed, { name: "seed", min: 0, max: 2 ** 32 - 1 }) ?? 1,
    };
  });
}
