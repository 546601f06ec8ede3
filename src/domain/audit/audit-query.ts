import * as z from "zod";
import type { AuditQuery } from "../../../schema/contract/audit.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { parsedOr } from "../base/parsed.ts";
import { window, windowed } from "../base/window.ts";

const auditQuery = closedObject({
  ...window,
  allRuns: z.boolean().default(false),
  cursor: z.string().optional(),
}) satisfies z.ZodType<unknown, AuditQuery>;

/** Throws `query.invalid` naming the option. */
export function parseAuditQuery(query: unknown = {}): z.infer<typeof auditQuery> {
  return windowed(parsedOr("query.invalid", auditQuery.safeParse(query, inWords)));
}
