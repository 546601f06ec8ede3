import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import type { Cancelled } from "../../../schema/contract/operations.ts";
import { Fault } from "../../../schema/faults.ts";
import { SECOND_MS } from "../../../schema/limits.ts";
import type { StoredDispatch } from "../../../schema/storage/tables.ts";
import { terminateRun } from "../../bindings/dispatch-runs.ts";
import { engineSlots } from "../../bindings/engine.ts";
import { logWarning } from "../../bindings/log.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { parseOperation } from "../../domain/operate/parse-operation.ts";
import { dispatchView } from "../../domain/read/dispatch-view.ts";
import { homeStore, storeOf } from "../../store/d1/stores.ts";
import { cancelDispatches } from "../../store/operate/cancel-dispatches.ts";
import { readDispatchesOf } from "../../store/read/read-dispatches.ts";
import { readEvent } from "../../store/read/read-events.ts";
import { type Operator, operationNote, requireDispatch } from "./operator.ts";

const SLEEPS_LONG_MS = 10 * SECOND_MS;

/** Settles a dispatch as cancelled. An attempt under way is still recorded, and nothing follows from it. Throws `dispatch.settled` when it is over. */
export async function cancelDispatch(operator: Operator, id: unknown, given: unknown): Promise<DispatchView> {
  const { hub } = operator;
  const options = parseOperation(given);
  const dispatch = await requireDispatch(operator, id);
  await cancel(operator, [dispatch], options);
  const now = await requireDispatch(operator, id);
  if (now.status !== "cancelled" || dispatch.status === "cancelled") {
    throw new Fault("dispatch.settled", `Dispatch ${dispatch.id} cannot be cancelled: it is ${now.status}.`);
  }
  return dispatchView(now, hub.now());
}

/** The same for everything that an event is still owed to. */
export async function cancelEvent(operator: Operator, id: unknown, given: unknown): Promise<Cancelled> {
  const { hub } = operator;
  const options = parseOperation(given);
  const eventId = parseId(id);
  const store = storeOf(hub.env, eventId);
  const event = await readEvent(store, eventId);
  if (event === undefined) throw new Fault("event.unknown", `There is no event ${String(id)}.`);
  const before = await readDispatchesOf(store, event.id);
  const cancelled = new Set(await cancel(operator, before, options));
  const after = await readDispatchesOf(store, event.id);
  const now = hub.now();
  return {
    cancelled: after.filter((dispatch) => cancelled.has(dispatch.id)).map((dispatch) => dispatchView(dispatch, now)),
    settledBefore: before.length - cancelled.size,
  };
}

/** Returns the ids of those that were ongoing. */
async function cancel(
  operator: Operator,
  dispatches: readonly StoredDispatch[],
  options: ReturnType<typeof parseOperation>,
): Promise<readonly string[]> {
  const { hub, afterReply } = operator;
  const note = operationNote(operator, "cancel", options);
  const ongoing = dispatches.filter(({ status }) => status === "ongoing");
  if (ongoing.length === 0) return [];
  const ids = ongoing.map(({ id }) => id);
  const cancelled = await cancelDispatches(homeStore(hub.env), ids, { note });
  afterReply(
    endSleepingRuns(
      hub.env,
      ongoing.filter(({ id }) => cancelled.includes(id)),
      note.at,
    ),
  );
  return cancelled;
}

/** Any other run ends by itself at its next look. These would find out when they wake, which may be in a year. */
export async function endSleepingRuns(
  { DISPATCH_WORKFLOW }: Env,
  cancelled: readonly Pick<StoredDispatch, "id" | "dueAt">[],
  now: number,
): Promise<void> {
  const slots = engineSlots();
  const sleeping = cancelled.filter(({ dueAt }) => dueAt > now + SLEEPS_LONG_MS);
  await Promise.all(sleeping.map(({ id }) => slots(() => endRun(DISPATCH_WORKFLOW, id))));
}

async function endRun(workflow: Env["DISPATCH_WORKFLOW"], id: string): Promise<void> {
  try {
    await terminateRun(workflow, id);
  } catch (error) {
    logWarning("cancel.terminate", { dispatchId: id, error: String(error) });
  }
}
