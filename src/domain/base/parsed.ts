import type * as z from "zod";
import { Fault, type FaultCode } from "../../../schema/faults.ts";
import { issuesOf, issueText } from "../../../schema/wording.ts";

/** What a schema made of what a caller passed. Throws a fault of this code that names every field that is wrong. */
export function parsedOr<Value>(code: FaultCode, result: z.ZodSafeParseResult<Value>): Value {
  if (result.success) return result.data;
  throw new Fault(code, `${issuesOf(result.error).map(issueText).join("; ")}.`);
}
