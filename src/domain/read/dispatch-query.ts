import * as z from "zod";
import type { DispatchQuery } from "../../../schema/contract/dispatches.ts";
import { BAD_STATUSES, isBad, STANDINGS, STATUSES } from "../../../schema/contract/statuses.ts";
import { Fault } from "../../../schema/faults.ts";
import { isEventId } from "../../../schema/ids.ts";
import { READ } from "../../../schema/limits.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { text } from "../base/parse-id.ts";
import { parsedOr } from "../base/parsed.ts";
import { windowed } from "../base/window.ts";
import { paging } from "./paging.ts";

/** Part of an id would stand for every event whose id begins so. */
const eventId = text.refine(isEventId, { error: "expected the whole id of an event" });

const dispatchQuery = closedObject({
  status: z.enum(STATUSES).optional(),
  standing: z.enum(STANDINGS).optional(),
  destination: text.optional(),
  route: text.optional(),
  eventId: eventId.optional(),
  reason: z.string().max(READ.maxFilter).optional(),
  ...paging,
}) satisfies z.ZodType<unknown, DispatchQuery>;

export type ParsedDispatchQuery = z.infer<typeof dispatchQuery>;

/** Throws `query.invalid` naming the filter. */
export function parseDispatchQuery(query: unknown = {}): ParsedDispatchQuery {
  const parsed = windowed(parsedOr("query.invalid", dispatchQuery.safeParse(query, inWords)));
  if (parsed.standing !== undefined && parsed.status !== undefined && !isBad(parsed.status)) {
    throw new Fault("query.invalid", `standing: only ${BAD_STATUSES.join(", ")} ones have one; what is ${parsed.status} has none.`);
  }
  return parsed;
}

/** True for a list of what is failed, misconfigured or lost: it goes by time of settlement. */
export function isOfBad({ status, standing }: Pick<ParsedDispatchQuery, "status" | "standing">): boolean {
  return standing !== undefined || (status !== undefined && isBad(status));
}
