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
