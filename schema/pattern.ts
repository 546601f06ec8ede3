import { RE2JS } from "re2js";

/** A compiled RE2 pattern: matches in time linear to the text, whatever the pattern. Throws on a syntax error. */
export function compilePattern(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.matcher(text).find();
}

/** A pattern that has to cover the whole text. */
export function compileWholePattern(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.matches(text);
}
