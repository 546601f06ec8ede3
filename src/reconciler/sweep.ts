import { CHECK } from "../../schema/limits.ts";
import { enqueueOverdue } from "../bindings/dispatch-queue.ts";
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
export async function sweep(env: Env, now: number): Promise<Swept> {
  let taken = 0;
  for (let page = 0; page < CHECK.sweepPages; page++) {
    const overdue = await claimOverdue(env.DB, { now, until: now + CHECK.sweptMs, limit: CHECK.sweepPage });
    await enqueueOverdue(env.DISPATCH_QUEUE, overdue);
    taken += overdue.length;
    if (overdue.length < CHECK.sweepPage) return { taken, left: 0 };
  }
  return { taken, left: await countOverdue(env.DB, now) };
}
