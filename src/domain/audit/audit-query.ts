import * as z from "zod";
import type { AuditQuery } from "../../../schema/contract/audit.ts";
import { momentMs as time } from "../../../schema/moment.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { parsedOr } from "../base/parsed.ts";

const auditQuery = closedObject({
  from: time.optional(),
  to: time.optional(),
  allRuns: z.boolean().default(false),
  cursor: z.string().optional(),
}) satisfies z.ZodType<unknown, AuditQuery>;

/** Throws `query.invalid` naming the option. */
export function parseAuditQuery(query: unknown = {}): z.infer<typeof auditQuery> {
  return parsedOr("query.invalid", auditQuery.safeParse(query, inWords));
}
