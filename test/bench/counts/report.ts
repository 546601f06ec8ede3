import { drawn } from "../grid.ts";
import { ancestorCost } from "./ancestor.ts";
import { costsOf, totalOf } from "./cost.ts";
import { costGrid, countsGrid, peersGrid } from "./grids.ts";
import type { Counts } from "./usage.ts";

/** The counts and what they cost, for people. */
export function countsText(counts: Counts): string {
  return [countsGrid(counts), costGrid(counts), peersGrid(counts)].map(drawn).join("\n");
}

/** US$ a million events that complete at once: here by destinations an event, of the ancestor to one with a database for a million a month. */
export interface UsdPerMillion {
  readonly flowhub: Readonly<Record<"1" | "3", number>>;
  readonly ancestor: number;
}

export function usdPerMillionOf(counts: Counts): UsdPerMillion {
  const { once, fannedOut } = costsOf(counts);
  const { cloudflare, database } = ancestorCost({ fanOut: 1, eventsPerMonth: 1_000_000 });
  return { flowhub: { "1": totalOf(once), "3": totalOf(fannedOut) }, ancestor: cloudflare + database };
}
