import type { Call, Timed } from "../../metered/meters.ts";
import type { GrownHub } from "../grown-hub.ts";

/** Something that is asked of a hub. */
export interface Operation {
  readonly name: string;
  /** Of the hot path, rows read may not grow at all; of a list or a page, up to a bound. */
  readonly kind: "hot path" | "list" | "page";
  /** Rows it may read, however much is stored. Not on the hot path. */
  readonly bound?: number;
  readonly sample: (hub: GrownHub) => Promise<Sample>;
}

/** What it took once. */
export interface Sample {
  readonly ms: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly roundTrips: number;
}

/**
 * Calls, and what one of them took. They are timed in the hub's Worker: what it takes to reach it from here would be in both times, and make
 * every ratio look better. The clock there ticks once a millisecond, so it is read before the first call and after the last.
 */
export async function sampleCalls({ timed }: GrownHub, calls: readonly Call[]): Promise<Sample> {
  return sampleOf(await timed(calls), calls.length);
}

export function sampleOf({ ms, meters: { d1 } }: Timed, calls = 1): Sample {
  return { ms: ms / calls, rowsRead: d1.rowsRead / calls, rowsWritten: d1.rowsWritten / calls, roundTrips: d1.roundTrips / calls };
}

export function repeated(times: number, call: (nth: number) => Call): Call[] {
  return Array.from({ length: times }, (_, nth) => call(nth));
}
