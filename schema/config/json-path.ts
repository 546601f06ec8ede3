import { FunctionExpressionType, JSONPathEnvironment, type JSONPathQuery } from "json-p3";
import { compilePattern, compileWholePattern } from "./pattern.ts";

/** RFC 9535 JSONPath. `match()` and `search()` run on RE2, so that no pattern, not even one taken from an event, can stall the hub. */
export function compilePath(path: string): JSONPathQuery {
  return environment.compile(path);
}

/** A pattern may come out of the event itself: compiling one takes time that grows with its length. */
const LONGEST_PATTERN = 400;
/** And running it takes at most 6 s of a Worker's 30 s of CPU on the largest event (pattern.ts). */
const MAX_INSTRUCTIONS = 500;

/** Deeper than any event may nest (limits.ts), so that `$..x` never throws on a stored event. */
const MAX_RECURSION = 1_000;

const environment = new JSONPathEnvironment({ maxRecursionDepth: MAX_RECURSION });
environment.functionRegister.set("match", patternFunction(compileWholePattern));
environment.functionRegister.set("search", patternFunction(compilePattern));

function patternFunction(compile: (pattern: string, maxInstructions: number) => (text: string) => boolean) {
  return {
    argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
    returnType: FunctionExpressionType.LogicalType,
    call(text: unknown, pattern: unknown): boolean {
      if (typeof text !== "string" || typeof pattern !== "string" || pattern.length > LONGEST_PATTERN) return false;
      try {
        return compile(pattern, MAX_INSTRUCTIONS)(text);
      } catch {
        // RFC 9535 section 2.4.6: a pattern that is not valid makes the result LogicalFalse.
        return false;
      }
    },
  };
}
