import * as z from "zod";
import { ANY } from "../../../schema/config/type-glob.ts";
import { BULK_KINDS, type BulkFilter, type BulkKind } from "../../../schema/contract/bulks.ts";
import { BAD_STATUSES, isBad, SETTLED_STATUSES } from "../../../schema/contract/statuses.ts";
import { Fault } from "../../../schema/faults.ts";
import { BULK, READ } from "../../../schema/limits.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { text } from "../base/parse-id.ts";
import { parsedOr } from "../base/parsed.ts";
import { window, windowed } from "../base/window.ts";

const ids = z.array(z.string().min(1).max(100)).min(1).max(BULK.maxIds);

const type = text.refine((glob) => !glob.slice(0, -1).includes(ANY), {
  error: `a "${ANY}" stands for the rest of a type, at its end: "order.*"`,
});

const bulkFilter = closedObject({
  status: z.enum(SETTLED_STATUSES).optional(),
  destination: text.optional(),
  route: text.optional(),
  reason: z.string().max(READ.maxFilter).optional(),
  type: type.optional(),
  subject: text.optional(),
  ...window,
  ids: ids.optional(),
}) satisfies z.ZodType<unknown, BulkFilter>;

/** Times in milliseconds, so that it means the same when it is read back. */
export type ParsedBulkFilter = z.infer<typeof bulkFilter>;

/** Throws `query.invalid`. */
export function parseBulkKind(kind: unknown): BulkKind {
  const known = BULK_KINDS.find((one) => one === kind);
  if (known !== undefined) return known;
  throw new Fault("query.invalid", `kind: expected ${BULK_KINDS.map((one) => `"${one}"`).join(" or ")}.`);
}

/** Throws `query.invalid` naming the filter. */
export function parseBulkFilter(kind: BulkKind, filter: unknown, now: number): ParsedBulkFilter & { readonly to: number } {
  const parsed = windowed(parsedOr("query.invalid", bulkFilter.safeParse(filter ?? {}, inWords)));
  if (kind === "cancel" && parsed.status !== undefined) {
    throw new Fault("query.invalid", "status: what is cancelled is ongoing; leave it out.");
  }
  if (kind === "dismiss" && parsed.status !== undefined && !isBad(parsed.status)) {
    throw new Fault("query.invalid", `status: what is dismissed is a dead letter: ${BAD_STATUSES.join(", ")}, or leave it out.`);
  }
  // What settled in this very millisecond had settled.
  const end = isOfDeadLetters(kind, parsed) ? now + 1 : now;
  return { ...parsed, to: Math.min(parsed.to ?? end, end) };
}

/** True for an operation on dead letters, which goes by time of settlement. */
export function isOfDeadLetters(kind: BulkKind, { status }: Pick<ParsedBulkFilter, "status">): boolean {
  return kind === "dismiss" || (kind === "retry" && (status === undefined || isBad(status)));
}
