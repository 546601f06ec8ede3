import type { Status } from "./statuses.ts";

/** A window by time of emission, since ids are the only clock that needs no index of its own. `from` is included, `to` is not. */
export interface StatsQuery {
  /** By default 24 hours ago. */
  readonly from?: string | Date | undefined;
  /** By default now. */
  readonly to?: string | Date | undefined;
}

/** What became of the dispatches whose events were emitted in a window: at most the latest 10,000 of it. A few seconds old at times. */
export interface Stats {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  /** There were more; the figures begin at `countedFrom`. */
  readonly truncated: boolean;
  readonly countedFrom: string;
  readonly destinations: readonly DestinationStats[];
}

export interface DestinationStats extends DispatchStats {
  readonly destination: string;
  readonly routes: readonly RouteStats[];
  /** Ongoing now, whenever emitted; with those of all destinations at most 10,000 are counted. */
  readonly backlog: number;
  /** The one that has been ongoing longest. */
  readonly oldestOngoing?: { readonly id: string; readonly emittedAt: string };
  /** The window in 24 equal parts, from old to new. */
  readonly series: readonly { readonly at: string; readonly dispatches: number; readonly bad: number }[];
}

export interface RouteStats extends DispatchStats {
  readonly route: string;
}

export interface DispatchStats {
  readonly dispatches: number;
  readonly counts: Readonly<Record<Status, number>>;
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
