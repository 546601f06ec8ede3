import { CHECK } from "../../../schema/limits.ts";
import type { EmitMessage } from "../../../schema/storage/messages.ts";
import { enqueueRuns } from "../../bindings/dispatch-queue.ts";
import type { Hub } from "../../bindings/hub.ts";
import { runsOf } from "../../domain/emit/receipts.ts";
import { storeOfPlan, storePlan } from "../../store/emit/store-plan.ts";

/** Stores what was emitted while the database was away. Ids were drawn then: however often the message comes, it is stored once. */
export async function storeQueued(hub: Hub, { plan, config }: EmitMessage): Promise<void> {
  const lookFrom = hub.now() + CHECK.graceMs;
  const dispatches = plan.dispatches.map((dispatch) => ({ ...dispatch, checkAt: Math.max(dispatch.checkAt, lookFrom) }));
  const { known, paused } = await storePlan(storeOfPlan(hub.env, plan), { plan: { ...plan, dispatches }, config });
  await enqueueRuns(hub.env.DISPATCH_QUEUE, runsOf(plan, { known, paused, now: hub.now() }));
}
