import { compilePattern, compileWholePattern, withDotsOfIRegexp } from "./pattern.ts";

/** Compiles a pattern of each function that takes one. */
const COMPILE = { match: compileWholePattern, search: compilePattern };

export type PatternFunction = keyof typeof COMPILE;
export const PATTERN_FUNCTIONS = Object.keys(COMPILE) as PatternFunction[];

export function isPatternFunction(name: string): name is PatternFunction {
  return Object.hasOwn(COMPILE, name);
}

/** A pattern may come out of the event itself: compiling one takes time that grows with its length. */
const LONGEST_PATTERN = 400;
/** And running it takes at most 6 s of a Worker's 30 s of CPU on the largest event (pattern.ts). */
const MAX_INSTRUCTIONS = 500;

/**
 * A compiled pattern of `match()` or `search()`. Throws when it is malformed, or larger than one in a path may be: it may be asked for each of
 * 500,000 nodes, which the operator `match` is for a value or a few, and so takes larger ones.
 */
export function compilePathPattern(name: PatternFunction, pattern: string): (text: string) => boolean {
  if (pattern.length > LONGEST_PATTERN) throw new Error(`the pattern has more than ${LONGEST_PATTERN} characters`);
  return COMPILE[name](withDotsOfIRegexp(pattern), MAX_INSTRUCTIONS);
}
