import type { Status } from "./statuses.ts";

/** A window of time: of settlement for failures, of emission for all else. `from` is included, `to` is not. */
export interface StatsQuery {
  /** By default 24 hours ago. */
  readonly from?: string | Date | undefined;
  /** By default now. */
  readonly to?: string | Date | undefined;
}

/**
 * Figures of a window, a few seconds old at times. Traffic: the dispatches whose events were emitted in it, at most the latest 10,000. Failures:
 * the dispatches that settled in it as failed, misconfigured or lost, whenever emitted, at most the latest 10,000.
 */
export interface Stats {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  /** There was more traffic; its figures begin at `countedFrom`. */
  readonly truncated: boolean;
  readonly countedFrom: string;
  /** There were more failures; their figures begin at `failuresFrom`. */
  readonly failuresTruncated: boolean;
  readonly failuresFrom: string;
  readonly destinations: readonly DestinationStats[];
}

export interface DestinationStats extends DispatchStats {
  readonly destination: string;
  readonly routes: readonly RouteStats[];
  /** Ongoing now, whenever emitted. */
  readonly backlog: number;
  /** There are more: of all destinations together 10,000 are counted, an equal share of each. */
  readonly backlogTruncated: boolean;
  /** The one of those counted that has been ongoing longest. */
  readonly oldestOngoing?: { readonly id: string; readonly emittedAt: string };
  /** The window in 24 equal parts, from old to new: dispatches emitted in each, and `bad` ones, failures that settled in it. */
  readonly series: readonly { readonly at: string; readonly dispatches: number; readonly bad: number }[];
}

export interface RouteStats extends DispatchStats {
  readonly route: string;
}

export interface DispatchStats {
  /** Emitted in the window. */
  readonly dispatches: number;
  /** `failed`, `misconfigured` and `lost` by time of settlement, whatever became of their lines since; the others by time of emission. */
  readonly counts: Readonly<Record<Status, number>>;
  /** Those of the failures that are dead letters: owed still. */
  readonly deadLetters: number;
  /** Of the dispatches that were emitted in the window. */
  readonly attempts: number;
  /** How long `handle()` took, over the last 20 attempts of each among the latest 2,000 dispatches of the window; absent where there was none. */
  readonly handleMs?: Percentiles;
  /** From emission to settlement, delays included, among the latest 2,000 dispatches of the window; absent where nothing has settled. */
  readonly settledMs?: Percentiles;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}
