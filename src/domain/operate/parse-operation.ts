import type * as z from "zod";
import { delivery } from "../../../schema/config/policy.ts";
import { contradictions, vanishing } from "../../../schema/config/policy-checks.ts";
import { resolveDelivery } from "../../../schema/config/resolve-policy.ts";
import type { Operation, RetryOptions } from "../../../schema/contract/operations.ts";
import { Fault } from "../../../schema/faults.ts";
import { storableText } from "../../../schema/text.ts";
import { closedObject, type Issue, inWords, issueText } from "../../../schema/wording.ts";
import { parsedOr } from "../base/parsed.ts";

export const said = { by: storableText(200).optional(), reason: storableText(1_000).optional() };

const operation = closedObject(said) satisfies z.ZodType<unknown, Operation>;

const retryOptions = closedObject({ ...delivery, ...said }) satisfies z.ZodType<unknown, RetryOptions>;

/** Throws `options.invalid` naming the option. */
export function parseOperation(options: unknown = {}): z.infer<typeof operation> {
  return parsedOr("options.invalid", operation.safeParse(options, inWords));
}

/** Throws `options.invalid` naming the option. What they come to with the policy of a dispatch is for its redrive to see. */
export function parseRetryOptions(options: unknown = {}): z.infer<typeof retryOptions> {
  const parsed = parsedOr("options.invalid", retryOptions.safeParse(options, inWords));
  return meant(parsed, vanishing(parsed));
}

/** The same for many dispatches, each with a policy of its own: options that go together with the built-in policy, by themselves. */
export function parseBulkRetryOptions(options: unknown): z.infer<typeof retryOptions> {
  const parsed = parseRetryOptions(options);
  return meant(parsed, contradictions(parsed, resolveDelivery(parsed).policy));
}

function meant<Options>(options: Options, issues: Iterable<Issue>): Options {
  const [issue] = issues;
  if (issue !== undefined) throw new Fault("options.invalid", `${issueText(issue)}.`);
  return options;
}
