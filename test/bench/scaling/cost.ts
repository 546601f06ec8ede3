import { BATCH } from "../../../schema/deployment.ts";
import { D1, DAY_MS, SECOND_MS } from "../../../schema/limits.ts";
import { ASSUMED } from "../counts/cost.ts";
import { BILLED_MONTH_DAYS, PLAN, PRICES, type Price } from "../prices.ts";
import { attemptsOf, idsOfMessage, workflowShare } from "./capacity.ts";
import type { Arrangement, Load } from "./load.ts";
import { EXPRESS_IDS, PLATFORM, ROWS } from "./platform.ts";

const MONTH_SECONDS = (BILLED_MONTH_DAYS * DAY_MS) / SECOND_MS;

/** What nothing of the hub uses (durable-objects/platform/pricing, read 2026-11; a `setAlarm()` is a row written). */
const OBJECT_PRICES = {
  requests: { usd: 0.15, per: 1_000_000, included: 1_000_000 },
  gbSeconds: { usd: 12.5, per: 1_000_000, included: 400_000 },
} as const satisfies Readonly<Record<string, Price>>;
/** [I] Rows that an object writes for a dispatch: in, out, and its part of alarms. */
const OBJECT_ROWS = 3;
const OBJECT_GB = 0.128;

/** Steps of an instance: what comes from an express road has a moment to sleep until. */
const STEPS = { workflow: 1, express: 2, object: 0 } as const;

/** US$ for a million dispatches, by what they are for. */
export interface Cost {
  readonly workflows: number;
  readonly rows: number;
  readonly purge: number;
  readonly queue: number;
  readonly compute: number;
  readonly total: number;
}

/** List prices beyond what the plan includes, without what is paid by the month. */
export function costOfMillion(arrangement: Pick<Arrangement, "executor">, load: Load): Cost {
  const { executor } = arrangement;
  const { dispatchesPerEvent } = load;
  const share = workflowShare(executor, load);
  const messages = 1 / idsOfMessage(arrangement, load);
  const invocations = executor === "express" ? Math.max(messages / BATCH.messages, 1 / EXPRESS_IDS) : messages / BATCH.messages;
  const { cpuMs, bytes, runDays } = ASSUMED;
  const runs =
    millionOf(PRICES.steps) * STEPS[executor] +
    millionOf(PRICES.requests) +
    (millionOf(PRICES.runByteMonths) * bytes.run * runDays) / BILLED_MONTH_DAYS;
  const failures = attemptsOf(load) - 1;
  const kept = ROWS.event / dispatchesPerEvent + ROWS.dispatch + ROWS.complete + failures * ROWS.failedAttempt;
  const workflows = share * runs;
  const rows = millionOf(PRICES.rowsWritten) * (kept + (executor === "object" ? OBJECT_ROWS : 0));
  const purge = (millionOf(PRICES.rowsWritten) * ROWS.purge) / dispatchesPerEvent;
  const queue = millionOf(PRICES.queueOperations) * PLATFORM.operationsPerMessage * messages;
  const compute =
    millionOf(PRICES.requests) * invocations +
    millionOf(PRICES.cpuMs) * (cpuMs.event / dispatchesPerEvent + cpuMs.dispatch + cpuMs.delivery) +
    (executor === "object" ? millionOf(OBJECT_PRICES.requests) * messages : 0);
  return { workflows, rows, purge, queue, compute, total: workflows + rows + purge + queue + compute };
}

/** US$ a month at so many dispatches a second: these, the accounts, and databases that are kept full. */
export function costOfMonth(arrangement: Arrangement, load: Load, perSecond: number): number {
  const { shards, accounts, executor } = arrangement;
  const storage = usdOf(PRICES.databaseByteMonths, shards * D1.maxDatabaseBytes);
  const objects = executor === "object" ? usdOf(OBJECT_PRICES.gbSeconds, shards * OBJECT_GB * MONTH_SECONDS) : 0;
  return (costOfMillion(arrangement, load).total * perSecond * MONTH_SECONDS) / 1e6 + accounts * PLAN.usdPerMonth + storage + objects;
}

function usdOf({ usd, per }: Price, count: number): number {
  return (usd * count) / per;
}

function millionOf(price: Price): number {
  return usdOf(price, 1_000_000);
}
