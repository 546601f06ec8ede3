import type * as z from "zod";
import { delivery } from "../../../schema/config/policy.ts";
import type { Operation, RetryOptions } from "../../../schema/contract/operations.ts";
import { storableText } from "../../../schema/text.ts";
import { closedObject, inWords } from "../../../schema/wording.ts";
import { parsedOr } from "../base/parsed.ts";

export const said = { by: storableText(200).optional(), reason: storableText(1_000).optional() };

const operation = closedObject(said) satisfies z.ZodType<unknown, Operation>;

const retryOptions = closedObject({ ...delivery, ...said }) satisfies z.ZodType<unknown, RetryOptions>;

/** Throws `options.invalid` naming the option. */
export function parseOperation(options: unknown = {}): z.infer<typeof operation> {
  return parsedOr("options.invalid", operation.safeParse(options, inWords));
}

/** Throws `options.invalid` naming the option. */
export function parseRetryOptions(options: unknown = {}): z.infer<typeof retryOptions> {
  return parsedOr("options.invalid", retryOptions.safeParse(options, inWords));
}
