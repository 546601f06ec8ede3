import type { Spread } from "../spread.ts";

/** Milliseconds; the spread is over rounds. */
export interface Latency {
  readonly p50: Spread;
  readonly p95: Spread;
  readonly p99: Spread;
}

/** Dispatches emitted in calls of 100 events, from the first call until all are settled. */
export interface Burst {
  readonly dispatches: number;
  readonly perSecond: Spread;
  /** Of the whole process tree, for 1,000 dispatches; `null` where it cannot be known. */
  readonly cpuSeconds: Spread | null;
  /** The most memory the process tree had. */
  readonly peakBytes: number | null;
  /** Milliseconds from the producer to the destination, which wait for those before them. */
  readonly waitMs: { readonly p50: Spread; readonly p95: Spread };
}

/** What was measured of a contender. */
export interface ContenderFigures {
  /** From a call of `emit` to its answer, one call at a time, with the time in between for all it sets off. */
  readonly emitAt1: Latency;
  /** The same with 32 calls under way. */
  readonly emitAt32: Latency;
  /** From the producer to the destination, in milliseconds, when nothing else is to be done. */
  readonly endToEndMs: { readonly p50: Spread; readonly p95: Spread };
  readonly bursts: readonly Burst[];
  /** Dispatches accepted in all of this, and those among them that never ran. */
  readonly stuck: { readonly dispatches: number; readonly stuck: number };
  /** Of all that it keeps, when 5,000 dispatches more are stored; `null` when they were not. */
  readonly diskBytesPerDispatch: number | null;
}

export type ContenderName = "flowhub" | "flowhub3" | "baseline" | "ancestor" | "restate";

/** Contenders that could not be measured here, and why, are in `absent`. */
export interface ContestFigures {
  readonly rounds: number;
  readonly contenders: Readonly<Partial<Record<ContenderName, ContenderFigures>>>;
  readonly absent: Readonly<Partial<Record<ContenderName, string>>>;
  /** A transaction of a producer's own that stores an event and a dispatch, and no hub: what `emit` is compared with. */
  readonly d1: { readonly insertAt1: Latency; readonly insertAt32: Latency };
  readonly ratios: Ratios;
}

/** flowhub by another, each of the same round. `null` where the other is absent. */
export interface Ratios {
  readonly throughputVsBaseline: Spread | null;
  readonly cpuVsBaseline: Spread | null;
  readonly throughputVsAncestor: Spread | null;
  readonly throughputVsRestate: Spread | null;
  /** Of medians, one call at a time: `emit` by the insert of an event and a dispatch. */
  readonly emitP50VsD1: Spread | null;
  /** Of medians, with 32 calls under way. */
  readonly emitP50At32VsAncestor: Spread | null;
}
