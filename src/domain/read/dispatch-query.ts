import * as z from "zod";
import type { DispatchQuery } from "../../../schema/contract/dispatches.ts";
import { STATUSES } from "../../../schema/contract/statuses.ts";
import { READ } from "../../../schema/limits.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { text } from "../base/parse-id.ts";
import { parsedOr } from "../base/parsed.ts";
import { paging } from "./paging.ts";

const dispatchQuery = closedObject({
  status: z.enum(STATUSES).optional(),
  destination: text.optional(),
  route: text.optional(),
  eventId: text.optional(),
  reason: z.string().max(READ.maxFilter).optional(),
  ...paging,
}) satisfies z.ZodType<unknown, DispatchQuery>;

export type ParsedDispatchQuery = z.infer<typeof dispatchQuery>;

/** Throws `query.invalid` naming the filter. */
export function parseDispatchQuery(query: unknown = {}): ParsedDispatchQuery {
  return parsedOr("query.invalid", dispatchQuery.safeParse(query, inWords));
}
