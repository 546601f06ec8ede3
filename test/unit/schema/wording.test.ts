import { describe, expect, test } from "vitest";
import * as z from "zod";
import { closedObject, didYouMean, inWords, issuesOf, issueText } from "../../../schema/wording.ts";

const OPERATORS = ["path", "exact", "in", "prefix", "suffix", "match", "exists", "lt", "lte", "gt", "gte"];

function problems(schema: z.ZodType, input: unknown): string[] {
  const { error } = schema.safeParse(input, inWords);
  return error === undefined ? [] : issuesOf(error).map(issueText);
}

describe("did you mean", () => {
  test.each<[given: string, candidates: readonly string[], hint: string]>([
    ["exct", OPERATORS, "exact"],
    ["sufix", OPERATORS, "suffix"],
    ["gta", OPERATORS, "gte"],
    ["lta", OPERATORS, "lte"],
    ["ltee", OPERATORS, "lte"],
    ["im", OPERATORS, "in"],
    ["fat", ["for", "delay"], "for"],
    ["x".repeat(200), ["x".repeat(199)], "x".repeat(199)],
    ["rotues", ["defaults", "destinations", "routes"], "routes"],
    ["destination", ["defaults", "destinations", "routes"], "destinations"],
    ["exponental", ["constant", "linear", "exponential"], "exponential"],
    ["invoice-malier-eu", ["invoice-mailer-eu", "orders"], "invoice-mailer-eu"],
  ])("%s: %j gives %s", (given, candidates, hint) => {
    expect(didYouMean(given, candidates)).toBe(`; did you mean "${hint}"?`);
  });

  test.each<[given: string, candidates: readonly string[]]>([
    ["anything", []],
    ["zzzzzzzz", ["triage", "email"]],
    ["", ["email"]],
    ["statu", ["type", "subject", "source", "cursor"]],
    ["x", ["in"]],
    ["in", ["lt"]],
    ["abc", ["xyz"]],
    ["left", ["lake"]],
    ["subject", ["subxyzt"]],
    ["x".repeat(201), ["x".repeat(200)]],
  ])("%j among %j is no slip of the keyboard: nothing is suggested", (given, candidates) => {
    expect(didYouMean(given, candidates)).toBe("");
  });

  test("what is huge costs nothing and suggests nothing", () => {
    expect(didYouMean("x".repeat(100_000), OPERATORS)).toBe("");
  });
});

describe("a closed object", () => {
  const schema = closedObject({ name: z.string(), size: z.number().optional() });

  test.each<[input: unknown, problems: string[]]>([
    [{ name: "a" }, []],
    [{ name: "a", size: undefined }, []],
    [{ name: "a", szie: 1 }, ['unknown field "szie"; did you mean "size"? (allowed: name, size)']],
    [{ name: "a", colour: 1 }, ['unknown field "colour" (allowed: name, size)']],
    [{ name: "a", szie: 1, colour: 1 }, ['unknown field "szie"; did you mean "size"?, unknown field "colour" (allowed: name, size)']],
    [JSON.parse('{"name":"a","__proto__":1}'), ['unknown field "__proto__" (allowed: name, size)']],
    [{ name: "a", constructor: 1 }, ['unknown field "constructor" (allowed: name, size)']],
    [{}, ["name: expected a string, it is missing"]],
    [{ name: null }, ["name: expected a string"]],
    [null, ["expected an object"]],
    [undefined, ["expected an object, it is missing"]],
    [[], ["expected an object"]],
    ["a", ["expected an object"]],
  ])("%j: %j", (input, found) => {
    expect(problems(schema, input)).toEqual(found);
  });
});

describe("an issue in words", () => {
  test.each<[what: string, schema: z.ZodType, input: unknown, problem: string]>([
    ["text", z.string(), 5, "expected a string"],
    ["a number", z.number(), "5", "expected a number"],
    ["a number", z.number(), Number.NaN, "expected a number"],
    ["a boolean", z.boolean(), 0, "expected a boolean"],
    ["a list", z.array(z.string()), {}, "expected an array"],
    ["a record", z.record(z.string(), z.string()), [], "expected an object"],
    ["a date", z.date(), "2026", "expected a date"],
    ["a whole number", z.int(), 1.5, "expected a whole number"],
    ["a missing member", closedObject({ a: z.array(z.string()) }), {}, "a: expected an array, it is missing"],
    ["one of some", z.enum(["one", "two"]), "tow", 'expected "one" or "two"; did you mean "two"?'],
    ["one of some", z.enum(["one", "two"]), "seventeen", 'expected "one" or "two"'],
    ["one of some", z.enum(["one", "two"]), 1, 'expected "one" or "two"'],
    ["a literal", z.literal("failed"), "faild", 'expected "failed"; did you mean "failed"?'],
    ["a small number", z.number().min(0), -1, "must be at least 0"],
    ["a big number", z.number().max(1_000), 1_001, "must be at most 1000"],
    ["short text", z.string().min(1), "", "must be at least 1 character long"],
    ["long text", z.string().max(3), "abcd", "must be at most 3 characters long"],
    ["a short list", z.array(z.string()).min(1), [], "must be at least 1 entry long"],
    ["a short list", z.array(z.string()).min(2), [], "must be at least 2 entries long"],
    ["a bad name in a record", z.record(z.string().regex(/^a/, { error: "expected a name" }), z.string()), { b: "" }, "b: expected a name"],
    [
      "a path",
      closedObject({ routes: z.array(closedObject({ on: z.string() })) }),
      { routes: [{ on: "" }, { on: 5 }] },
      "routes.1.on: expected a string",
    ],
    ["what the schema itself says", z.string({ error: "expected a duration" }), 5, "expected a duration"],
    ["what zod says where we say nothing", z.string().startsWith("$"), "a", 'Invalid string: must start with "$"'],
  ])("%s", (_, schema, input, problem) => {
    expect(problems(schema, input)).toEqual([problem]);
  });
});

describe("an issue of a union", () => {
  const one = closedObject({ path: z.string(), gte: z.number().optional() });
  const many = closedObject({ allOf: z.array(one).min(1) });
  const either = z.union([one, many], { error: "expected one or many" });

  test.each<[input: unknown, problems: string[]]>([
    [{ path: "$", gte: 0 }, []],
    [{ allOf: [{ path: "$", gte: "x" }] }, ["allOf.0.gte: expected a number"]],
    [{ path: "$", gte: "x" }, ["gte: expected a number"]],
    [{ path: "$", gta: 1 }, ['unknown field "gta"; did you mean "gte"? (allowed: path, gte)']],
    [5, ["expected one or many"]],
    [null, ["expected one or many"]],
  ])("%j speaks for the branch that came closest: %j", (input, found) => {
    expect(problems(either, input)).toEqual(found);
  });

  test("a branch that knows every field comes closer than one that refuses some, however deep that one fits", () => {
    const deep = closedObject({ b: closedObject({ c: closedObject({ d: z.string() }) }) });
    const wide = closedObject({ a: z.number(), b: z.unknown() });
    expect(problems(z.union([deep, wide]), { a: "x", b: { c: { d: 5 } } })).toEqual(["a: expected a number"]);
  });

  test("of two branches as close, the one with fewer faults speaks", () => {
    const many = closedObject({ a: z.string(), b: z.string(), c: z.string() });
    const few = closedObject({ a: z.string(), x: z.string() });
    expect(problems(z.union([many, few]), { a: "" })).toEqual(["x: expected a string, it is missing"]);
    expect(problems(z.union([few, many]), { a: "" })).toEqual(["x: expected a string, it is missing"]);
  });

  test("each unknown field is a fault", () => {
    const one = closedObject({ a: z.string() });
    const two = closedObject({ p: z.number(), q: z.number() });
    expect(problems(z.union([one, two]), { a: "", p: 1, q: 1 })).toEqual(['unknown field "a" (allowed: p, q)']);
  });

  test("in a union names the whole path", () => {
    const outer = closedObject({ where: z.union([either, z.string()], { error: "expected a condition" }) });
    expect(problems(outer, { where: { allOf: [{ path: "$" }, { path: 5 }] } })).toEqual(["where.allOf.1.path: expected a string"]);
  });
});

describe("an input of any size", () => {
  const small = closedObject({ type: z.string() });

  test("is refused in a sentence: the first of its unknown fields are named, and those not in full", () => {
    const fields = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`${index}${"x".repeat(500)}`, 1]));
    const [problem = ""] = problems(small, { type: "a", ...fields });
    expect(problem).toMatch(/^unknown field "0x+…x+", .*, and 19995 more \(allowed: type\)$/);
    expect(problem.length).toBeLessThan(1_500);
  });

  test("is told what is wrong with it in unions too, whatever the number of faults in it", () => {
    const either = z.union([z.object({ in: z.array(z.number()) }), z.object({ in: z.array(z.boolean()), not: z.string() })]);
    expect(problems(either, { in: Array(200_000).fill("x") }).length).toBeGreaterThan(1);
  });
});
