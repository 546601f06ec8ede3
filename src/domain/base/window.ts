import { Fault } from "../../../schema/faults.ts";
import { momentMs } from "../../../schema/moment.ts";

/** The first moment that RFC 3339 cannot write, which lies before the first that an id cannot carry. */
const YEAR_10000_MS = Date.UTC(10_000, 0);

/** A moment that something can have happened at, in milliseconds. */
export const pastOrComing = momentMs.refine((at) => at >= 0 && at < YEAR_10000_MS, { error: "expected a time from 1970 to 9999" });

/** Fields of a window of time: `from` is included, `to` is not. */
export const window = { from: pastOrComing.optional(), to: pastOrComing.optional() };

/** Throws `query.invalid` for a window that holds no moment. */
export function windowed<Query extends { readonly from?: number | undefined; readonly to?: number | undefined }>(query: Query): Query {
  const { from, to } = query;
  if (from !== undefined && to !== undefined && from >= to) throw new Fault("query.invalid", "from is not before to.");
  return query;
}
