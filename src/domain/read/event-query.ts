import type * as z from "zod";
import type { EventQuery, EventSearch } from "../../../schema/contract/events.ts";
import { READ } from "../../../schema/limits.ts";
import { storableText } from "../../../schema/text.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { text } from "../base/parse-id.ts";
import { parsedOr } from "../base/parsed.ts";
import { windowed } from "../base/window.ts";
import { paging } from "./paging.ts";

const type = text.refine((one) => !one.includes("*"), { error: 'is asked for exactly, as in "order.placed": no type holds a "*"' });

const eventFilters = {
  type: type.optional(),
  subject: text.optional(),
  source: text.optional(),
  key: text.optional(),
  correlationId: text.optional(),
  ...paging,
};

const eventQuery = closedObject(eventFilters) satisfies z.ZodType<unknown, EventQuery>;

const eventSearch = closedObject({ text: storableText(READ.maxText).optional(), ...eventFilters }) satisfies z.ZodType<
  unknown,
  EventSearch
>;

export type ParsedEventQuery = z.infer<typeof eventQuery>;

export type ParsedEventSearch = z.infer<typeof eventSearch>;

/** Throws `query.invalid` naming the filter. */
export function parseEventQuery(query: unknown = {}): ParsedEventQuery {
  return windowed(parsedOr("query.invalid", eventQuery.safeParse(query, inWords)));
}

/** Throws `query.invalid` naming the filter. */
export function parseEventSearch(query: unknown = {}): ParsedEventSearch {
  return windowed(parsedOr("query.invalid", eventSearch.safeParse(query, inWords)));
}
