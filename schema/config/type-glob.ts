import * as z from "zod";
import { isAttributeText, NOT_ATTRIBUTE_TEXT } from "../text.ts";

/**
 * The grammar of globs on the types of events. `*` at the end stands for any characters, elsewhere for a part between the separators, of one
 * character at least. No type holds it.
 */
export const ANY = "*";

/** Splits a type, or a glob, into its parts with the separators between them: parts at the even places, of which any may be empty. */
export function partsOf(type: string): string[] {
  return type.split(/([./:])/);
}

/** A glob of which the last part may go on. */
export function isOpenEnded(glob: string): boolean {
  return glob.endsWith(ANY);
}

const EXPECTED = 'expected an event type such as "order.placed", "order.*" or "*"';

/** Says what is wrong with a glob. */
export function globProblem(glob: string): string | undefined {
  if (glob === "" || glob.trim() !== glob) return EXPECTED;
  if (!isAttributeText(glob)) return NOT_ATTRIBUTE_TEXT;
  const fixed = isOpenEnded(glob) ? glob.slice(0, -1) : glob;
  const isWhole = (part: string) => part === ANY || !part.includes(ANY);
  if (partsOf(fixed).every(isWhole) && !fixed.endsWith(ANY)) return undefined;
  return `${EXPECTED}: a "*" stands at the end, or alone between the separators ".", "/" and ":"`;
}

/** Schema of a route's `on`. */
export const typeGlob = z.string().superRefine((glob, context) => {
  const problem = globProblem(glob);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});
