import type { Meters } from "../metered/meters.ts";
import { QUEUE_OPERATION } from "../prices.ts";
import type { CaseName } from "./cases.ts";

/** What was done, and what the platform was asked for to do it, in the units in which it is billed or limited. */
export interface Usage {
  /** Events given to `emit()`; those of them that were stored; what became owed; calls of `handle()`. */
  readonly events: number;
  readonly stored: number;
  readonly dispatches: number;
  readonly deliveries: number;
  /** D1. */
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly roundTrips: number;
  /** Queues; `consumerRequests` are batches, each of which invokes the consumer once. */
  readonly messages: number;
  readonly queueOperations: number;
  readonly consumerRequests: number;
  /** Workflows; `steps` are those that are billed: each step, sleep and wait once, however often it was attempted. */
  readonly instances: number;
  readonly steps: number;
  /** Round trips to D1, calls to the queue and to Workflows, and deliveries. Free, but an invocation has 10,000. */
  readonly subrequests: number;
}

/** What each case used. */
export type Counts = Readonly<Record<CaseName, Usage>>;

/** What has been done, as whoever did it knows. */
export interface Done {
  readonly events: number;
  readonly stored: number;
  readonly dispatches: number;
  /** What happened in each run, by the engine's own record. */
  readonly histories: readonly (readonly string[])[];
}

export function usageOf({ histories, ...done }: Done, { d1, queue, workflows, deliveries }: Meters): Usage {
  return {
    ...done,
    deliveries,
    ...d1,
    messages: queue.sent,
    queueOperations: queueOperationsOf(queue),
    consumerRequests: queue.batches,
    instances: workflows.created,
    steps: histories.flat().filter((type) => BILLED.has(type)).length,
    subrequests: d1.roundTrips + queue.calls + workflows.calls + deliveries,
  };
}

const BILLED: ReadonlySet<string> = new Set(["step_started", "sleep_started", "wait_started"]);

/** Written once, read as often as delivered, deleted when acknowledged; each in pieces of 64 KB. Messages of one case are about alike. */
function queueOperationsOf({ sent, bytes, delivered, acknowledged }: Meters["queue"]): number {
  if (sent === 0) return 0;
  const pieces = Math.ceil((bytes / sent + QUEUE_OPERATION.metadataBytes) / QUEUE_OPERATION.bytes);
  return pieces * (sent + delivered + acknowledged);
}

/** The part of what was used that the second did not need: with `once` and `nowhere`, what a dispatch needs beside its event. */
export function usageBeyond(usage: Usage, other: Usage): Usage {
  return mapUsage(usage, (count, unit) => count - other[unit]);
}

function mapUsage(usage: Usage, change: (count: number, unit: keyof Usage) => number): Usage {
  const units = Object.keys(usage) as (keyof Usage)[];
  return Object.fromEntries(units.map((unit) => [unit, change(usage[unit], unit)])) as unknown as Usage;
}

/** The few counts by which one hub is compared with another. */
export interface CountsSummary {
  readonly rowsPerEvent: number;
  readonly rowsPerDispatch: number;
  readonly stepsPerDispatch: number;
  readonly messagesPer100Dispatches: number;
}

export function summaryOf({ nowhere, once, batch }: Counts): CountsSummary {
  const dispatch = usageBeyond(once, nowhere);
  return {
    rowsPerEvent: nowhere.rowsWritten,
    rowsPerDispatch: dispatch.rowsWritten,
    stepsPerDispatch: dispatch.steps,
    messagesPer100Dispatches: (batch.messages * 100) / batch.dispatches,
  };
}
