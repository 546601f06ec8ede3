import type { EventHubApi } from "flowhub";

/** Where the metered hub can be asked for them: the rest is its console. */
export const METER_PATH = "/meter";

/** What has been asked of the platform, by its own count where it counts. */
export interface Meters {
  /** Round trips, and `meta.rows_read` and `meta.rows_written` of every statement. */
  readonly d1: { roundTrips: number; rowsRead: number; rowsWritten: number };
  /** Calls of `sendBatch`; messages sent, and their bytes as JSON; what consumers were given, acknowledged and sent back. */
  readonly queue: { calls: number; sent: number; bytes: number; batches: number; delivered: number; acknowledged: number; retried: number };
  /** Calls to the Workflows service, and instances it created. */
  readonly workflows: { calls: number; created: number };
  /** Calls of `handle()`. */
  readonly deliveries: number;
}

/** What has been asked for in one stretch and the next. */
export function sumOfMeters(first: Meters, second: Meters): Meters {
  return {
    d1: sumOf(first.d1, second.d1),
    queue: sumOf(first.queue, second.queue),
    workflows: sumOf(first.workflows, second.workflows),
    deliveries: first.deliveries + second.deliveries,
  };
}

function sumOf<Counts extends Readonly<Record<string, number>>>(first: Counts, second: Counts): Counts {
  return Object.fromEntries(Object.entries(first).map(([what, count]) => [what, count + (second[what] ?? 0)])) as Counts;
}

/** A call of the hub, or a sweep. */
export interface Call {
  readonly method: keyof EventHubApi | "sweep";
  readonly given: readonly unknown[];
}

/** What calls took together. `ms` are whole: the clock of a Worker ticks once a millisecond, so many calls tell more than one. */
export interface Timed {
  readonly ms: number;
  readonly meters: Meters;
}
