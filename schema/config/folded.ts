import { RE2JS } from "re2js";
import { compileWholePattern } from "./pattern.ts";

/** A test for texts that differ from this one in upper and lower case at most, by RE2 itself: `match: "(?i)^…$"` says the same. Throws when it is too long. */
export function compileFolded(text: string): (candidate: string) => boolean {
  return compileWholePattern(`(?i)${RE2JS.quote(text)}`);
}
