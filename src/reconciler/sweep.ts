import { CHECK } from "../../schema/limits.ts";
import { enqueueRuns } from "../bindings/dispatch-queue.ts";
import { claimOverdue } from "../store/claim-overdue.ts";

/**
 * Puts overdue dispatches on the queue again, a page a call, and returns how many. Their runs are created where they do not exist:
 * this is what starts a dispatch whose first message was lost. Two sweeps at once take different dispatches.
 */
export async function sweep(env: Env, now: number): Promise<number> {
  const overdue = await claimOverdue(env.DB, { now, until: now + CHECK.sweptMs, limit: CHECK.sweepPage });
  await enqueueRuns(env.DISPATCH_QUEUE, overdue);
  return overdue.length;
}
