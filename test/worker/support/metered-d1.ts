import { aroundD1, type RoundTrip } from "./around-d1.ts";

/** What has been asked of a database and what it cost, by D1's own count. */
export interface Meter {
  rowsRead: number;
  rowsWritten: number;
  roundTrips: number;
}

/** Counts what `work` does to a database. */
export interface MeteredD1 {
  readonly d1: D1Database;
  measure<Result>(work: () => Promise<Result>): Promise<{ cost: Meter; result: Result }>;
  /** Round trips of the last measurement. */
  trips(): readonly RoundTrip["statements"][];
}

export function meteredD1(d1: D1Database): MeteredD1 {
  let cost = nothing();
  let trips: RoundTrip["statements"][] = [];
  const counting = aroundD1(d1, async ({ statements, go }) => {
    cost.roundTrips += 1;
    trips.push(statements);
    const results = await go();
    for (const { meta } of results) {
      cost.rowsRead += meta.rows_read;
      cost.rowsWritten += meta.rows_written;
    }
    return results;
  });
  return {
    d1: counting,
    async measure(work) {
      cost = nothing();
      trips = [];
      const result = await work();
      return { cost: { ...cost }, result };
    },
    trips: () => trips,
  };
}

function nothing(): Meter {
  return { rowsRead: 0, rowsWritten: 0, roundTrips: 0 };
}
