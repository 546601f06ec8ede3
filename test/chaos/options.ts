import { type ReadOptions, readCommandLine, wholeNumber } from "../../tools/local/command-line.ts";

export interface Options {
  readonly seed: number;
  readonly kills: number;
  readonly dispatches: number;
  /** The figures as one line of JSON, the last on stdout; all else goes to stderr. */
  readonly json: boolean;
  /** Keep state and history when every promise was kept too. */
  readonly keep: boolean;
}

export const HELP = `Kills the hub again and again, and holds what it did against what it promises.
Starts the hub, destinations and a saboteur on this machine; emits events, ends the processes with SIGKILL and starts them on the same
state, pauses, terminates and deletes runs, puts garbage on the queue; waits until everything has settled, and judges it.

  npm run chaos -- [options]

  --seed S        what is done when; without one, random, and printed
  --kills K       how often the processes are killed; 3
  --dispatches N  how many dispatches are to be carried; 200
  --json          print the figures as one line of JSON, the last on stdout
  --keep          keep the state, and all that is known of the run as history.json, when every promise was kept too
  --help          this text

Ends 0 when every promise was kept, else 1: then the state is kept and the first stories are told.
`;

const MAX_SEED = 2 ** 32 - 1;

/** `randomSeed` where none is given. */
export function readOptions(args: readonly string[], randomSeed: number): ReadOptions<Options> {
  const known = {
    seed: { type: "string" },
    kills: { type: "string" },
    dispatches: { type: "string" },
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  } as const;
  return readCommandLine(args, known, ({ seed, kills, dispatches, json, keep }) => ({
    seed: wholeNumber(seed, { name: "seed", min: 0, max: MAX_SEED }) ?? randomSeed,
    kills: wholeNumber(kills, { name: "kills", min: 0, max: 1_000 }) ?? 3,
    dispatches: wholeNumber(dispatches, { name: "dispatches", min: 1, max: 100_000 }) ?? 200,
    json,
    keep,
  }));
}
