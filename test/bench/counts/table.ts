import { markdown } from "../grid.ts";
import { ancestorCost } from "./ancestor.ts";
import { costsOf, totalOf } from "./cost.ts";
import { costGrid, countsGrid, peersGrid } from "./grids.ts";
import type { Counts } from "./usage.ts";

/** The counts for the README: markdown, aligned, as everything here. */
export function countsTable(counts: Counts): string {
  return markdown(countsGrid(counts));
}

/** What they cost, item by item. */
export function costTable(counts: Counts): string {
  return markdown(costGrid(counts));
}

/** What they cost beside others, and why the ancestor is cheaper. */
export function peersTable(counts: Counts): string {
  return `${markdown(peersGrid(counts))}\n\n${ancestorText(counts)}`;
}

function ancestorText(counts: Counts): string {
  const { cloudflare } = ancestorCost({ fanOut: 1, eventsPerMonth: 1_000_000 });
  const { once } = costsOf(counts);
  return [
    `Where a Postgres runs anyway and is idle, cf-eventhub is cheaper: $${cloudflare.toFixed(2)} a million events to one destination, against $${totalOf(once).toFixed(2)}. A wait or a retry`,
    `is a message that is read again, where flowhub has a Workflow instance with a billed step ($${once.steps.toFixed(2)}) that waits and can be repaired; and rows`,
    `come with the rent of the database, where D1 bills each ($${once.rowsWritten.toFixed(2)}). That database is yours to run, to size, and to pay for while nothing happens.`,
  ].join("\n");
}
