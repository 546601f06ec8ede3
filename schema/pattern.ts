import { RE2JS } from "re2js";

/**
 * RE2 takes time linear to the text, times the size of the compiled pattern: this bounds the second factor. `(a?){1000}` compiles to
 * some 2,000 instructions.
 */
const MAX_INSTRUCTIONS = 2_500;

/** A compiled RE2 pattern, found anywhere in a text. Throws when it is malformed or too large. */
export function compilePattern(pattern: string): (text: string) => boolean {
  const compiled = compile(pattern);
  return (text) => compiled.matcher(text).find();
}

/** A pattern that has to cover the whole text. */
export function compileWholePattern(pattern: string): (text: string) => boolean {
  const compiled = compile(pattern);
  return (text) => compiled.matches(text);
}

function compile(pattern: string): RE2JS {
  const compiled = RE2JS.compile(pattern);
  if (compiled.programSize() > MAX_INSTRUCTIONS) throw new Error("the pattern is too large");
  return compiled;
}
