import { CHECK } from "../../../schema/limits.ts";
import type { EmitMessage } from "../../../schema/storage/messages.ts";
import { enqueueRuns } from "../../bindings/dispatch-queue.ts";
import { runsOf } from "../../domain/emit/receipts.ts";
import { storeEmit } from "../../store/emit/store-emit.ts";

/** Stores what was emitted while the database was away. Ids were drawn then: however often the message comes, it is stored once. */
export async function storeQueued(env: Env, { plan, config }: EmitMessage): Promise<void> {
  const lookFrom = Date.now() + CHECK.graceMs;
  const dispatches = plan.dispatches.map((dispatch) => ({ ...dispatch, checkAt: Math.max(dispatch.checkAt, lookFrom) }));
  await storeEmit(env.DB, { ...plan, dispatches }, config);
  await enqueueRuns(env.DISPATCH_QUEUE, runsOf(plan, new Map()));
}
