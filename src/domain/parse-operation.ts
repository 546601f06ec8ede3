import * as z from "zod";
import { SETTLED_STATUSES } from "../../schema/contract.ts";
import { isStorableText } from "../../schema/emit-input.ts";
import { Fault } from "../../schema/faults.ts";
import { BULK } from "../../schema/limits.ts";
import { moment } from "../../schema/moment.ts";
import type { BulkFilter, BulkKind, Operation, ResumeOptions, RetryOptions } from "../../schema/operations.ts";
import { delivery } from "../../schema/policy.ts";
import { closedObject, inWords, issuesOf, issueText } from "../../schema/wording.ts";

const text = (max: number) => z.string().min(1).max(max).refine(isStorableText, { error: "holds a NUL character or a lone surrogate" });
const said = { by: text(200).optional(), reason: text(1_000).optional() };

const operation = closedObject(said) satisfies z.ZodType<unknown, Operation>;
const retryOptions = closedObject({ ...delivery, ...said }) satisfies z.ZodType<unknown, RetryOptions>;
const resumeOptions = closedObject({ rate: z.number().min(0.01).max(10_000).optional(), ...said }) satisfies z.ZodType<
  unknown,
  ResumeOptions
>;

const ids = z.array(z.string().min(1).max(100)).min(1).max(BULK.maxIds);
const time = moment.transform((at) => at.getTime());
const bulkFilter = closedObject({
  status: z.enum(SETTLED_STATUSES).optional(),
  destination: z.string().min(1).optional(),
  route: z.string().min(1).optional(),
  reason: z.string().optional(),
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
  const result = bulkFilter.safeParse(filter ?? {}, inWords);
  if (!result.success) throw new Fault("query.invalid", `${issuesOf(result.error).map(issueText).join("; ")}.`);
  if (kind === "cancel" && result.data.status !== undefined) {
    throw new Fault("query.invalid", "status: what is cancelled is ongoing; leave it out.");
  }
  return { ...result.data, to: Math.min(result.data.to ?? now, now) };
}

/** Throws `options.invalid` naming the option. */
export function parseOperation(options: unknown = {}): z.infer<typeof operation> {
  return parsed(operation, options);
}

/** Throws `options.invalid` naming the option. */
export function parseRetryOptions(options: unknown = {}): z.infer<typeof retryOptions> {
  return parsed(retryOptions, options);
}

/** Throws `options.invalid` naming the option. */
export function parseResumeOptions(options: unknown = {}): z.infer<typeof resumeOptions> {
  return parsed(resumeOptions, options);
}

function parsed<Options>(schema: z.ZodType<Options>, options: unknown): Options {
  const result = schema.safeParse(options, inWords);
  if (result.success) return result.data;
  throw new Fault("options.invalid", `${issuesOf(result.error).map(issueText).join("; ")}.`);
}
