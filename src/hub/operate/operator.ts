import { v7 as uuidv7 } from "uuid";
import { Fault } from "../../../schema/faults.ts";
import type { StoredDispatch, StoredNote } from "../../../schema/storage/tables.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { readDispatch } from "../../store/read/read-dispatches.ts";

/** Who operates the hub, and how to go on after the reply. */
export interface Operator {
  readonly env: Env;
  /** What the binding says of its caller; what the caller says of itself wins, since it knows the person. */
  readonly name: string;
  /** `ctx.waitUntil`. */
  readonly afterReply: (work: Promise<unknown>) => void;
}

/** What is noted of an operation, save on what. */
export function operationNote(
  operator: Operator,
  kind: string,
  { by, reason }: { by?: string | undefined; reason?: string | undefined },
): Omit<StoredNote, "subjectId" | "detail"> {
  return { id: uuidv7(), at: Date.now(), kind, by: by ?? operator.name, reason: reason ?? null };
}

/** Throws `dispatch.unknown`. */
export async function requireDispatch({ env }: Operator, id: unknown): Promise<StoredDispatch> {
  const dispatch = await readDispatch(env.DB, parseId(id));
  if (dispatch === undefined) throw new Fault("dispatch.unknown", `There is no dispatch ${String(id)}.`);
  return dispatch;
}
