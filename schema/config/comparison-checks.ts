import type { Issue } from "../wording.ts";
import type { Bound, Comparison, Scalar } from "./condition.ts";
import { compileFolded } from "./folded.ts";
import { compareInstants, readInstant } from "./instant.ts";
import { pathProblem } from "./path-problem.ts";
import { compileTests, type ValueOperator } from "./value-test.ts";

/** Refuses what a comparison has its shape for and cannot mean. The path of an issue begins at the comparison. */
export type ComparisonCheck = (comparison: Comparison) => Iterable<Issue>;

/** All checks of one comparison. */
export const COMPARISON_CHECKS: readonly ComparisonCheck[] = [strictPath, keptNumbers, oneKindOfBounds, canHold];

function* strictPath({ path }: Comparison): Generator<Issue> {
  const problem = pathProblem(path);
  if (problem !== undefined) yield { path: "path", message: `expected a JSONPath (RFC 9535) such as $.data.total: ${problem}` };
}

/** A number beyond these has been rounded before anybody could compare it. */
function* keptNumbers(comparison: Comparison): Generator<Issue> {
  for (const operator of ["exact", "in", "anythingBut"] as const) {
    const given = comparison[operator];
    for (const [index, value] of [given].flat().entries()) {
      if (!isRounded(value)) continue;
      const path = Array.isArray(given) ? `${operator}.${index}` : operator;
      yield { path, message: `${rounded(value)}; write it as text, here and in the event` };
    }
  }
  for (const operator of BOUNDS) {
    const value = comparison[operator];
    if (isRounded(value)) yield { path: operator, message: rounded(value) };
  }
}

const BOUNDS = ["gt", "gte", "lt", "lte"] as const;

function isRounded(value: unknown): value is number {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

function rounded(value: number): string {
  return `is rounded to ${value}: whole numbers are exact up to ${Number.MAX_SAFE_INTEGER} only`;
}

function* oneKindOfBounds(comparison: Comparison): Generator<Issue> {
  const { number, text } = boundsByKind(comparison);
  if (number !== undefined && text !== undefined) {
    yield { path: text, message: `is a time, and ${number} a number: no value is both` };
  }
}

function boundsByKind(comparison: Comparison): { number?: ValueOperator | undefined; text?: ValueOperator | undefined } {
  const bounds = given(comparison, "bound");
  return {
    number: bounds.find((operator) => typeof comparison[operator] === "number"),
    text: bounds.find((operator) => typeof comparison[operator] === "string"),
  };
}

/** Refuses operators of which no value passes all, as far as it shows without knowing every text that a pattern matches. */
function* canHold(comparison: Comparison): Generator<Issue> {
  const candidates = candidatesOf(comparison);
  const issue =
    candidates === undefined
      ? (twoKinds(comparison) ?? emptyRange(comparison) ?? foldedApart(comparison))
      : nonePasses(comparison, candidates);
  if (issue !== undefined) yield issue;
}

/** The only values that can pass, where these can be listed. */
function candidatesOf({ exact, in: any, gte, lte }: Comparison): { operator: ValueOperator; values: readonly Scalar[] } | undefined {
  if (exact !== undefined) return { operator: "exact", values: [exact] };
  if (any !== undefined) return { operator: "in", values: any };
  if (typeof gte === "number" && gte === lte) return { operator: "gte", values: [gte] };
  return undefined;
}

function nonePasses(
  comparison: Comparison,
  { operator, values }: { operator: ValueOperator; values: readonly Scalar[] },
): Issue | undefined {
  const tests = compileTests(comparison);
  if (values.some((value) => tests.every(({ test }) => test(value)))) return undefined;
  const others = tests.filter((one) => one.operator !== operator && !values.every((value) => one.test(value)));
  return { path: operator, message: neverWith(others.map((one) => one.operator)) };
}

function neverWith(operators: readonly string[]): string {
  return `never holds together with ${operators.join(", ")}: several operators are asked of the same value`;
}

/** Which values an operator can hold for; bounds say it themselves. */
const KINDS: Readonly<Record<ValueOperator, "any" | "text" | "bound">> = {
  exact: "any",
  in: "any",
  anythingBut: "any",
  prefix: "text",
  suffix: "text",
  equalsIgnoreCase: "text",
  wildcard: "text",
  match: "text",
  cidr: "text",
  gt: "bound",
  gte: "bound",
  lt: "bound",
  lte: "bound",
};

function given(comparison: Comparison, kind: "text" | "bound"): ValueOperator[] {
  return (Object.keys(KINDS) as ValueOperator[]).filter((operator) => KINDS[operator] === kind && comparison[operator] !== undefined);
}

function twoKinds(comparison: Comparison): Issue | undefined {
  const { number, text } = boundsByKind(comparison);
  const [ofText] = given(comparison, "text");
  if (number === undefined || text !== undefined || ofText === undefined) return undefined;
  return { path: number, message: `asks for a number, and ${ofText} for text: no value is both` };
}

function emptyRange(comparison: Comparison): Issue | undefined {
  for (const lower of ["gt", "gte"] as const) {
    for (const upper of ["lt", "lte"] as const) {
      const order = orderOf(comparison[lower], comparison[upper]);
      const isEmpty = order > 0 || (order === 0 && (lower === "gt" || upper === "lt"));
      if (isEmpty) return { path: lower, message: `leaves no value between it and ${upper}` };
    }
  }
  return undefined;
}

/** Negative where one of them is not given, or they are of different kinds. */
function orderOf(lower: Bound | undefined, upper: Bound | undefined): number {
  if (typeof lower === "number" && typeof upper === "number") return lower - upper;
  const [from, to] = [lower, upper].map((bound) => (typeof bound === "string" ? readInstant(bound) : undefined));
  return from === undefined || to === undefined ? -1 : compareInstants(from, to);
}

/** Of the texts that `equalsIgnoreCase` allows, one has to begin and end as it is asked to. */
function foldedApart({ equalsIgnoreCase: text, prefix = "", suffix = "" }: Comparison): Issue | undefined {
  if (text === undefined) return undefined;
  const begins = prefix.length <= text.length && compileFolded(prefix)(text.slice(0, prefix.length));
  const ends = suffix.length <= text.length && compileFolded(suffix)(text.slice(text.length - suffix.length));
  if (begins && ends) return undefined;
  return { path: "equalsIgnoreCase", message: neverWith([begins ? "suffix" : "prefix"]) };
}
