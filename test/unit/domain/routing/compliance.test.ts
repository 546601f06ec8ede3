import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../schema/config/config.ts";
import { type CompiledCondition, compileCondition } from "../../../../src/domain/routing/condition.ts";
import { type ComplianceCase, complianceCases } from "../../support/compliance-suite.ts";

const valid = complianceCases.filter(({ invalid_selector }) => invalid_selector === undefined);
const invalid = complianceCases.filter(({ invalid_selector }) => invalid_selector === true);

const ABC = { a: 1, b: 1, c: 1 };
const ALL = { ...ABC, d: 1, e: 1 };
const FLAGS = [{ a: 1 }, { b: 1 }, { a: 1, b: 1 }, ABC, { d: 1 }, { e: 1 }, ALL];

/** What the suite has tested since: names that look like literals, several tests joined, and text that looks like a literal. */
const since: readonly ComplianceCase[] = [
  { name: "a member called true", selector: "$.true", document: { true: "A" }, result: ["A"] },
  { name: "a member called false", selector: "$.false", document: { false: "A" }, result: ["A"] },
  { name: "a member called null", selector: "$.null", document: { null: "A" }, result: ["A"] },
  { name: "three joined by &&", selector: "$[?@.a && @.b && @.c]", document: FLAGS, result: [ABC, ALL] },
  { name: "three joined by ||", selector: "$[?@.c || @.d || @.e]", document: FLAGS, result: [ABC, { d: 1 }, { e: 1 }, ALL] },
  { name: "five joined by &&", selector: "$[?@.a && @.b && @.c && @.d && @.e]", document: FLAGS, result: [ALL] },
  { name: "five joined by ||", selector: "$[?@.a || @.b || @.c || @.d || @.e]", document: FLAGS, result: FLAGS },
  {
    name: "five joined by both",
    selector: "$[?@.a && @.b && @.c || @.d || @.e]",
    document: FLAGS,
    result: [ABC, { d: 1 }, { e: 1 }, ALL],
  },
  ...["True", "False", "Null"].flatMap((word) =>
    ['"', "'"].map((quote) => ({
      name: `${word} in ${quote}`,
      selector: `$[?@.a==${quote}${word}${quote}]`,
      document: [{ a: word }, { a: word.toLowerCase() }],
      result: [{ a: word }],
    })),
  ),
];
const invalidSince: readonly ComplianceCase[] = [
  { name: "several indexes have no length", selector: "$[?length(@[1, 2])<3]" },
  { name: "several names have no length", selector: "$[?length(@['a', 'b'])<3]" },
];

function parsed(path: string, exists = true) {
  return parseConfig({
    destinations: { audit: { worker: "AUDIT" } },
    routes: [{ id: "r", on: "*", where: { path, exists }, to: "audit" }],
  });
}

function conditionOf(path: string, exists?: boolean): CompiledCondition {
  const config = parsed(path, exists);
  if (!config.ok) throw new Error(`${path}: ${config.issues.map(({ message }) => message).join("; ")}`);
  const [route] = config.config.routes;
  if (route?.where === undefined) throw new Error("the route has no condition");
  return compileCondition(route.where);
}

describe("the JSONPath Compliance Test Suite, through the condition of a route", () => {
  test("is there", () => {
    expect([valid.length, invalid.length]).toEqual([442, 245]);
    expect(valid.length + since.length + invalid.length + invalidSince.length).toBe(703);
  });

  test.each([...valid, ...since].map((one) => [one.name, one] as const))(
    "selects: %s",
    (_, { selector, document = null, result, results }) => {
      const trace = conditionOf(selector).trace(document);
      if (trace.kind !== "path") throw new Error("no comparison");
      expect(results ?? [result]).toContainEqual(trace.found);
      expect(trace.held).toBe(trace.found.length > 0);
      expect(conditionOf(selector, false).holds(document)).toBe(trace.found.length === 0);
    },
  );

  test.each([...invalid, ...invalidSince].map(({ name, selector }) => [name, selector] as const))("refuses: %s", (_, selector) => {
    expect(parsed(selector).ok).toBe(false);
  });
});
