import type { DestinationStats, DispatchStats, Percentiles, RouteStats } from "../../../schema/contract/stats.ts";
import { STATUSES, type Status } from "../../../schema/contract/statuses.ts";
import { STATS } from "../../../schema/limits.ts";
import { isBad } from "../attempt/stage.ts";
import { emittedAt } from "../base/iso.ts";

/** Dispatches of one destination, route and status. */
export interface CountedGroup {
  readonly destination: string;
  readonly route: string;
  readonly status: Status;
  /** Of all of them together. */
  readonly attempts: number;
  /** How many were emitted in which part of the window, from 0. */
  readonly parts: readonly (readonly [part: number, dispatches: number])[];
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
  /** Id of the one that was emitted first. */
  readonly oldest: string;
}

/** Figures of each destination that has dispatches in the window or a backlog, in the order of names. */
export function destinationStats(
  { counted, timed, backlogs }: { counted: readonly CountedGroup[]; timed: readonly TimedGroup[]; backlogs: readonly Backlog[] },
  window: { from: number; to: number },
): DestinationStats[] {
  const countedOf = Map.groupBy(counted, ({ destination }) => destination);
  const timedOf = Map.groupBy(timed, ({ destination }) => destination);
  const backlogOf = new Map(backlogs.map((backlog) => [backlog.destination, backlog]));
  const names = [...new Set([...countedOf.keys(), ...backlogOf.keys()])].toSorted();
  return names.map((destination) => {
    const [own, times] = [countedOf.get(destination) ?? [], timedOf.get(destination) ?? []];
    const backlog = backlogOf.get(destination);
    return {
      destination,
      ...figures(own, times),
      routes: routeStats(own, times),
      backlog: backlog?.count ?? 0,
      ...(backlog !== undefined && { oldestOngoing: { id: backlog.oldest, emittedAt: emittedAt(backlog.oldest) } }),
      series: series(own, window),
    };
  });
}

function routeStats(counted: readonly CountedGroup[], timed: readonly TimedGroup[]): RouteStats[] {
  return [...Map.groupBy(counted, ({ route }) => route)]
    .map(([route, some]) => {
      const times = timed.filter((group) => group.route === route);
      return { route, ...figures(some, times) };
    })
    .toSorted((a, b) => (a.route < b.route ? -1 : 1));
}

function figures(counted: readonly CountedGroup[], timed: readonly TimedGroup[]): DispatchStats {
  const handleMs = percentiles(timed.flatMap((group) => group.handleMs));
  const settledMs = percentiles(timed.flatMap((group) => group.settledMs));
  return {
    dispatches: countOf(counted),
    counts: Object.fromEntries(STATUSES.map((status) => [status, countOf(counted.filter((group) => group.status === status))])) as Record<
      Status,
      number
    >,
    attempts: counted.reduce((sum, { attempts }) => sum + attempts, 0),
    ...(handleMs !== undefined && { handleMs }),
    ...(settledMs !== undefined && { settledMs }),
  };
}

function countOf(groups: readonly CountedGroup[]): number {
  return groups.flatMap(({ parts }) => parts).reduce((sum, [, dispatches]) => sum + dispatches, 0);
}

/** By nearest rank: each is a value that was measured. */
function percentiles(values: readonly number[]): Percentiles | undefined {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  return p50 === undefined || p95 === undefined || p99 === undefined ? undefined : { p50, p95, p99 };
}

function series(groups: readonly CountedGroup[], { from, to }: { from: number; to: number }): DestinationStats["series"] {
  const step = (to - from) / STATS.parts;
  const bad = groups.filter(({ status }) => isBad(status));
  return Array.from({ length: STATS.parts }, (_, part) => ({
    at: new Date(from + part * step).toISOString(),
    dispatches: countOf(inPart(groups, part)),
    bad: countOf(inPart(bad, part)),
  }));
}

function inPart(groups: readonly CountedGroup[], part: number): CountedGroup[] {
  return groups.map((group) => ({ ...group, parts: group.parts.filter(([one]) => one === part) }));
}
