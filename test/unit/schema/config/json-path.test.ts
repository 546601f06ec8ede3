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

describe("text in a path", () => {
  test.each([
    ["match", "."],
    ["search", "^.$"],
    ["search", "a.b"],
  ])("%s(): a dot is any character but an end of a line, as in I-Regexp: %s", (name, pattern) => {
    const one = (character: string) => (pattern === "a.b" ? `a${character}b` : character);
    const found = selected(`$[?${name}(@, '${pattern}')]`, ["\n", "\r", "\u2028", "\u2029", "\t", "x", "😀", "\u0085"].map(one));
    expect(found).toEqual(["\u2028", "\u2029", "\t", "x", "😀", "\u0085"].map(one));
  });

  test.each([
    ["a\\\\.b", ["a.b"]],
    ["a[.]b", ["a.b"]],
    ["a\\\\Q.\\\\Eb", ["a.b"]],
    ["[^.]..", ["a.b"]],
    ["(?s)a.b", ["a.b", "a\rb", "a\nb"]],
    ["(?i-s:A.B)", ["a.b"]],
    ["(?is:A.B)", ["a.b", "a\rb", "a\nb"]],
  ])("a dot that is escaped, in a class, quoted or told by a flag means what it says: %s", (pattern, found) => {
    expect(selected(`$[?match(@, '${pattern}')]`, ["a.b", "a\rb", "a\nb"])).toEqual(found);
  });

  test.each<[filter: string, found: string[]]>([
    ["@<'😀'", ["", "a", "Ａ", "\ufffd"]],
    ["@<='😀'", ["", "a", "Ａ", "\ufffd", "😀"]],
    ["@>'Ａ'", ["\ufffd", "😀", "😀a", "😁"]],
    ["@>='😀'", ["😀", "😀a", "😁"]],
    ["'😀'<@", ["😀a", "😁"]],
    ["@<'a'", [""]],
    ["@<@", []],
  ])("is ordered by code points: %s", (filter, found) => {
    expect(selected(`$[?${filter}]`, ["", "a", "Ａ", "\ufffd", "😀", "😀a", "😁", 1, null, true, ["a"], {}])).toEqual(found);
  });

  test("has the length of its characters", () => {
    expect(selected("$[?length(@)==2]", ["ab", "😀", "😀é", [1, 2], { a: 1, b: 2 }, 2])).toEqual(["ab", "😀é", [1, 2], { a: 1, b: 2 }]);
  });

  test("may have escapes of control characters", () => {
    expect(selected("$['\\u0001']", { "\u0001": 1 })).toEqual([1]);
  });
});

describe("numbers in a path", () => {
  test.each([
    ["@>0.5", [0.75, 1]],
    ["@==0.5", [0.5]],
    ["@<0e1", [-1, -0.5]],
    ["@==-0.5", [-0.5]],
    ["@<=-0", [-1, -0.5, 0]],
    ["@==75E-2", [0.75]],
  ])("may be fractions and powers: %s", (filter, found) => {
    expect(selected(`$[?${filter}]`, [-1, -0.5, 0, 0.5, 0.75, 1, "0.5", null])).toEqual(found);
  });

  test.each(["$[?@==01]", "$[?@==00.5]", "$[?@==0.]", "$[?@==.5]", "$[?@==0.-5]", "$[?@==0e]"])("%s is none", (path) => {
    expect(() => compilePath(path)).toThrow();
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

describe("the work of a path", () => {
  const wide: Json = { items: Array(500_000).fill(0) };
  const deep = nested(Array(400_000).fill(0));
  const orders: Json = { items: Array.from({ length: 40_000 }, (_, n) => ({ sku: `s${n}`, n })) };
  const patterns: Json = {
    text: "x".repeat(300_000),
    patterns: Array.from({ length: 1_700 }, (_, n) => `(a?){90}${n}${"b?".repeat(150)}`),
  };

  const texts: Json = { items: Array(150_000).fill(0), text: "a".repeat(350_000), other: "a".repeat(350_001) };

  test.each<[path: string, document: Json]>([
    ["$..*", wide],
    ["$..*", deep],
    ["$.items[?@ >= 1]", wide],
    ["$..[?@.n > 1]", orders],
    ["$.items[?match(@.sku, 's.*')]", orders],
    [`$.items[${"0,".repeat(2_000)}-1]`, wide],
    [`$.items[${"0:1,".repeat(1_000)}1:2]`, wide],
  ])("that looks at each part of the largest event is within its bound: %.40s", (path, document) => {
    for (let times = 0; times < 2; times++) expect(() => countOf(path, document)).not.toThrow();
  });

  test.each<[path: string, document: Json]>([
    ["$..*..*", deep],
    ["$..*..*..*..zzz", nested([1, 2, 3])],
    ["$..[?@..*]", deep],
    ["$.items[?count($.items[*]) < 3]", orders],
    ["$.items[?count($.items[::]) < 3]", orders],
    ["$.patterns[?search($.text, @)]", patterns],
    ["$.patterns[?match('a', @)]", patterns],
    ["$.items[?length($.text) > 1]", texts],
    ["$.items[?$.text < $.other]", texts],
  ])("that grows faster than its event ends at its bound, with a fault: %s", (path, document) => {
    const startedAt = performance.now();
    expect(() => countOf(path, document)).toThrow(/^\(condition\.too_costly\) The path \$.* of a condition takes more work/);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

/** Members beside what is nested, 250 levels deep. */
function nested(inner: Json): Json {
  let value = inner;
  for (let level = 0; level < 250; level++) value = { a: value, b: [1, 2, { c: level }] };
  return value;
}

function countOf(path: string, document: Json): number {
  let count = 0;
  for (const _ of compilePath(path)(document)) count += 1;
  return count;
}
