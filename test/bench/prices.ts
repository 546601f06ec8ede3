/**
 * What Cloudflare asks for what the hub uses: list prices of the Workers Paid plan, US$, November 2026. Numbers that somebody else decides.
 * Pages are of developers.cloudflare.com, read 2026-11.
 */

const MILLION = 1_000_000;
const GB = 1_000_000_000;

/** Of one unit. */
export interface Price {
  /** US$ for `per` of the unit, beyond what is included. */
  readonly usd: number;
  readonly per: number;
  /** So many a month are in the plan. */
  readonly included: number;
}

/** What an account pays a month, whatever it uses. */
export const PLAN = { usdPerMonth: 5 } as const;

/** What is billed. */
export const PRICES = {
  /** Each `step.do`, sleep and wait of a Workflow once; retries are free (workflows/reference/pricing; changelog of 2026-07-07, billed from 2026-08-10). */
  steps: { usd: 0.8, per: 100_000, included: 500_000 },
  /** A row, and one more for each index that the write touches (d1/platform/pricing). */
  rowsWritten: { usd: 1, per: MILLION, included: 50 * MILLION },
  /** Rows looked at, whatever is returned (d1/platform/pricing). */
  rowsRead: { usd: 0.001, per: MILLION, included: 25_000 * MILLION },
  /** Each write, read and deletion of a message of up to {@link QUEUE_OPERATION.bytes}; a retry is another read (queues/platform/pricing). */
  queueOperations: { usd: 0.4, per: MILLION, included: MILLION },
  /**
   * Requests to Workers from outside, and Workflow instances (workers/platform/pricing, workflows/reference/pricing). That an invocation of a
   * queue's consumer is one is not said there; it is counted as one. Calls over service bindings and subrequests are free.
   */
  requests: { usd: 0.3, per: MILLION, included: 10 * MILLION },
  /** Milliseconds of CPU time, of all Workers and Workflows (workers/platform/pricing). */
  cpuMs: { usd: 0.02, per: MILLION, included: 30 * MILLION },
  /** Byte-months of Workflow instances, those that are over included until their retention ends; $0.20 a GB-month (workflows/reference/pricing). */
  runByteMonths: { usd: 0.2, per: GB, included: GB },
  /** Byte-months of the database, tables and indexes; $0.75 a GB-month (d1/platform/pricing). */
  databaseByteMonths: { usd: 0.75, per: GB, included: 5 * GB },
} as const satisfies Readonly<Record<string, Price>>;

/** What one operation of a queue covers: 64 KB of 1,000 bytes, about 100 of each message being metadata (queues/platform/pricing). */
export const QUEUE_OPERATION = { bytes: 64_000, metadataBytes: 100 } as const;

/** Months are billed as 30 days (workflows/reference/pricing). */
export const BILLED_MONTH_DAYS = 30;
