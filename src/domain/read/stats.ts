import type { DestinationStats, DispatchStats, Percentiles, RouteStats } from "../../../schema/contract/stats.ts";
import { isBad, STATUSES, type Status } from "../../../schema/contract/statuses.ts";
import { STATS } from "../../../schema/limits.ts";
import { emittedAt } from "../base/iso.ts";

/** Dispatches of one destination, route and status. */
export interface CountedGroup {
  readonly destination: string;
  readonly route: string;
  readonly status: Status;
  /** Of all of them together. */
  readonly attempts: number;
  /** How many were emitted, of failures how many settled, in which part of the window, from 0. */
  readonly parts: readonly (readonly [part: number, dispatches: number])[];
}

/** Failures of one destination, route and status: what settled so in the window. */
export interface FailedGroup extends Omit<CountedGroup, "attempts"> {
  /** Those that are dead letters. */
  readonly deadLetters: number;
}

/** How long things took with some dispatches of one destination and route, in milliseconds. */
export interface TimedGroup {
  readonly destination: string;
  readonly route: string;
  /** From emission to settlement, of those that have settled. */
  readonly settledMs: readonly number[];
  /** Their last attempts. */
  readonly handleMs: readonly number[];
}

/** What a destination is owed now. */
export interface Backlog {
  readonly destination: string;
  readonly count: number;
  /** There is more. */
  readonly truncated: boolean;
  /** Id of the one that was emitted first. */
  readonly oldest: string;
}

/** What figures are made of. */
export interface Counted {
  readonly counted: readonly CountedGroup[];
  readonly failed: readonly FailedGroup[];
  readonly timed: readonly TimedGroup[];
}

/** Figures of each destination that has traffic or failures in the window or a backlog, in the order of names. */
export function destinationStats(
  { backlogs, ...all }: Counted & { readonly backlogs: readonly Backlog[] },
  window: { from: number; to: number },
): DestinationStats[] {
  const backlogOf = new Map(backlogs.map((backlog) => [backlog.destination, backlog]));
  const names = new Set([...all.counted, ...all.failed, ...backlogs].map(({ destination }) => destination));
  return [...names].toSorted().map((destination) => {
    const own = only(all, (group) => group.destination === destination);
    const backlog = backlogOf.get(destination);
    return {
      destination,
      ...figures(own),
      routes: routeStats(own),
      backlog: backlog?.count ?? 0,
      backlogTruncated: backlog?.truncated ?? false,
      ...(backlog !== undefined && { oldestOngoing: { id: backlog.oldest, emittedAt: emittedAt(backlog.oldest) } }),
      series: series(own, window),
    };
  });
}

function only({ counted, failed, timed }: Counted, wanted: (group: { destination: string; route: string }) => boolean): Counted {
  return { counted: counted.filter(wanted), failed: failed.filter(wanted), timed: timed.filter(wanted) };
}

function routeStats(all: Counted): RouteStats[] {
  const routes = new Set([...all.counted, ...all.failed].map(({ route }) => route));
  return [...routes].toSorted().map((route) => ({ route, ...figures(only(all, (group) => group.route === route)) }));
}

function figures({ counted, failed, timed }: Counted): DispatchStats {
  const handleMs = percentiles(timed.flatMap((group) => group.handleMs));
  const settledMs = percentiles(timed.flatMap((group) => group.settledMs));
  const countAs = (status: Status) => countOf((isBad(status) ? failed : counted).filter((group) => group.status === status));
  return {
    dispatches: countOf(counted),
    counts: Object.fromEntries(STATUSES.map((status) => [status, countAs(status)])) as Record<Status, number>,
    deadLetters: failed.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    attempts: counted.reduce((sum, { attempts }) => sum + attempts, 0),
    ...(handleMs !== undefined && { handleMs }),
    ...(settledMs !== undefined && { settledMs }),
  };
}

function countOf(groups: readonly Pick<CountedGroup, "parts">[]): number {
  return groups.flatMap(({ parts }) => parts).reduce((sum, [, dispatches]) => sum + dispatches, 0);
}

/** By nearest rank: each is a value that was measured. */
function percentiles(values: readonly number[]): Percentiles | undefined {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  return p50 === undefined || p95 === undefined || p99 === undefined ? undefined : { p50, p95, p99 };
}

function series({ counted, failed }: Counted, { from, to }: { from: number; to: number }): DestinationStats["series"] {
  const step = (to - from) / STATS.parts;
  return Array.from({ length: STATS.parts }, (_, part) => ({
    at: new Date(from + part * step).toISOString(),
    dispatches: countIn(counted, part),
    bad: countIn(failed, part),
  }));
}

function countIn(groups: readonly Pick<CountedGroup, "parts">[], wanted: number): number {
  return countOf(groups.map(({ parts }) => ({ parts: parts.filter(([part]) => part === wanted) })));
}
