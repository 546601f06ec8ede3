import { CHECK } from "../../schema/limits.ts";
import { enqueueOverdue } from "../bindings/dispatch-queue.ts";
import type { Hub } from "../bindings/hub.ts";
import { stores } from "../store/d1/stores.ts";
import { countOverdue } from "../store/read/read-health.ts";
import { claimOverdue } from "../store/repair/claim-overdue.ts";

/** What a sweep did. */
export interface Swept {
  /** Put on the queue. */
  readonly taken: number;
  /** Overdue and left for the next sweep, counted up to `READ.scanRows`. */
  readonly left: number;
}

/**
 * Puts overdue dispatches on the queue, to be compared with their runs: at most 3,000 a call, and says how many are left. Two sweeps at
 * once take different dispatches; what is taken and gets lost on the queue is overdue again two minutes later.
 */
export async function sweep(hub: Hub): Promise<Swept> {
  const now = hub.now();
  const each = await Promise.all(stores(hub.env).map((store) => sweepStore(hub, store, now)));
  return { taken: sum(each.map(({ taken }) => taken)), left: sum(each.map(({ left }) => left)) };
}

async function sweepStore(hub: Hub, store: D1Database, now: number): Promise<Swept> {
  let taken = 0;
  for (let page = 0; page < CHECK.sweepPages; page++) {
    const overdue = await claimOverdue(store, { now, until: now + CHECK.sweptMs, limit: CHECK.sweepPage });
    await enqueueOverdue(hub.env.DISPATCH_QUEUE, overdue);
    taken += overdue.length;
    if (overdue.length < CHECK.sweepPage) return { taken, left: 0 };
  }
  return { taken, left: await countOverdue(store, now) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
