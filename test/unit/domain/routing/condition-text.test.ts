import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Condition } from "../../../../schema/config/condition.ts";
import type { Json } from "../../../../schema/json.ts";
import { compileCondition } from "../../../../src/domain/routing/condition.ts";
import { conditionText, traceText } from "../../../../src/domain/routing/condition-text.ts";
import { condition } from "../../support/conditions.ts";
import { document } from "../../support/json.ts";

const is = (name: string, exact: string | number | boolean | null) => ({ path: `$.${name}`, exact });
const [a, b, c] = [is("a", 1), is("b", 2), is("c", 3)];

describe("a condition reads", () => {
  test.each<[condition: Condition, text: string]>([
    [is("a", 0), "$.a exact 0"],
    [is("a", ""), '$.a exact ""'],
    [is("a", false), "$.a exact false"],
    [is("a", null), "$.a exact null"],
    [is("a", 'say "hi"\n'), '$.a exact "say \\"hi\\"\\n"'],
    [{ path: "$.a", in: [0, "", null] }, '$.a in [0,"",null]'],
    [{ path: "$.a", prefix: "", suffix: "b" }, '$.a prefix "" suffix "b"'],
    [{ path: "$.a", match: "^a.$" }, '$.a match "^a.$"'],
    [{ path: "$.a", equalsIgnoreCase: "Paid", anythingBut: ["a", null] }, '$.a anythingBut ["a",null] equalsIgnoreCase "Paid"'],
    [{ path: "$.a", wildcard: "img-\\**" }, '$.a wildcard "img-\\\\**"'],
    [{ path: "$.a", cidr: "10.0.0.0/8" }, '$.a cidr "10.0.0.0/8"'],
    [{ path: "$.a", gte: "2026-01-01T00:00:00Z" }, '$.a gte "2026-01-01T00:00:00Z"'],
    [{ path: "$.a", exists: false }, "$.a exists false"],
    [{ path: "$.a", exists: true, gt: 0 }, "$.a exists true gt 0"],
    [{ path: "$.a[*]['b c']", lte: 1, lt: 2, gte: -1, gt: 0.5 }, "$.a[*]['b c'] gt 0.5 gte -1 lt 2 lte 1"],
    [{ path: "$.a", exact: 0, gt: undefined }, "$.a exact 0"],

    [{ allOf: [a, b, c] }, "$.a exact 1 and $.b exact 2 and $.c exact 3"],
    [{ anyOf: [a, b] }, "$.a exact 1 or $.b exact 2"],
    [{ not: a }, "not ($.a exact 1)"],
    [{ allOf: [a] }, "$.a exact 1"],
    [{ anyOf: [{ allOf: [a] }] }, "$.a exact 1"],
    [{ allOf: [a, { anyOf: [b, c] }] }, "$.a exact 1 and ($.b exact 2 or $.c exact 3)"],
    [{ anyOf: [{ allOf: [a, b] }, c] }, "($.a exact 1 and $.b exact 2) or $.c exact 3"],
    [{ allOf: [a, { anyOf: [b] }] }, "$.a exact 1 and $.b exact 2"],
    [{ allOf: [{ not: a }, b] }, "not ($.a exact 1) and $.b exact 2"],
    [{ not: { anyOf: [a, b] } }, "not ($.a exact 1 or $.b exact 2)"],
    [{ not: { not: a } }, "not (not ($.a exact 1))"],
    [{ anyOf: [{ allOf: [{ anyOf: [a, b] }] }, c] }, "($.a exact 1 or $.b exact 2) or $.c exact 3"],
  ])("%j", (given, text) => {
    expect(conditionText(given)).toBe(text);
  });
});

describe("a trace says what was found:", () => {
  const long = "x".repeat(100);
  test.each<[condition: Condition, document: Json, text: string]>([
    [{ path: "$.a", gte: 100 }, { a: 99 }, "$.a gte 100 [no: 99]"],
    [{ path: "$.a", gte: 100 }, { a: 100 }, "$.a gte 100 [yes: 100]"],
    [{ path: "$.a", exact: 0 }, {}, "$.a exact 0 [no: nothing]"],
    [{ path: "$.a", exact: 0 }, { a: "0" }, '$.a exact 0 [no: "0"]'],
    [{ path: "$.a", exact: null }, { a: null }, "$.a exact null [yes: null]"],
    [{ path: "$.a", exists: false }, {}, "$.a exists false [yes: nothing]"],
    [{ path: "$.a", exists: false }, { a: false }, "$.a exists false [no: false]"],
    [{ path: "$.a[*]", exact: 2 }, { a: [1, 2, 3] }, "$.a[*] exact 2 [yes: 1, 2, 3]"],
    [{ path: "$.a[*]", exact: 9 }, { a: [1, 2, 3, 4, 5] }, "$.a[*] exact 9 [no: 1, 2, 3, 4, 5]"],
    [{ path: "$.a[*]", exact: 9 }, { a: [1, 2, 3, 4, 5, 6, 7] }, "$.a[*] exact 9 [no: 1, 2, 3, 4, 5 and 2 more]"],
    [{ path: "$.a", exists: true }, { a: { b: [0] } }, '$.a exists true [yes: {"b":[0]}]'],
    [{ path: "$.a", exact: "" }, { a: long }, `$.a exact "" [no: "${"x".repeat(79)}…]`],
    [{ path: "$.a", exact: "" }, { a: long.slice(0, 78) }, `$.a exact "" [no: "${"x".repeat(78)}"]`],
    [{ allOf: [a, { not: b }] }, { a: 1, b: 2 }, "$.a exact 1 [yes: 1] and not ($.b exact 2 [yes: 2])"],
    [{ anyOf: [{ allOf: [a, b] }, c] }, { a: 1, b: 0, c: 3 }, "($.a exact 1 [yes: 1] and $.b exact 2 [no: 0]) or $.c exact 3 [yes: 3]"],
    [{ allOf: [{ anyOf: [a, b] }] }, { a: 1 }, "$.a exact 1 [yes: 1] or $.b exact 2 [no: nothing]"],
  ])("%j of %j", (given, found, text) => {
    expect(traceText(compileCondition(given).trace(found))).toBe(text);
  });

  test("it reads as its condition does, but for what was found", () => {
    fc.assert(
      fc.property(condition, (given) => {
        const shown = traceText(compileCondition(given).trace(0));
        expect(shown).toMatch(/ \[(yes|no): (0|nothing)\]/);
        expect(shown.replaceAll(/ \[(yes|no): (0|nothing)\]/g, "")).toBe(conditionText(given));
      }),
    );
  });
});

describe("a value that was found", () => {
  const shown = (value: Json) => /\[yes: (.*)\]$/s.exec(traceText(compileCondition({ path: "$", exists: true }).trace(value)))?.[1];

  test("is shown by the first 80 characters of its JSON", () => {
    fc.assert(
      fc.property(document, (value) => {
        const text = JSON.stringify(value);
        expect(shown(value)).toBe(text.length > 80 ? `${text.slice(0, 80)}…` : text);
      }),
      { numRuns: 500 },
    );
  });

  test("is not written out for that, however large it is", () => {
    const condition: Condition = { anyOf: Array.from({ length: 1_000 }, () => ({ path: "$.data", exact: 1 })) };
    const startedAt = performance.now();
    const text = traceText(compileCondition(condition).trace({ data: { items: Array<Json>(200_000).fill("text") } }));
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(text.length).toBeLessThan(150_000);
  });
});
