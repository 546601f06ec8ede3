import "../../support/seed.ts";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { compilePattern, compileWholePattern } from "../../../../schema/config/pattern.ts";

describe("a pattern", () => {
  test.each<[pattern: string, text: string, found: boolean, whole: boolean]>([
    ["b", "abc", true, false],
    ["^abc$", "abc", true, true],
    ["a.c", "abc", true, true],
    ["", "", true, true],
    ["", "abc", true, false],
    ["\\d{3}", "tel 555", true, false],
    ["(?i)order", "ORDER", true, true],
    ["x", "abc", false, false],
    ["a|ab", "ab", true, true],
  ])("%j in %j", (pattern, text, found, whole) => {
    expect(compilePattern(pattern)(text)).toBe(found);
    expect(compileWholePattern(pattern)(text)).toBe(whole);
  });

  test.each(["(", "[a", "a{1001}", "((a{100}){100}){100}", "(a)\\1", "(?=a)", "(?<!a)b"])(
    "%j is no RE2: refused when compiled",
    (pattern) => {
      expect(() => compilePattern(pattern)).toThrow();
      expect(() => compileWholePattern(pattern)).toThrow();
    },
  );

  test.each(["a{1000}", "[a-z]{1000}", "(a?){500}", "(a|b|c|d|e|f)*".repeat(70)])("%s is not too large", (pattern) => {
    expect(compilePattern(pattern)("a".repeat(1_000))).toBe(true);
  });

  test("2,500 instructions are not too many, 2,501 are", () => {
    const pattern = "a{1000}b{1000}c{498}";
    expect(RE2JS.compile(pattern).programSize()).toBe(2_500);
    expect(() => compilePattern(pattern)).not.toThrow();
    expect(() => compilePattern(`${pattern}d`)).toThrow("the pattern is too large");
  });

  test.each(["(a?b?c?){1000}", "(a?){1000}", "((a?){30}){30}".repeat(5), "x".repeat(5_000)])("%s is too large", (pattern) => {
    expect(() => compilePattern(pattern)).toThrow("the pattern is too large");
    expect(() => compileWholePattern(pattern)).toThrow("the pattern is too large");
  });

  test.each(["(a+)+$", "(a|aa)+$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$"])("%s takes time linear to the text", (pattern) => {
    const text = `${"a".repeat(50_000)}!`;
    const startedAt = performance.now();
    expect(compilePattern(pattern)(text)).toBe(false);
    expect(compileWholePattern(pattern)(text)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe("a pattern that counts", () => {
  test.each([
    ["(){1000}".repeat(400)],
    ["\\pL{1000}".repeat(480)],
    ["[a-z]{1000}".repeat(430)],
    ["(a{1000}){1000}"],
    ["((((a{10}){10}){10}){10}){10}"],
    ["(a?){1000}".repeat(40)],
    [`(${"x".repeat(2_000)}){900}`],
  ])("is refused before it is written out, however much that would be: %s", (pattern) => {
    const startedAt = performance.now();
    expect(() => compilePattern(pattern)).toThrow("the pattern is too large");
    expect(performance.now() - startedAt).toBeLessThan(200);
  });

  test.each([
    ["\\x{41}{3}"],
    ["\\p{Greek}{1000}"],
    ["[]a{1000}]{3}"],
    ["[[:alpha:]{1000}]x"],
    ["\\Qa{1000}{1000}{1000}\\E"],
    ["a{1000}"],
    ["^[a-z]{3}-[0-9]{1,9}$"],
    ["(?i)order-(\\d{4,}){2}"],
    [Array.from({ length: 1_200 }, (_, index) => index.toString(36)).join("|")],
  ])("is taken when what it comes to is small: %s", (pattern) => {
    expect(() => compilePattern(pattern)).not.toThrow();
  });

  test("is never refused that RE2 would make small enough", () => {
    const count = fc.constantFrom("", "*", "+?", "{2}", "{0,3}", "{7,}", "{20}");
    const pattern = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc
        .array(
          fc.tuple(
            fc.oneof(
              { maxDepth: 3 },
              fc.constantFrom("a", "[b-d]", "\\d", "\\pL", ".", "|"),
              tie("pattern").map((p) => `(${p})`),
            ),
            count,
          ),
          { minLength: 1, maxLength: 4 },
        )
        .map((parts) => parts.map(([atom, times]) => (atom === "|" ? "|" : `${atom}${times}`)).join("")),
    })).pattern;
    fc.assert(
      fc.property(pattern, (text) => {
        if (sizeOf(text) <= 500) expect(() => compilePattern(text, 500)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });
});

/** As RE2 compiles it; infinite when it does not. */
function sizeOf(pattern: string): number {
  try {
    return RE2JS.compile(pattern).programSize();
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
