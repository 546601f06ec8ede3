import { ancestorCost } from "../counts/ancestor.ts";
import { costsOf, type Item } from "../counts/cost.ts";
import type { Counts } from "../counts/usage.ts";
import { COLOURS, draw } from "./draw.ts";

/** What the lines of the bill are called, and their colours: those that come to much. */
const ITEMS: Readonly<Record<string, { readonly items: readonly Item[]; readonly colour: string }>> = {
  "Workflow steps": { items: ["steps"], colour: COLOURS.flowhub },
  "D1 rows": { items: ["rowsWritten", "rowsRead"], colour: COLOURS.ancestor },
  "queue and requests": { items: ["queueOperations", "requests"], colour: COLOURS.restate },
  "CPU (assumed)": { items: ["cpuMs"], colour: COLOURS.other },
  "storage (assumed)": { items: ["runByteMonths", "databaseByteMonths"], colour: COLOURS.flowhub3 },
};
const POSTGRES = "a small Postgres";
const REST = "queue and requests";

/** What a million events cost in US$, by what is paid for. */
export async function costPicture(counts: Counts): Promise<string> {
  const costs = costsOf(counts);
  const bars = {
    "to 1 destination": costs.once,
    "… 100 events a call": costs.batch,
    "… delayed": costs.delayed,
    "… at the 2nd attempt": costs.retried,
    "to 3 destinations": costs.fannedOut,
  };
  const values = Object.entries(bars).flatMap(([bar, cost]) =>
    Object.entries(ITEMS).map(([part, { items }], order) => ({ bar, part, order, usd: items.reduce((sum, item) => sum + cost[item], 0) })),
  );
  const { cloudflare, database } = ancestorCost({ fanOut: 1, eventsPerMonth: 1_000_000 });
  const bar = "cf-eventhub, to 1";
  values.push({ bar, part: REST, order: 2, usd: cloudflare }, { bar, part: POSTGRES, order: 5, usd: database });
  const colours = [...Object.values(ITEMS).map(({ colour }) => colour), COLOURS.baseline];
  return await draw({
    title: { text: "US$ for a million events", subtitle: "list prices beyond what the plan includes; cf-eventhub at a million a month" },
    width: 480,
    height: { step: 26 },
    data: { values },
    mark: { type: "bar", height: 16 },
    encoding: {
      y: { field: "bar", type: "nominal", sort: null, title: null, axis: { domain: false, ticks: false } },
      x: { field: "usd", type: "quantitative", aggregate: "sum", title: null, axis: { tickCount: 6, format: "$d" } },
      color: {
        field: "part",
        type: "nominal",
        title: null,
        scale: { domain: [...Object.keys(ITEMS), POSTGRES], range: colours },
        legend: { orient: "bottom", columns: 3 },
      },
      order: { field: "order", type: "quantitative" },
    },
  });
}
