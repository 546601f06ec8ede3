/**
 * How much is measured. The local engine keeps three files open for each run it has ever had, so a stack carries about 6,000 runs where a
 * process may open 20,000 files: all rounds together stay below that, and the long burst has a stack of its own.
 */
export interface Effort {
  readonly rounds: number;
  /** Dispatches of calls one at a time, and 32 at a time, in a round. */
  readonly at1: number;
  readonly at32: number;
  /** Of a burst in each round, and of one at the end. */
  readonly burst: number;
  readonly longBurst: number;
}

export const FULL: Effort = { rounds: 3, at1: 100, at32: 320, burst: 1_000, longBurst: 5_000 };

/** Says that everything still runs, and little of how fast. */
export const QUICK: Effort = { rounds: 1, at1: 20, at32: 64, burst: 200, longBurst: 0 };
