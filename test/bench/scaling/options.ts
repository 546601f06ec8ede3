import { type ReadOptions, readCommandLine, wholeNumber } from "../../../tools/local/command-line.ts";
import { DOCUMENT_SEED } from "./document.ts";

type Document = "leave" | "write" | "check";

export interface Options {
  readonly seed: number;
  readonly json: boolean;
  /** What is done with docs/scaling.md. */
  readonly document: Document;
}

export const HELP = `Simulates how flowhub scales, by the documented limits of Cloudflare: where it saturates, how long what waits, and what it costs.
Nothing is measured; the same seed gives the same figures.

  npm run bench:scaling -- [options]

  --seed N   what is random is drawn from it; ${DOCUMENT_SEED}
  --json     print the figures as one line of JSON, the last on stdout
  --write    put the tables into docs/scaling.md, and draw docs/scaling.svg
  --check    fail when they are not those that are there
  --help     print this
`;

export function readOptions(args: readonly string[]): ReadOptions<Options> {
  const known = {
    seed: { type: "string" },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
  } as const;
  return readCommandLine(args, known, ({ seed, json, write, check }) => {
    if (write && check) throw new Error("--write and --check exclude each other.");
    if ((write || check) && seed !== undefined) throw new Error(`The document has the tables of seed ${DOCUMENT_SEED}.`);
    return {
      seed: wholeNumber(seed, { name: "seed", min: 0, max: 2 ** 31 }) ?? DOCUMENT_SEED,
      json,
      document: documentOf(write, check),
    };
  });
}

function documentOf(write: boolean, check: boolean): Document {
  if (write) return "write";
  return check ? "check" : "leave";
}
