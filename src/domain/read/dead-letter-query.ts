import type * as z from "zod";
import type { DeadLetterQuery } from "../../../schema/contract/dead-letters.ts";
import { momentMs as time } from "../../../schema/moment.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { text } from "../base/parse-id.ts";
import { parsedOr } from "../base/parsed.ts";

const deadLetterQuery = closedObject({
  destination: text.optional(),
  from: time.optional(),
  to: time.optional(),
}) satisfies z.ZodType<unknown, DeadLetterQuery>;

export type ParsedDeadLetterQuery = z.infer<typeof deadLetterQuery>;

/** Throws `query.invalid` naming the filter. */
export function parseDeadLetterQuery(query: unknown = {}): ParsedDeadLetterQuery {
  return parsedOr("query.invalid", deadLetterQuery.safeParse(query, inWords));
}
