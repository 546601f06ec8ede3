import * as z from "zod";
import type { BulkFilter, BulkKind } from "../../../schema/contract/bulks.ts";
import { SETTLED_STATUSES } from "../../../schema/contract/statuses.ts";
import { Fault } from "../../../schema/faults.ts";
import { BULK, READ } from "../../../schema/limits.ts";
import { momentMs as time } from "../../../schema/moment.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { text } from "../base/parse-id.ts";
import { parsedOr } from "../base/parsed.ts";

const ids = z.array(z.string().min(1).max(100)).min(1).max(BULK.maxIds);

const bulkFilter = closedObject({
  status: z.enum(SETTLED_STATUSES).optional(),
  destination: text.optional(),
  route: text.optional(),
  reason: z.string().max(READ.maxFilter).optional(),
  from: time.optional(),
  to: time.optional(),
  ids: ids.optional(),
}) satisfies z.ZodType<unknown, BulkFilter>;

/** Times in milliseconds, so that it means the same when it is read back. */
export type ParsedBulkFilter = z.infer<typeof bulkFilter>;

/** Throws `query.invalid`. */
export function parseBulkKind(kind: unknown): BulkKind {
  if (kind === "retry" || kind === "cancel") return kind;
  throw new Fault("query.invalid", `kind: expected "retry" or "cancel".`);
}

/** Throws `query.invalid` naming the filter. */
export function parseBulkFilter(kind: BulkKind, filter: unknown, now: number): ParsedBulkFilter & { readonly to: number } {
  const parsed = parsedOr("query.invalid", bulkFilter.safeParse(filter ?? {}, inWords));
  if (kind === "cancel" && parsed.status !== undefined) {
    throw new Fault("query.invalid", "status: what is cancelled is ongoing; leave it out.");
  }
  return { ...parsed, to: Math.min(parsed.to ?? now, now) };
}
