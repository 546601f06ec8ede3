import type { Grid } from "../grid.ts";
import { PLAN, PRICES } from "../prices.ts";
import { ancestorCost, POSTGRES } from "./ancestor.ts";
import { CASES } from "./cases.ts";
import { type ByItem, costsOf, ITEMS, type Item, includedEvents, PRICED, type PricedCase, totalOf } from "./cost.ts";
import { PEERS, type Peer, peerCost } from "./peers.ts";
import { type Counts, type Usage, usageBeyond } from "./usage.ts";

const COUNTED = {
  rowsWritten: "D1 rows written",
  rowsRead: "rows read",
  roundTrips: "round trips",
  messages: "queue messages",
  queueOperations: "operations",
  consumerRequests: "batches",
  instances: "instances",
  steps: "billed steps",
  subrequests: "subrequests",
} as const satisfies Partial<Record<keyof Usage, string>>;

const UNITS = Object.keys(COUNTED) as (keyof typeof COUNTED)[];

/** What each case asks of the platform. */
export function countsGrid(counts: Counts): Grid {
  const rowOf = (title: string, usage: Usage) => [title, ...UNITS.map((unit) => whole(usage[unit]))];
  const { nowhere, keyed, duplicate, once, delayed, retried, failedFive } = counts;
  return {
    head: ["", ...Object.values(COUNTED)],
    rows: [
      rowOf(`**${CASES.nowhere.title}**`, nowhere),
      rowOf(CASES.keyed.title, keyed),
      rowOf(CASES.duplicate.title, duplicate),
      rowOf("**a dispatch** that completes at once", usageBeyond(once, nowhere)),
      rowOf("… after a delay", usageBeyond(delayed, nowhere)),
      rowOf("… at the second attempt", usageBeyond(retried, nowhere)),
      rowOf("… at the sixth attempt", usageBeyond(failedFive, nowhere)),
      rowOf(`**an event and its dispatches**, ${CASES.once.title}`, once),
      ...(["fannedOut", "batch", "fannedOutBatch"] as const).map((name) => rowOf(`… ${CASES[name].title}`, counts[name])),
    ],
  };
}

const LINES: Readonly<Record<Item, string>> = {
  steps: "Workflow steps",
  rowsWritten: "D1 rows written",
  rowsRead: "D1 rows read",
  queueOperations: "queue operations",
  requests: "instances, consumer requests",
  cpuMs: "CPU milliseconds (assumed)",
  runByteMonths: "Workflow storage, 1 day (assumed)",
  databaseByteMonths: "D1 storage, 1 month (assumed)",
};

const BYTES: ReadonlySet<Item> = new Set(["runByteMonths", "databaseByteMonths"]);

function lineOf(item: Item): string {
  const { usd, per } = PRICES[item];
  const price = BYTES.has(item) ? `$${dollars(usd)} a GB-month` : `$${dollars((usd * 1_000_000) / per)}/M`;
  return `${LINES[item]}, ${price}`;
}

const HEADS: Readonly<Record<PricedCase, string>> = {
  once: CASES.once.title,
  fannedOut: CASES.fannedOut.title,
  delayed: CASES.delayed.title,
  retried: CASES.retried.title,
  failedFive: CASES.failedFive.title,
  batch: "1, 100 a call",
  fannedOutBatch: "3, 100 a call",
};

/** What a million events of each case cost in US$, by item. */
export function costGrid(counts: Counts): Grid {
  const costs = costsOf(counts);
  const rowOf = (title: string, of: (name: PricedCase) => string) => [title, ...PRICED.map(of)];
  return {
    head: ["US$ a million events", ...PRICED.map((name) => HEADS[name])],
    rows: [
      ...ITEMS.map((item) => rowOf(lineOf(item), (name) => dollars(costs[name][item]))),
      rowOf("**together**", (name) => `**${dollars(totalOf(costs[name]))}**`),
      rowOf(`events a month in the plan of $${PLAN.usdPerMonth}`, (name) => whole(includedEvents(counts[name]))),
    ],
  };
}

/** Volumes at which the ancestor's database is shown. */
const VOLUMES = [1_000_000, 10_000_000] as const;

/** The same beside others: US$ a million events, to one destination and to three, and what a failed attempt adds. */
export function peersGrid(counts: Counts): Grid {
  return {
    head: ["US$ a million events", "1 destination", "3 destinations", "a million retries", "from"],
    rows: [...ownRows(counts), ...VOLUMES.map(ancestorRow), ...PEERS.map(peerRow)],
  };
}

function ownRows(counts: Counts): string[][] {
  const costs = costsOf(counts);
  const retry = dollars(totalOf(costs.retried) - totalOf(costs.once));
  const rowOf = (title: string, one: ByItem, three: ByItem) => [
    title,
    dollars(totalOf(one)),
    dollars(totalOf(three)),
    retry,
    "counted, above",
  ];
  return [rowOf("flowhub", costs.once, costs.fannedOut), rowOf("… 100 events a call", costs.batch, costs.fannedOutBatch)];
}

function ancestorRow(eventsPerMonth: number): string[] {
  const cost = (fanOut: number, failures = 0) => {
    const { cloudflare, database } = ancestorCost({ fanOut, failures, eventsPerMonth });
    return cloudflare + database;
  };
  const database = `$${dollars(POSTGRES.usdPerHour * POSTGRES.hoursPerMonth)} a month (${POSTGRES.name}, assumed; without its plan of $${POSTGRES.planUsdPerMonth})`;
  const [one, three, retry] = [cost(1), cost(3), cost(1, 1) - cost(1)];
  return [
    `cf-eventhub 0.3.5, ${eventsPerMonth / 1_000_000} M events a month`,
    ...[one, three, retry].map(dollars),
    `its source; Postgres ${database}`,
  ];
}

function peerRow({ name, price, page, dated, note }: Peer): string[] {
  const from = `[${dated ?? "undated"}](${page}): ${note}`;
  if (price === undefined) return [name, "not found", "not found", "not found", from];
  return [name, dollars(peerCost(price, 1)), dollars(peerCost(price, 3)), price.retry, from];
}

function whole(count: number): string {
  return count.toLocaleString("en", { maximumFractionDigits: 0 });
}

/** Two digits, or as many as it takes to see that it is not nothing. */
function dollars(usd: number): string {
  return usd === 0 || Math.abs(usd) >= 0.005 ? usd.toFixed(2) : usd.toPrecision(1);
}
