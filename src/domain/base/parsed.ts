import type * as z from "zod";
import { Fault, type FaultCode } from "../../../schema/faults.ts";
import { messageOf } from "../../../schema/message-of.ts";
import { shortened } from "../../../schema/text.ts";
import { issuesOf, issuesText } from "../../../schema/wording.ts";

/** What a schema made of what a caller passed. Throws a fault of this code that names every field that is wrong. */
export function parsedOr<Value>(code: FaultCode, result: z.ZodSafeParseResult<Value>): Value {
  if (result.success) return result.data;
  throw new Fault(code, `${issuesText(issuesOf(result.error))}.`);
}

/** Reads what a caller passed. What throws while it is read, as a getter or a proxy may, is refused by a fault of this code. */
export function readOr<Value>(code: FaultCode, what: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(code, `${what} could not be read: ${shortened(messageOf(error))}.`);
  }
}
