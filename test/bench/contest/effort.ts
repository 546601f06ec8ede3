/** How much is measured. */
export interface Effort {
  readonly rounds: number;
  /** Calls one at a time, and 32 at a time, in a round. */
  readonly callsAt1: number;
  readonly callsAt32: number;
  /** Dispatches of a burst in each round, and of one at the end. */
  readonly burst: number;
  readonly longBurst: number;
}

export const FULL: Effort = { rounds: 5, callsAt1: 100, callsAt32: 320, burst: 1_000, longBurst: 5_000 };

/** Says that everything still runs, and little of how fast. */
export const QUICK: Effort = { rounds: 1, callsAt1: 20, callsAt32: 64, burst: 200, longBurst: 0 };
