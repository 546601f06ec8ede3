import { describe, expect, test } from "vitest";
import { compilePath } from "../../../../schema/config/json-path.ts";
import type { Json } from "../../../../schema/json.ts";

function selected(path: string, document: Json): unknown[] {
  return [...compilePath(path)(document)];
}

describe("match() and search()", () => {
  test("match() covers the whole text, search() finds a part", () => {
    expect(selected("$[?match(@, 'b.')]", ["abc", "bc"])).toEqual(["bc"]);
    expect(selected("$[?search(@, 'b.')]", ["abc", "bc", "b"])).toEqual(["abc", "bc"]);
  });

  test.each(["(a)\\\\1", "(?=a)", "(", "a{5000}"])("a pattern that is no RE2 is false, not an error: %s", (pattern) => {
    expect(selected(`$[?match(@, "${pattern}")]`, ["aa", "a", ""])).toEqual([]);
    expect(selected(`$[?search(@, "${pattern}")]`, ["aa", "a", ""])).toEqual([]);
    expect(selected(`$[?!search(@, "${pattern}")]`, ["aa"])).toEqual(["aa"]);
  });

  test("what is no text matches nothing", () => {
    expect(selected("$[?search(@, '')]", [0, null, false, [], {}, "", "a"])).toEqual(["", "a"]);
    expect(selected("$[?match(@.text, @.pattern)]", [{ text: "a", pattern: 1 }, { text: "a" }, { pattern: "a" }])).toEqual([]);
  });

  test("a pattern may be taken from the event", () => {
    expect(
      selected("$[?match(@.text, @.pattern)]", [
        { text: "abc", pattern: "a.c" },
        { text: "abc", pattern: "b" },
      ]),
    ).toHaveLength(1);
  });

  test("a pattern that backtracks elsewhere stalls nothing", () => {
    const startedAt = performance.now();
    expect(selected('$[?search(@, "(a+)+$")]', [`${"a".repeat(100_000)}!`])).toEqual([]);
    expect(selected('$[?match(@, "(a|aa)+")]', [`${"a".repeat(100_000)}!`])).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test("a pattern of 400 characters is matched, a longer one is false", () => {
    const length = 400;
    expect(selected("$[?match(@.text, @.pattern)]", [{ text: "a".repeat(length), pattern: "a".repeat(length) }])).toHaveLength(1);
    expect(selected("$[?match(@.text, @.pattern)]", [{ text: "a".repeat(length + 1), pattern: "a".repeat(length + 1) }])).toEqual([]);
  });

  test.each<[how: string, pattern: string]>([
    ["however long it is", `${"(a|b|c|d|e|f)*".repeat(2_000)}$`],
    ["however often it repeats", `${"(a?){1000}".repeat(10)}$`],
  ])("a pattern from the event stalls nothing, %s", (_, pattern) => {
    const startedAt = performance.now();
    expect(() => selected("$[?search(@.text, @.pattern)]", [{ text: `${"a".repeat(5_000)}!`, pattern }])).not.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe("a path", () => {
  test.each([
    ["a parenthesis for each of 10,000 levels", `$[?${"(".repeat(10_000)}@.a${")".repeat(10_000)}]`],
    ["10,000 open brackets", `$${"[".repeat(10_000)}`],
    ["nothing", ""],
  ])("%s is refused", (_, path) => {
    expect(() => compilePath(path)).toThrow();
  });
});
