import type { NoteKind } from "../../../schema/contract/notes.ts";
import { Fault } from "../../../schema/faults.ts";
import type { Hub } from "../../bindings/hub.ts";
import type { ReadDispatch } from "../../domain/attempt/held.ts";
import type { NewNote } from "../../domain/base/note.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { storeOf } from "../../store/d1/stores.ts";
import { readDispatch } from "../../store/read/read-dispatches.ts";

/** Who operates the hub, and how to go on after the reply. */
export interface Operator {
  readonly hub: Hub;
  /** What the binding says of its caller; what the caller says of itself wins, since it knows the person. */
  readonly name: string;
  /** `ctx.waitUntil`. */
  readonly afterReply: (work: Promise<unknown>) => void;
}

/** The note of an operation, but for its subject and its detail. */
export function operationNote<Kind extends NoteKind>(
  { hub, name }: Pick<Operator, "hub" | "name">,
  kind: Kind,
  { by, reason }: { by?: string | undefined; reason?: string | undefined },
): Omit<NewNote<Kind>, "subjectId" | "detail"> {
  return { id: hub.newId(), at: hub.now(), kind, by: by ?? name, reason: reason ?? null };
}

/** Throws `dispatch.unknown`. */
export async function requireDispatch({ hub }: Operator, id: unknown): Promise<ReadDispatch> {
  const dispatchId = parseId(id);
  const dispatch = await readDispatch(storeOf(hub.env, dispatchId), dispatchId);
  if (dispatch === undefined) throw new Fault("dispatch.unknown", `There is no dispatch ${dispatchId}.`);
  return dispatch;
}
