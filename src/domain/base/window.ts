import { Fault } from "../../../schema/faults.ts";
import { momentMs } from "../../../schema/moment.ts";

/** A moment that something can have happened at, in milliseconds: one that an id can carry. */
export const pastOrComing = momentMs.refine((at) => at >= 0, { error: "expected a time from 1970 to 9999" });

/** Fields of a window of time: `from` is included, `to` is not. */
export const window = { from: pastOrComing.optional(), to: pastOrComing.optional() };

/** Throws `query.invalid` for a window that holds no moment. */
export function windowed<Query extends { readonly from?: number | undefined; readonly to?: number | undefined }>(query: Query): Query {
  const { from, to } = query;
  if (from !== undefined && to !== undefined && from >= to) throw new Fault("query.invalid", "from is not before to.");
  return query;
}
