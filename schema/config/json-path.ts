import { FunctionExpressionType, JSONPathEnvironment, type JSONPathNode, jsonpath } from "json-p3";
import type { Json } from "../json.ts";
import { compilePattern, compileWholePattern } from "./pattern.ts";

/** A compiled path: the values it selects in a document, in document order, one after the other as they are asked for. */
export type Select = (document: Json) => Iterable<Json>;

/**
 * RFC 9535 JSONPath. `match()` and `search()` run on RE2, so that no pattern, not even one taken from an event, can stall the hub. Nodes are
 * found lazily: gathering those of one step in a list fails from some 120,000 on, and an event of 1 MiB holds 500,000 (tried).
 */
export function compilePath(path: string): Select {
  const query = environment.compile(path);
  return (document) => valuesOf(query.lazyQuery(document as Parameters<typeof query.lazyQuery>[0]));
}

function* valuesOf(nodes: Iterable<JSONPathNode>): Generator<Json> {
  for (const { value } of nodes) yield value as Json;
}

/** A pattern may come out of the event itself: compiling one takes time that grows with its length. */
const LONGEST_PATTERN = 400;
/** And running it takes at most 6 s of a Worker's 30 s of CPU on the largest event (pattern.ts). */
const MAX_INSTRUCTIONS = 500;

/** Deeper than any event may nest (limits.ts), so that `$..x` never throws on a stored event. */
const MAX_RECURSION = 1_000;

/**
 * A filter asks queries of its own, lazily only where it is itself resolved lazily, which segments of json-p3 2.3 never do. The class is the
 * library's and shared, and this changes how it gets there, not what it selects.
 */
jsonpath.selectors.FilterSelector.prototype.resolve = function (node) {
  return Array.from(this.lazyResolve(node));
};

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
