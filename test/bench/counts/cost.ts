import { BILLED_MONTH_DAYS, PRICES } from "../prices.ts";
import type { CaseName } from "./cases.ts";
import type { Counts, Usage } from "./usage.ts";

/** What is billed, each a line of the bill. */
export type Item = keyof typeof PRICES;

export const ITEMS = Object.keys(PRICES) as readonly Item[];

/** A number for each of them: how much of it, or US$. */
export type ByItem = Readonly<Record<Item, number>>;

/** What no meter of the platform says locally. */
export interface Assumptions {
  /** Milliseconds of CPU time. */
  readonly cpuMs: { readonly event: number; readonly dispatch: number; readonly delivery: number };
  /** Of the database, tables and indexes; and of the storage of a run. */
  readonly bytes: { readonly event: number; readonly dispatch: number; readonly delivery: number; readonly run: number };
  /** How long a run is kept after it has ended, and a row after it was written. */
  readonly runDays: number;
  readonly databaseMonths: number;
}

/**
 * Measured locally, November 2026, and assumed to be alike in production. CPU time is all that workerd used on a machine of two cores: the
 * hub's, the destination's, and that of the local database, queue and engine, for which Cloudflare does not bill; so rather more than there.
 * Bytes are pages of SQLite by its `dbstat`, and 200 bytes of data an event; a run of one step is 24,576 bytes. That a run is kept for a day
 * is the hub's own setting (`WORKFLOW.successRetention`); that rows are kept for a month is an assumption.
 */
export const ASSUMED: Assumptions = {
  cpuMs: { event: 2.5, dispatch: 4.5, delivery: 6 },
  bytes: { event: 460, dispatch: 370, delivery: 130, run: 24_576 },
  runDays: 1,
  databaseMonths: 1,
};

/** How much of each item was used. */
export function quantitiesOf(usage: Usage, { cpuMs, bytes, runDays, databaseMonths }: Assumptions = ASSUMED): ByItem {
  const { dispatches, deliveries } = usage;
  return {
    steps: usage.steps,
    rowsWritten: usage.rowsWritten,
    rowsRead: usage.rowsRead,
    queueOperations: usage.queueOperations,
    // Events come over a service binding: no request.
    requests: usage.instances + usage.consumerRequests,
    cpuMs: usage.events * cpuMs.event + dispatches * cpuMs.dispatch + deliveries * cpuMs.delivery,
    runByteMonths: (usage.instances * bytes.run * runDays) / BILLED_MONTH_DAYS,
    databaseByteMonths: (usage.stored * bytes.event + dispatches * bytes.dispatch + deliveries * bytes.delivery) * databaseMonths,
  };
}

/** US$ at list price, nothing included. */
export function costOf(quantities: ByItem): ByItem {
  return byItem((item) => (quantities[item] * PRICES[item].usd) / PRICES[item].per);
}

/** US$ for a million events like these. */
export function costPerMillion(usage: Usage, assumed: Assumptions = ASSUMED): ByItem {
  const cost = costOf(quantitiesOf(usage, assumed));
  return byItem((item) => (cost[item] * 1_000_000) / usage.events);
}

export function totalOf(cost: ByItem): number {
  return ITEMS.reduce((sum, item) => sum + cost[item], 0);
}

/** How many events like these a month are in the plan, in whole ones: as many as the item that runs out first allows. */
export function includedEvents(usage: Usage, assumed: Assumptions = ASSUMED): number {
  const quantities = quantitiesOf(usage, assumed);
  const used = ITEMS.filter((item) => quantities[item] > 0);
  return Math.floor(Math.min(...used.map((item) => (PRICES[item].included * usage.events) / quantities[item])));
}

/** Cases with a price, in the order in which they are shown. */
export const PRICED = ["once", "fannedOut", "delayed", "retried", "failedFive", "batch", "fannedOutBatch"] as const satisfies CaseName[];

export type PricedCase = (typeof PRICED)[number];

/** US$ for a million events of each case. */
export function costsOf(counts: Counts): Readonly<Record<PricedCase, ByItem>> {
  return Object.fromEntries(PRICED.map((name) => [name, costPerMillion(counts[name])])) as Record<PricedCase, ByItem>;
}

function byItem(of: (item: Item) => number): ByItem {
  return Object.fromEntries(ITEMS.map((item) => [item, of(item)])) as ByItem;
}
