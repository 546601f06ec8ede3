import { STATUSES, type Status } from "../../schema/contract.ts";
import { STATS } from "../../schema/limits.ts";
import type { DestinationStats, DispatchStats, Percentiles } from "../../schema/stats.ts";
import { isBad } from "./stage.ts";
import { timeOfId } from "./time-id.ts";

/** A dispatch as far as figures need it. */
export interface CountedDispatch {
  readonly id: string;
  readonly destination: string;
  readonly route: string;
  readonly status: Status;
  readonly attempts: number;
  readonly settledAt: number | null;
  /** Of its last attempts, in milliseconds. */
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
  dispatches: readonly CountedDispatch[],
  backlogs: readonly Backlog[],
  window: { from: number; to: number },
): DestinationStats[] {
  const byDestination = Map.groupBy(dispatches, ({ destination }) => destination);
  const backlogOf = new Map(backlogs.map((backlog) => [backlog.destination, backlog]));
  const names = [...new Set([...byDestination.keys(), ...backlogOf.keys()])].toSorted();
  return names.map((destination) => {
    const own = byDestination.get(destination) ?? [];
    const backlog = backlogOf.get(destination);
    return {
      destination,
      ...figures(own),
      routes: [...Map.groupBy(own, ({ route }) => route)]
        .map(([route, some]) => ({ route, ...figures(some) }))
        .toSorted((a, b) => (a.route < b.route ? -1 : 1)),
      backlog: backlog?.count ?? 0,
      ...(backlog !== undefined && { oldestOngoing: { id: backlog.oldest, emittedAt: iso(timeOf(backlog.oldest)) } }),
      series: series(own, window),
    };
  });
}

function figures(dispatches: readonly CountedDispatch[]): DispatchStats {
  const handleMs = percentiles(dispatches.flatMap((dispatch) => dispatch.handleMs));
  const settledMs = percentiles(dispatches.flatMap(({ id, settledAt }) => (settledAt === null ? [] : [settledAt - timeOf(id)])));
  return {
    dispatches: dispatches.length,
    counts: Object.fromEntries(
      STATUSES.map((status) => [status, dispatches.filter((dispatch) => dispatch.status === status).length]),
    ) as Record<Status, number>,
    attempts: dispatches.reduce((sum, { attempts }) => sum + attempts, 0),
    ...(handleMs !== undefined && { handleMs }),
    ...(settledMs !== undefined && { settledMs }),
  };
}

/** By nearest rank: each is a value that was measured. */
function percentiles(values: readonly number[]): Percentiles | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  return p50 === undefined || p95 === undefined || p99 === undefined ? undefined : { p50, p95, p99 };
}

function series(dispatches: readonly CountedDispatch[], { from, to }: { from: number; to: number }): DestinationStats["series"] {
  const step = (to - from) / STATS.parts;
  const parts = Map.groupBy(dispatches, ({ id }) => Math.min(STATS.parts - 1, Math.floor((timeOf(id) - from) / step)));
  return Array.from({ length: STATS.parts }, (_, index) => {
    const part = parts.get(index) ?? [];
    return { at: iso(from + index * step), dispatches: part.length, bad: part.filter(({ status }) => isBad(status)).length };
  });
}

function timeOf(id: string): number {
  return timeOfId(id) ?? 0;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
