import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import { Fault } from "../../../schema/faults.ts";
import type { RunParams } from "../../../schema/storage/messages.ts";
import { createRun, replaceRun, wakeRun } from "../../bindings/dispatch-runs.ts";
import { logWarning } from "../../bindings/log.ts";
import { noteRow } from "../../domain/base/note.ts";
import { parseOperation } from "../../domain/operate/parse-operation.ts";
import { dispatchView } from "../../domain/read/dispatch-view.ts";
import { storeOf } from "../../store/d1/stores.ts";
import { hurryDispatch } from "../../store/operate/hurry-dispatch.ts";
import { type Operator, operationNote, requireDispatch } from "./operator.ts";

/** Makes a dispatch that is scheduled or waits to retry due at once. Throws `dispatch.settled` when it is over. */
export async function runNow(operator: Operator, id: unknown, given: unknown): Promise<DispatchView> {
  const options = parseOperation(given);
  const dispatch = await requireDispatch(operator, id);
  if (dispatch.status !== "ongoing") {
    throw new Fault("dispatch.settled", `Dispatch ${dispatch.id} cannot be run: it is ${dispatch.status}.`);
  }
  const { hub } = operator;
  const note = operationNote(operator, "run_now", options);
  const hurried = await hurryDispatch(
    storeOf(hub.env, dispatch.id),
    noteRow({ ...note, subjectId: dispatch.id, detail: { dueAt: dispatch.dueAt } }),
  );
  // Awaited: whoever looks at the run while it is replaced may find none.
  await (hurried ? startOver(hub.env, { id: dispatch.id, dueAt: note.at }) : wake(hub.env, { id: dispatch.id, dueAt: dispatch.dueAt }));
  return dispatchView(await requireDispatch(operator, id), hub.now());
}

/** A sleeping run cannot be made to wake: another takes its place. Should that fail, the reconciler does it. */
async function startOver({ DISPATCH_WORKFLOW }: Env, run: RunParams): Promise<void> {
  try {
    await replaceRun(DISPATCH_WORKFLOW, run);
  } catch (error) {
    logWarning("run_now.start", { dispatchId: run.id, error: String(error) });
  }
}

/** It is due already: its run may be in the middle of its call, or not be there yet. */
async function wake({ DISPATCH_WORKFLOW }: Env, run: RunParams): Promise<void> {
  try {
    await createRun(DISPATCH_WORKFLOW, run);
    await wakeRun(DISPATCH_WORKFLOW, run.id);
  } catch (error) {
    logWarning("run_now.wake", { dispatchId: run.id, error: String(error) });
  }
}
