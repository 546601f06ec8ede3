import type * as z from "zod";
import type { DeadLetterQuery } from "../../../schema/contract/dead-letters.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { text } from "../base/parse-id.ts";
import { parsedOr } from "../base/parsed.ts";
import { window, windowed } from "../base/window.ts";

const deadLetterQuery = closedObject({
  destination: text.optional(),
  ...window,
}) satisfies z.ZodType<unknown, DeadLetterQuery>;

export type ParsedDeadLetterQuery = z.infer<typeof deadLetterQuery>;

/** Throws `query.invalid` naming the filter. */
export function parseDeadLetterQuery(query: unknown = {}): ParsedDeadLetterQuery {
  return windowed(parsedOr("query.invalid", deadLetterQuery.safeParse(query, inWords)));
}
