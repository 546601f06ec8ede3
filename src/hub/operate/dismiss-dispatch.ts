import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import { Fault } from "../../../schema/faults.ts";
import type { StoredDispatch } from "../../../schema/storage/tables.ts";
import { standingOf } from "../../domain/base/standing.ts";
import { parseOperation } from "../../domain/operate/parse-operation.ts";
import { dispatchView } from "../../domain/read/dispatch-view.ts";
import { storeOf } from "../../store/d1/stores.ts";
import { dismissDispatches } from "../../store/operate/dismiss-dispatches.ts";
import { type Operator, operationNote, requireDispatch } from "./operator.ts";

/** Closes a dead letter, with a note. Throws `dispatch.no_dead_letter`, which says what it is instead. */
export async function dismissDispatch(operator: Operator, id: unknown, given: unknown): Promise<DispatchView> {
  const { hub } = operator;
  const options = parseOperation(given);
  const { id: dispatchId } = await requireDispatch(operator, id);
  const note = operationNote(operator, "dismiss", options);
  const dismissed = await dismissDispatches(storeOf(hub.env, dispatchId), [dispatchId], { note });
  const now = await requireDispatch(operator, id);
  if (dismissed.length === 0) throw new Fault("dispatch.no_dead_letter", `Dispatch ${dispatchId} is no dead letter: ${whyNot(now)}.`);
  return dispatchView(now, hub.now());
}

function whyNot(dispatch: StoredDispatch): string {
  switch (standingOf(dispatch)) {
    case "superseded":
      return "another dispatch of its line was delivered, is ongoing, or was given up after it";
    case "dismissed":
      return "it has been dismissed already";
    default:
      return `it is ${dispatch.status}`;
  }
}
