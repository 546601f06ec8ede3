import { CHECK } from "../../../schema/limits.ts";
import type { EmitMessage } from "../../../schema/storage/messages.ts";
import { enqueueRuns } from "../../bindings/dispatch-queue.ts";
import type { Hub } from "../../bindings/hub.ts";
import { runsOf } from "../../domain/emit/receipts.ts";
import { storeOfPlan } from "../../store/emit/store-plan.ts";
import { storeQueuedPlan } from "../../store/emit/store-queued-plan.ts";

/** Stores what was emitted while the database was away. Ids were drawn then: however often the message comes, it is stored once. */
export async function storeQueued(hub: Hub, { plan, config }: EmitMessage): Promise<void> {
  const now = hub.now();
  const dispatches = plan.dispatches.map((dispatch) => ({ ...dispatch, checkAt: Math.max(dispatch.checkAt, now + CHECK.graceMs) }));
  const { ongoing, paused } = await storeQueuedPlan(storeOfPlan(hub.env, plan), { plan: { ...plan, dispatches }, config, now });
  const runs = runsOf(plan, { known: new Map(), paused, now }).filter(({ id }) => ongoing.has(id));
  await enqueueRuns(hub.env.DISPATCH_QUEUE, runs);
}
