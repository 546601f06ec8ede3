import { parseArgs } from "node:util";
import { messageOf } from "../../../schema/message-of.ts";
import { wholeNumber } from "../whole-number.ts";
import { MOST_OWED } from "./kinds.ts";

export interface Options {
  readonly state: string;
  readonly events: number;
  readonly dispatches: number;
  readonly days: number;
  readonly seed: number;
}

export const HELP = `Fills the state of a hub on this machine as if a shop had used it for days. The hub is that of test/bench/hub, and makes the state if need be.

  node test/bench/seed.ts --state DIR [options]

  --state DIR     where the hub keeps its state: it must not be running, and have no events
  --events N      100000
  --dispatches N  redrives included; one to ${MOST_OWED} an event; 2.5 an event
  --days N        since when; 7
  --seed S        what happens; 1
  --help          this text

Then: npx wrangler dev -c test/bench/hub/wrangler.toml -c test/bench/workers/destinations/wrangler.toml --persist-to DIR
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
        state: { type: "string" },
        events: { type: "string" },
        dispatches: { type: "string" },
        days: { type: "string" },
        seed: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return { help: true };
    if (values.state === undefined || values.state === "") return { problem: "--state needs a directory." };
    const events = wholeNumber(values.events, { name: "events", min: 1, max: 10_000_000 }) ?? 100_000;
    const most = { name: "dispatches", min: events, max: MOST_OWED * events };
    return {
      options: {
        state: values.state,
        events,
        dispatches: wholeNumber(values.dispatches, most) ?? Math.round(2.5 * events),
        days: wholeNumber(values.days, { name: "days", min: 1, max: 365 }) ?? 7,
        seed: wholeNumber(values.seed, { name: "seed", min: 0, max: 2 ** 32 - 1 }) ?? 1,
      },
    };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
