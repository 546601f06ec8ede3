import Table from "cli-table3";
import { ancestorCost } from "./ancestor.ts";
import { costsOf, totalOf } from "./cost.ts";
import { costGrid, countsGrid, type Grid, peersGrid } from "./grids.ts";
import { type Counts, summaryOf } from "./usage.ts";

/** The counts and what they cost, for people. */
export function countsText(counts: Counts): string {
  return [countsGrid(counts), costGrid(counts), peersGrid(counts)].map(drawn).join("\n");
}

function drawn({ head, rows }: Grid): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [] },
    colAligns: head.map((title, column) => (column === 0 || title === "from" ? "left" : "right")),
  });
  table.push(...rows.map((row) => row.map((cell) => cell.replaceAll("**", ""))));
  return table.toString();
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

/** The same for programs: one line. */
export function countsJson(counts: Counts): string {
  const figures = { ...summaryOf(counts), usdPerMillion: usdPerMillionOf(counts), counts };
  return JSON.stringify(figures, (_, value: unknown) => (typeof value === "number" ? Math.round(value * 100) / 100 : value));
}
