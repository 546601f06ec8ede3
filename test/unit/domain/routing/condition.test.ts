import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Comparison, type Condition, type Operator, type Scalar, condition as schema } from "../../../../schema/config/condition.ts";
import type { Json } from "../../../../schema/json.ts";
import { compileCondition } from "../../../../src/domain/routing/condition.ts";
import { traceText } from "../../../../src/domain/routing/condition-text.ts";
import { condition, naivelyHolds } from "../../support/conditions.ts";
import { document } from "../../support/json.ts";

const holds = (given: Condition, found: Json) => compileCondition(given).holds(found);

/** A comparison with one operator on `$.a`. */
const leaf = (operator: Operator, wanted: Scalar | readonly Scalar[]) => ({ path: "$.a", [operator]: wanted }) as Comparison;

describe("an operator", () => {
  test.each<[operator: Operator, wanted: Scalar | readonly Scalar[], found: Json, held: boolean]>([
    ["exact", 0, 0, true],
    ["exact", 0, false, false],
    ["exact", 0, "", false],
    ["exact", 0, "0", false],
    ["exact", 0, null, false],
    ["exact", "", "", true],
    ["exact", "", 0, false],
    ["exact", "", false, false],
    ["exact", "", null, false],
    ["exact", false, false, true],
    ["exact", false, 0, false],
    ["exact", false, "false", false],
    ["exact", null, null, true],
    ["exact", null, 0, false],
    ["exact", null, "null", false],
    ["exact", 1, true, false],
    ["exact", "a", ["a"], false],
    ["in", [0], 0, true],
    ["in", [0], false, false],
    ["in", ["", null], "", true],
    ["in", ["", null], null, true],
    ["in", ["", null], 0, false],
    ["in", [false], false, true],
    ["in", ["a", "b"], "b", true],
    ["in", ["a", "b"], "c", false],
    ["anythingBut", "a", "b", true],
    ["anythingBut", "a", "a", false],
    ["anythingBut", "a", null, true],
    ["anythingBut", "a", ["a"], true],
    ["anythingBut", null, null, false],
    ["anythingBut", 0, "", true],
    ["anythingBut", 0, false, true],
    ["anythingBut", ["a", 0], 0, false],
    ["anythingBut", ["a", 0], "0", true],
    ["equalsIgnoreCase", "Paid", "pAID", true],
    ["equalsIgnoreCase", "Paid", "paid ", false],
    ["equalsIgnoreCase", "STRASSE", "straße", false],
    ["equalsIgnoreCase", "k", "\u212a", true],
    ["equalsIgnoreCase", "σας", "ΣΑΣ", true],
    ["equalsIgnoreCase", "a.c", "abc", false],
    ["equalsIgnoreCase", "a\nb", "A\nB", true],
    ["equalsIgnoreCase", "1", 1, false],
    ["wildcard", "a*c", "abc", true],
    ["wildcard", "a*c", "ac", true],
    ["wildcard", "a*c", "abcd", false],
    ["wildcard", "a*a", "a", false],
    ["wildcard", "*a*b*", "xxaxxb", true],
    ["wildcard", "*a*b*", "xxbxxa", false],
    ["wildcard", "*ab*ab", "abab", true],
    ["wildcard", "*ab*ab", "ab", false],
    ["wildcard", "*", "", true],
    ["wildcard", "**", "a\nb", true],
    ["wildcard", "", "", true],
    ["wildcard", "", "a", false],
    ["wildcard", "\\*", "*", true],
    ["wildcard", "\\*", "a", false],
    ["wildcard", "a\\\\*", "a\\b", true],
    ["wildcard", "1*", 12, false],
    ["cidr", "10.0.0.0/8", "10.255.0.1", true],
    ["cidr", "10.0.0.0/8", "11.0.0.0", false],
    ["cidr", "10.1.2.3/8", "10.9.9.9", true],
    ["cidr", "0.0.0.0/0", "255.255.255.255", true],
    ["cidr", "0.0.0.0/0", "::1", false],
    ["cidr", "::/0", "1.2.3.4", false],
    ["cidr", "10.0.0.1", "10.0.0.1", true],
    ["cidr", "10.0.0.1", "10.0.0.2", false],
    ["cidr", "10.0.0.0/8", "::ffff:10.0.0.1", true],
    ["cidr", "10.0.0.0/8", "::FFFF:0a00:0001", true],
    ["cidr", "::ffff:10.0.0.0/104", "10.1.1.1", true],
    ["cidr", "2001:db8::/32", "2001:0DB8:0:0::1", true],
    ["cidr", "2001:db8::/32", "2001:db9::1", false],
    ["cidr", "10.0.0.0/8", "10.0.0.256", false],
    ["cidr", "10.0.0.0/8", "10.0.0.01", false],
    ["cidr", "10.0.0.0/8", "10.1", false],
    ["cidr", "::/0", "fe80::1%eth0", false],
    ["cidr", "::/0", "1::2::3", false],
    ["cidr", "::/0", "::1]/[", false],
    ["prefix", "", "", true],
    ["prefix", "", "abc", true],
    ["prefix", "ab", "abc", true],
    ["prefix", "bc", "abc", false],
    ["prefix", "", 0, false],
    ["prefix", "1", 12, false],
    ["prefix", "a", ["a"], false],
    ["suffix", "", "", true],
    ["suffix", "bc", "abc", true],
    ["suffix", "ab", "abc", false],
    ["suffix", "", null, false],
    ["suffix", "2", 12, false],
    ["match", "", "", true],
    ["match", "b", "abc", true],
    ["match", "^b", "abc", false],
    ["match", "", 0, false],
    ["match", "1", 1, false],
    ["match", "null", null, false],
    ["gt", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000001Z", true],
    ["gt", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", false],
    ["gte", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00.00+01:00", true],
    ["gte", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.49z", false],
    ["lt", "2026-01-01T00:00:00.0009Z", "2026-01-01T00:00:00.00089Z", true],
    ["lt", "2026-01-01T00:00:00Z", "2025-12-31T23:30:00-01:00", false],
    ["lte", "2026-01-01T00:00:00Z", "2025-12-31t23:00:00-01:00", true],
    ["lt", "2026-01-01T00:00:00Z", "2025-12-31", false],
    ["lt", "2026-01-01T00:00:00Z", "2025-12-31T00:00:00", false],
    ["lt", "2026-03-01T00:00:00Z", "2026-02-29T00:00:00Z", false],
    ["lt", "2028-03-01T00:00:00Z", "2028-02-29T00:00:00Z", true],
    ["lt", "2026-01-01T00:00:00Z", 0, false],
    ["lt", 0, -1, true],
    ["lt", 0, 0, false],
    ["lt", 0, "-1", false],
    ["lt", 0, null, false],
    ["lt", 1, false, false],
    ["lt", 1, "", false],
    ["lte", 0, 0, true],
    ["lte", 0, -1, true],
    ["lte", 0, 0.1, false],
    ["lte", 0, null, false],
    ["lte", 0, "", false],
    ["lte", 0, false, false],
    ["gt", 0, 0.1, true],
    ["gt", 0, 0, false],
    ["gt", 0, "1", false],
    ["gt", 0, true, false],
    ["gt", -1, null, false],
    ["gte", 0, 0, true],
    ["gte", 0, 1, true],
    ["gte", 0, -0.1, false],
    ["gte", 0, null, false],
    ["gte", 0, "", false],
    ["gte", 0, false, false],
    ["gte", 0, [0], false],
  ])("%s %j finds %j: %s", (operator, wanted, found, held) => {
    const compiled = compileCondition(leaf(operator, wanted));
    expect(compiled.holds({ a: found })).toBe(held);
    expect(compiled.trace({ a: found })).toEqual({ kind: "path", path: "$.a", wanted: { [operator]: wanted }, found: [found], held });
  });

  test.each<[operator: Operator, wanted: Scalar | readonly Scalar[]]>([
    ["exact", null],
    ["exact", ""],
    ["in", [null, 0, "", false]],
    ["prefix", ""],
    ["suffix", ""],
    ["anythingBut", "a"],
    ["equalsIgnoreCase", ""],
    ["wildcard", "*"],
    ["match", ""],
    ["cidr", "0.0.0.0/0"],
    ["lt", 1],
    ["lt", "2026-01-01T00:00:00Z"],
    ["lte", 0],
    ["gt", -1],
    ["gte", 0],
    ["exists", true],
  ])("%s %j does not hold where the path selects nothing", (operator, wanted) => {
    expect(holds(leaf(operator, wanted), {})).toBe(false);
    expect(holds(leaf(operator, wanted), null)).toBe(false);
  });
});

describe("exists", () => {
  test.each<[found: Json, selects: boolean]>([
    [{ a: 1 }, true],
    [{ a: null }, true],
    [{ a: 0 }, true],
    [{ a: "" }, true],
    [{ a: false }, true],
    [{}, false],
    [[], false],
    [null, false],
  ])("in %j: %s", (found, selects) => {
    expect(holds({ path: "$.a", exists: true }, found)).toBe(selects);
    expect(holds({ path: "$.a", exists: false }, found)).toBe(!selects);
  });

  test("a missing path is not null", () => {
    const isNull: Condition = { path: "$.a", exact: null };
    expect(holds(isNull, { a: null })).toBe(true);
    expect(holds(isNull, {})).toBe(false);
    expect(compileCondition(isNull).trace({ a: null })).toMatchObject({ found: [null], held: true });
    expect(compileCondition(isNull).trace({})).toMatchObject({ found: [], held: false });
  });

  test("true goes with other operators", () => {
    expect(holds({ path: "$.a", exists: true, gte: 0 }, { a: 0 })).toBe(true);
    expect(holds({ path: "$.a", exists: true, gte: 0 }, { a: -1 })).toBe(false);
    expect(holds({ path: "$.a", exists: true, gte: 0 }, {})).toBe(false);
  });
});

describe("a path that selects several nodes", () => {
  test("holds when any of them does", () => {
    expect(holds({ path: "$.a[*]", gte: 10 }, { a: [1, 10] })).toBe(true);
    expect(holds({ path: "$.a[*]", gte: 10 }, { a: [1, 9] })).toBe(false);
    expect(holds({ path: "$.a[*]", gte: 10 }, { a: [] })).toBe(false);
  });

  test("all operators must hold for the same node", () => {
    const between: Condition = { path: "$.a[*]", gt: 0, lt: 10 };
    expect(holds(between, { a: [-5, 15] })).toBe(false);
    expect(holds(between, { a: [-5, 5, 15] })).toBe(true);
    expect(
      holds(
        {
          allOf: [
            { path: "$.a[*]", gt: 0 },
            { path: "$.a[*]", lt: 10 },
          ],
        },
        { a: [-5, 15] },
      ),
    ).toBe(true);
  });

  test("not means that no node holds", () => {
    expect(holds({ not: { path: "$.a[*]", exact: 0 } }, { a: [1, 0] })).toBe(false);
    expect(holds({ not: { path: "$.a[*]", exact: 0 } }, { a: [1] })).toBe(true);
    expect(holds({ not: { path: "$.a[*]", exact: 0 } }, {})).toBe(true);
  });
});

describe("a group", () => {
  const yes: Condition = { path: "$", exists: true };
  const no: Condition = { path: "$", exists: false };

  test.each<[condition: Condition, held: boolean]>([
    [{ allOf: [yes] }, true],
    [{ allOf: [no] }, false],
    [{ allOf: [yes, yes] }, true],
    [{ allOf: [yes, no] }, false],
    [{ allOf: [no, yes] }, false],
    [{ anyOf: [yes] }, true],
    [{ anyOf: [no] }, false],
    [{ anyOf: [no, yes] }, true],
    [{ anyOf: [yes, no] }, true],
    [{ anyOf: [no, no] }, false],
    [{ not: yes }, false],
    [{ not: no }, true],
    [{ not: { not: yes } }, true],
    [{ not: { anyOf: [no, { allOf: [yes, no] }] } }, true],
  ])("%j: %s", (given, held) => {
    expect(holds(given, 0)).toBe(held);
    expect(compileCondition(given).trace(0).held).toBe(held);
  });
});

describe("a trace", () => {
  test("says what was wanted and found everywhere, also where it did not decide", () => {
    const given: Condition = {
      anyOf: [
        { path: "$.data.total", gte: 0 },
        {
          not: {
            allOf: [
              { path: "$.data.tags[*]", exact: "a" },
              { path: "$.data.test", exists: false },
            ],
          },
        },
      ],
    };
    expect(compileCondition(given).trace({ data: { total: 0, tags: ["a", "b"] } })).toEqual({
      kind: "anyOf",
      held: true,
      of: [
        { kind: "path", path: "$.data.total", wanted: { gte: 0 }, found: [0], held: true },
        {
          kind: "not",
          held: false,
          of: {
            kind: "allOf",
            held: true,
            of: [
              { kind: "path", path: "$.data.tags[*]", wanted: { exact: "a" }, found: ["a", "b"], held: true },
              { kind: "path", path: "$.data.test", wanted: { exists: false }, found: [], held: true },
            ],
          },
        },
      ],
    });
  });

  test("shows no operator that is absent in the configuration", () => {
    const trace = compileCondition({ path: "$.a", gte: 0, lt: undefined, exact: undefined }).trace({ a: 1 });
    expect(trace).toHaveProperty("wanted");
    expect(Object.keys((trace as { wanted: object }).wanted)).toEqual(["gte"]);
    expect(trace.held).toBe(true);
  });
});

describe("laws", () => {
  test("any condition the schema takes means what the naive evaluator says, and its trace agrees", () => {
    let held = 0;
    let runs = 0;
    fc.assert(
      fc.property(condition, document, (given, found) => {
        const parsed = schema.parse(given);
        const compiled = compileCondition(parsed);
        const wanted = naivelyHolds(given, found);
        expect(compiled.holds(found)).toBe(wanted);
        expect(compiled.trace(found).held).toBe(wanted);
        runs += 1;
        held += Number(wanted);
      }),
      { numRuns: 1_500 },
    );
    expect(held / runs).toBeGreaterThan(0.1);
    expect(held / runs).toBeLessThan(0.9);
  });

  test("any comparison that holds has found something", () => {
    fc.assert(
      fc.property(condition, document, (given, found) => {
        if (!("path" in given) || given.exists === false || !holds(given, found)) return;
        expect(holds({ path: given.path, exists: true }, found)).toBe(true);
      }),
    );
  });

  test("a condition means the same after it was stored", () => {
    fc.assert(
      fc.property(condition, document, (given, found) => {
        const stored = schema.parse(JSON.parse(JSON.stringify(schema.parse(given))));
        expect(holds(stored, found)).toBe(holds(given, found));
      }),
    );
  });

  test("equalsIgnoreCase holds where match does with (?i), for every character that has a case", () => {
    const cased = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code)).filter(
      (one) => one.isWellFormed() && (one.toUpperCase() !== one || one.toLowerCase() !== one),
    );
    expect(cased.length).toBeGreaterThan(2_000);
    for (const one of cased) {
      const [folded, matched] = [
        compileCondition({ path: "$", equalsIgnoreCase: one }),
        compileCondition({ path: "$", match: `(?i)^${one}$` }),
      ];
      for (const other of [one.toUpperCase(), one.toLowerCase(), one.toUpperCase().toLowerCase()]) {
        expect(folded.holds(other)).toBe(matched.holds(other));
      }
    }
  });

  test("a condition and its negation never agree", () => {
    fc.assert(
      fc.property(condition, document, (given, found) => {
        expect(holds({ not: given }, found)).toBe(!holds(given, found));
      }),
    );
  });

  test("a condition does not change the document, and answers twice the same", () => {
    fc.assert(
      fc.property(condition, document, (given, found) => {
        const compiled = compileCondition(given);
        const before = JSON.stringify(found);
        expect(compiled.trace(found)).toEqual(compiled.trace(found));
        expect(JSON.stringify(found)).toBe(before);
      }),
    );
  });
});

describe("a condition whose path takes too much work on an event", () => {
  const document: Json = { data: Array.from({ length: 3_000 }, (_, n) => n) };
  const costly: Condition = { path: "$.data[?count($.data[*]) < 3]", exists: true };

  test("is no answer, so that nothing is routed by it", () => {
    expect(() => compileCondition(costly).holds(document)).toThrow("(condition.too_costly)");
    expect(() => compileCondition({ not: costly }).holds(document)).toThrow("(condition.too_costly)");
  });

  test("is explained all the same, with those beside it", () => {
    const trace = compileCondition({ anyOf: [costly, { path: "$.data[0]", exact: 0 }] }).trace(document);
    expect(trace).toMatchObject({
      held: true,
      of: [
        { tooCostly: true, held: false, found: [] },
        { held: true, found: [0] },
      ],
    });
    expect(traceText(trace)).toContain("[no: it takes more work on this event than a path may]");
  });
});
