import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import { Fault } from "../../../schema/faults.ts";
import { originalIdOf } from "../../../schema/ids.ts";
import { enqueueRunsOrLog } from "../../bindings/dispatch-queue.ts";
import { noteRow } from "../../domain/base/note.ts";
import { parseRetryOptions } from "../../domain/operate/parse-operation.ts";
import { planRedrive, redriveBehind } from "../../domain/operate/redrive.ts";
import { dispatchView } from "../../domain/read/dispatch-view.ts";
import { storeOf } from "../../store/d1/stores.ts";
import { storeRedrive } from "../../store/operate/store-redrive.ts";
import { readDispatch, readLine } from "../../store/read/read-dispatches.ts";
import { type Operator, operationNote, requireDispatch } from "./operator.ts";

/**
 * A new dispatch of the same event to the same destination, after the old one settled: `<id>-r<n>_<moment>`. Returns it, stored; its run is started
 * after. Returns the one that was made since instead, where the caller says `after` which. Throws `dispatch.ongoing` while the dispatch or a
 * redrive of it is on its way.
 */
export async function retryDispatch(operator: Operator, id: unknown, given: unknown): Promise<DispatchView> {
  const { after, ...options } = parseRetryOptions(given);
  const of = await requireDispatch(operator, id);
  const { hub } = operator;
  const store = storeOf(hub.env, of.id);
  const line = await readLine(store, originalIdOf(of.id));
  const since = redriveSince(line, of.id, after);
  if (since !== undefined) return await stored(operator, since);
  const note = operationNote(operator, "retry", options);
  const redrive = planRedrive({ of, line, options, now: note.at });
  if (!(await storeRedrive(store, redrive, noteRow({ ...note, subjectId: of.id, detail: { redrive: redrive.id } })))) {
    const other = redriveSince(await readLine(store, redrive.root), of.id, after);
    if (other !== undefined) return await stored(operator, other);
    throw new Fault("dispatch.ongoing", `Dispatch ${of.id} cannot be retried: somebody else has just done so.`);
  }
  const { id: dispatchId, dueAt } = redrive;
  operator.afterReply(enqueueRunsOrLog(hub.env.DISPATCH_QUEUE, [{ id: dispatchId, dueAt }], { door: "retry.enqueue", dispatchId }));
  return await stored(operator, dispatchId);
}

function redriveSince(line: Awaited<ReturnType<typeof readLine>>, id: string, after: string | undefined): string | undefined {
  return after === undefined ? undefined : redriveBehind(line, { id, after });
}

async function stored({ hub }: Operator, id: string): Promise<DispatchView> {
  const row = await readDispatch(storeOf(hub.env, id), id);
  if (row === undefined) throw new Fault("dispatch.unknown", `Dispatch ${id} has been purged.`);
  return dispatchView(row, hub.now());
}
