import { CHECK, READ } from "../../schema/limits.ts";
import { configured } from "../bindings/configuration.ts";
import { enqueueOverdue } from "../bindings/dispatch-queue.ts";
import type { Hub } from "../bindings/hub.ts";
import { homeStore, stores } from "../store/d1/stores.ts";
import { claimOverdue, countOverdue } from "../store/repair/claim-overdue.ts";
import { noteSweep } from "../store/repair/note-sweep.ts";

/** What a sweep did. */
export interface Swept {
  /** Put on the queue. */
  readonly taken: number;
  /** Overdue and left for the next sweep, counted up to `READ.scanRows`. */
  readonly left: number;
}

/**
 * Puts overdue dispatches on the queue, to be compared with their runs: at most 3,000 a call, and says how many are left. Two sweeps at
 * once take different dispatches; what is taken and gets lost on the queue is overdue again two minutes later. While the configuration cannot
 * be read nothing can be attempted, and nothing is taken. A sweep that came to its end leaves word of it, by which health knows that there
 * are any.
 */
export async function sweep(hub: Hub): Promise<Swept> {
  const now = hub.now();
  const isReadable = (await configured(hub.env)).ok;
  const each = await Promise.all(stores(hub.env).map((store) => sweepStore(hub, store, { now, pages: isReadable ? CHECK.sweepPages : 0 })));
  const swept = { taken: sum(each.map(({ taken }) => taken)), left: sum(each.map(({ left }) => left)) };
  await noteSweep(homeStore(hub.env), { at: now, ...swept });
  return swept;
}

/** A page is shared among destinations, so only one that is empty says that nothing is left. */
async function sweepStore(hub: Hub, store: D1Database, { now, pages }: { now: number; pages: number }): Promise<Swept> {
  let taken = 0;
  for (let page = 0; page < pages; page++) {
    const overdue = await claimOverdue(store, { now, until: now + CHECK.sweptMs, limit: CHECK.sweepPage });
    if (overdue.length === 0) return { taken, left: 0 };
    await enqueueOverdue(hub.env.DISPATCH_QUEUE, overdue);
    taken += overdue.length;
  }
  return { taken, left: await countOverdue(store, now, READ.scanRows) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
