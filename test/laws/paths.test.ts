import "../unit/support/seed.ts";
import fc from "fast-check";
import parseElsewhere from "jsonpath-rfc9535/parser";
import { describe, expect, test } from "vitest";
import { compilePath } from "../../schema/config/json-path.ts";
import { pathProblem } from "../../schema/config/path-problem.ts";
import { messageOf } from "../../schema/message-of.ts";
import { complianceCases } from "../unit/support/compliance-suite.ts";

const piece = fc.constantFrom(
  ..."!=<>&|()[]{}.,:*?@$'\"\\ \t-+01eaé😀\u0001\ud800",
  ...["&&", "||", "==", "!!", "!(", "(1)", "0.5", "true", "length(", "..", "['a']", "@.a"],
);

/** What becomes of a path when something is put in place of up to `removed` characters at one place of it. */
const edit = fc.record({ where: fc.nat(), removed: fc.nat({ max: 2 }), put: fc.oneof(fc.constant(""), piece) });

const mutated = fc
  .tuple(fc.constantFrom(...complianceCases.map(({ selector }) => selector)), fc.array(edit, { minLength: 1, maxLength: 2 }))
  .map(([selector, edits]) =>
    edits.reduce((path, { where, removed, put }) => {
      const at = where % (path.length + 1);
      return path.slice(0, at) + put + path.slice(at + removed);
    }, selector),
  );

function problemHere(path: string): string | undefined {
  try {
    compilePath(path);
    return pathProblem(path);
  } catch (error) {
    return messageOf(error);
  }
}

function isTakenElsewhere(path: string): boolean {
  try {
    parseElsewhere(path);
    return true;
  } catch {
    return false;
  }
}

/** The grammar of paths that are compared has no blanks within brackets. Taken here: they can mean nothing else. */
function withoutBlanksInBrackets(path: string): string {
  return path.replaceAll(/\[[ \t\n\r]+/g, "[").replaceAll(/[ \t\n\r]+\]/g, "]");
}

/** The other parser knows the grammar alone: not which functions there are and what they get and give, which indexes are exact, nor patterns. */
const BEYOND_GRAMMAR =
  /no such function|takes \d arguments?, \d given|must be of (Value|Nodes)Type|is no test|must be compared|is not comparable|index out of range|a pattern RE2 understands/;

/** json-p3 reads the literal that such a name begins with; there is no function of any such name. */
const NO_FUNCTION = /(true|false|null)[a-z0-9_]+\(/;

describe("a path, mutated from those of the compliance suite,", () => {
  test("is refused where another parser of RFC 9535 refuses it, and nowhere else but for what is beyond the grammar", () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(mutated, (path) => {
        const problem = problemHere(path);
        seen[problem === undefined ? "taken" : "refused"] += 1;
        if (problem === undefined) expect(isTakenElsewhere(path) || isTakenElsewhere(withoutBlanksInBrackets(path))).toBe(true);
        else if (isTakenElsewhere(path) && !NO_FUNCTION.test(path)) expect(problem).toMatch(BEYOND_GRAMMAR);
      }),
      { numRuns: 20_000 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(2_000);
  });
});
