import { type ReadOptions, readCommandLine } from "../../tools/local/command-line.ts";
import { PARTS, type Part } from "./figures.ts";

export interface Options {
  readonly parts: readonly Part[];
  readonly quick: boolean;
  /** The ratios and counts as one line of JSON, the last on stdout; all else goes to stderr. */
  readonly json: boolean;
  /** Where pictures and figures go; without one a full run renews those of the README, and a quick one draws nowhere. */
  readonly out: string | undefined;
}

export const HELP = `Measures the hub: what an event and a dispatch cost, by the platform's own meters; how long routing takes; what grows with what is stored;
and how fast it is beside the least that the design allows (the baseline), its ancestor cf-eventhub on Postgres, and Restate. All of it on this
machine, turn by turn; what it says of speed is ratios. Less than ten minutes. The first time, it installs the servers that others need.

  npm run bench -- [options]

  --quick       sizes that say that all of it runs, and little of how fast: less than two minutes
  --only PARTS  of ${PARTS.join(", ")}: those, with commas between them
  --out DIR     where pictures and figures go. By default a full run renews test/bench/results and the README
  --json        print the ratios and counts as one line of JSON, the last on stdout
  --help        this text
`;

export function readOptions(args: readonly string[]): ReadOptions<Options> {
  const known = {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    out: { type: "string" },
    json: { type: "boolean", default: false },
  } as const;
  return readCommandLine(args, known, ({ quick, only, out, json }) => ({ parts: partsOf(only), quick, json, out }));
}

function partsOf(only: string | undefined): readonly Part[] {
  if (only === undefined) return PARTS;
  return only.split(",").map((name) => {
    const part = PARTS.find((known) => known === name.trim());
    if (part === undefined) throw new Error(`--only takes ${PARTS.join(", ")}, not "${name}".`);
    return part;
  });
}
