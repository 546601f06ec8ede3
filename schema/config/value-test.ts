import type { Json } from "../json.ts";
import { compileAddressRange } from "./address-range.ts";
import { type Bound, type Comparison, OPERATORS, type Operator, type Scalar } from "./condition.ts";
import { compileFolded } from "./folded.ts";
import { compareInstants, readInstant } from "./instant.ts";
import { compilePattern } from "./pattern.ts";
import { compileWildcard } from "./wildcard.ts";

export type Test = (value: Json) => boolean;

/** An operator that asks something of a value, where `exists` asks for one at all. */
export type ValueOperator = Exclude<Operator, "exists">;

/** The operators of a comparison that ask something of a value, each with its test. `0`, `""`, `false` and `null` are given. */
export function compileTests(wanted: Omit<Comparison, "path">): { readonly operator: ValueOperator; readonly test: Test }[] {
  return OPERATORS.flatMap((operator) =>
    operator === "exists" || wanted[operator] === undefined ? [] : [{ operator, test: testOf(operator, wanted[operator]) }],
  );
}

function testOf(operator: ValueOperator, wanted: unknown): Test {
  switch (operator) {
    case "exact":
      return (value) => value === wanted;
    case "in":
      return (value) => (wanted as readonly unknown[]).includes(value);
    case "anythingBut":
      return noneOf([wanted as Scalar | readonly Scalar[]].flat());
    case "prefix":
      return ofText((text) => text.startsWith(wanted as string));
    case "suffix":
      return ofText((text) => text.endsWith(wanted as string));
    case "equalsIgnoreCase":
      return ofText(compileFolded(wanted as string));
    case "wildcard":
      return ofText(compileWildcard(wanted as string));
    case "match":
      return ofText(compilePattern(wanted as string));
    case "cidr":
      return ofText(compileAddressRange(wanted as string));
    case "lt":
      return ofOrder(wanted as Bound, (order) => order < 0);
    case "lte":
      return ofOrder(wanted as Bound, (order) => order <= 0);
    case "gt":
      return ofOrder(wanted as Bound, (order) => order > 0);
    case "gte":
      return ofOrder(wanted as Bound, (order) => order >= 0);
    default:
      return operator satisfies never;
  }
}

function noneOf(scalars: readonly Scalar[]): Test {
  return (value) => !(scalars as readonly unknown[]).includes(value);
}

function ofText(test: (text: string) => boolean): Test {
  return (value) => typeof value === "string" && test(value);
}

/** Numbers are compared with a number, moments with a moment. */
function ofOrder(bound: Bound, holds: (order: number) => boolean): Test {
  if (typeof bound === "number") return (value) => typeof value === "number" && holds(Math.sign(value - bound));
  const wanted = readInstant(bound);
  return ofText((text) => {
    const found = readInstant(text);
    return found !== undefined && wanted !== undefined && holds(compareInstants(found, wanted));
  });
}
