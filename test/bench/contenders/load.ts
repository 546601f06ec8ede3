import type { FanOut } from "./order.ts";

/** What a producer is to do. */
export interface Load {
  readonly calls: number;
  /** Events a call. */
  readonly batch: number;
  /** Calls under way at a time. */
  readonly concurrency: number;
  /** Milliseconds from an answer to the next call, for what a call has set off to be over; by default none. */
  readonly gapMs?: number | undefined;
  /** Dispatches an event. */
  readonly fanOut: FanOut;
  /** `insert`: what is emitted is stored and owed to nobody. Only the baseline knows it. */
  readonly method?: "emit" | "insert" | undefined;
}

/** What it took. */
export interface Loaded {
  /**
   * Whole milliseconds from each call to its answer: the clock of a Worker stands still while it computes and ticks once a millisecond, so
   * single times are coarse, and their sum is not.
   */
  readonly ms: readonly number[];
}
