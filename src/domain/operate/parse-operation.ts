import * as z from "zod";
import { delivery } from "../../../schema/config/policy.ts";
import { contradictions, vanishing } from "../../../schema/config/policy-checks.ts";
import { resolveDelivery } from "../../../schema/config/resolve-policy.ts";
import type { BulkKind } from "../../../schema/contract/bulks.ts";
import type { BulkOptions, BulkRetryOptions, Operation, RetryOptions } from "../../../schema/contract/operations.ts";
import { Fault } from "../../../schema/faults.ts";
import { isEventId } from "../../../schema/ids.ts";
import { MINUTE_MS } from "../../../schema/limits.ts";
import { storableText } from "../../../schema/text.ts";
import { closedObject, type Issue, inWords, issueText } from "../../../schema/wording.ts";
import { text } from "../base/parse-id.ts";
import { parsedOr } from "../base/parsed.ts";
import { timeOfId } from "../base/time-id.ts";

export const said = { by: storableText(200).optional(), reason: storableText(1_000).optional() };

const operation = closedObject(said) satisfies z.ZodType<unknown, Operation>;

const retryOptions = closedObject({ ...delivery, ...said, after: text.optional() }) satisfies z.ZodType<unknown, RetryOptions>;

const named = { id: z.string().refine(isEventId, { error: "expected a UUIDv7 in small letters" }).optional() };

const bulkOptions = closedObject({ ...said, ...named }) satisfies z.ZodType<unknown, BulkOptions>;

const bulkRetryOptions = closedObject({ ...delivery, ...said, ...named }) satisfies z.ZodType<unknown, BulkRetryOptions>;

/** How far the clock of who draws an id may be ahead. */
const CLOCKS_APART_MS = MINUTE_MS;

/** Throws `options.invalid` naming the option. */
export function parseOperation(options: unknown = {}): z.infer<typeof operation> {
  return parsedOr("options.invalid", operation.safeParse(options, inWords));
}

/** Throws `options.invalid` naming the option. What they come to with the policy of a dispatch is for its redrive to see. */
export function parseRetryOptions(options: unknown = {}): z.infer<typeof retryOptions> {
  const parsed = parsedOr("options.invalid", retryOptions.safeParse(options, inWords));
  return meant(parsed, vanishing(parsed));
}

function meant<Options>(options: Options, issues: Iterable<Issue>): Options {
  const [issue] = issues;
  if (issue !== undefined) throw new Fault("options.invalid", `${issueText(issue)}.`);
  return options;
}

/**
 * Throws `options.invalid` naming the option. An id tells when it was drawn: by that operations are listed, and purged. Each dispatch has a policy
 * of its own: the options have to go together with the built-in one.
 */
export function parseBulkOptions(kind: BulkKind, options: unknown = {}, now: number): z.infer<typeof bulkRetryOptions> {
  const schema: z.ZodType<z.infer<typeof bulkRetryOptions>> = kind === "retry" ? bulkRetryOptions : bulkOptions;
  const parsed = parsedOr("options.invalid", schema.safeParse(options, inWords));
  if (parsed.id !== undefined && (timeOfId(parsed.id) ?? now) > now + CLOCKS_APART_MS)
    throw new Fault("options.invalid", "id: is of a time to come.");
  return meant(meant(parsed, vanishing(parsed)), contradictions(parsed, resolveDelivery(parsed).policy));
}
