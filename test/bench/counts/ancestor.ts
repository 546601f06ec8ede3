import { ASSUMED, type Assumptions, type ByItem, costOf, totalOf } from "./cost.ts";

/** What goes through cf-eventhub. */
export interface AncestorLoad {
  /** Destinations of each event. */
  readonly fanOut: number;
  /** Attempts that fail before one completes. */
  readonly failures?: number;
  /** The database is paid by the hour: how much of that an event bears depends on how many there are. */
  readonly eventsPerMonth: number;
}

/**
 * A small database, as an assumption: the smallest of Supabase that has a price by the hour. Its plan costs $25 a month
 * besides, and includes $10 of compute (supabase.com/docs/guides/platform/manage-your-usage/compute, in its edition of April 2026).
 */
export const POSTGRES = { name: "Supabase Micro", usdPerHour: 0.01344, hoursPerMonth: 730, planUsdPerMonth: 25 } as const;

/** Messages that a queue hands to a consumer at once, unless it is told otherwise (queues/configuration/batching-retries). */
const BATCH = 10;

/**
 * What cf-eventhub 0.3.5 asks of Cloudflare for one event, read from its source: one message a dispatch, all of an event in one batch; each
 * retry is the same message read again, alone, after `delaySeconds`; Hyperdrive and Workers RPC are free. CPU time is assumed to be this
 * hub's without a run.
 */
export function ancestorQuantities(
  { fanOut, failures = 0 }: Pick<AncestorLoad, "fanOut" | "failures">,
  { cpuMs }: Assumptions = ASSUMED,
): ByItem {
  const retries = fanOut * failures;
  return {
    steps: 0,
    rowsWritten: 0,
    rowsRead: 0,
    queueOperations: 3 * fanOut + retries,
    requests: Math.ceil(fanOut / BATCH) + retries,
    cpuMs: cpuMs.event + (fanOut + retries) * cpuMs.delivery,
    runByteMonths: 0,
    databaseByteMonths: 0,
  };
}

/** US$ for a million events: what Cloudflare asks for, and the events' part of the database. */
export function ancestorCost({ eventsPerMonth, ...load }: AncestorLoad): { readonly cloudflare: number; readonly database: number } {
  return {
    cloudflare: totalOf(costOf(ancestorQuantities(load))) * 1_000_000,
    database: (POSTGRES.usdPerHour * POSTGRES.hoursPerMonth * 1_000_000) / eventsPerMonth,
  };
}
