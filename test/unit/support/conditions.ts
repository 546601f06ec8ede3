import fc from "fast-check";
import { type Bound, type Comparison, type Condition, OPERATORS, type Scalar } from "../../../schema/config/condition.ts";
import { compilePath } from "../../../schema/config/json-path.ts";
import type { Json } from "../../../schema/json.ts";

const wantedScalar = fc.constantFrom<Scalar>(0, 1, -1, 100, "", "a", "ab", "0", false, true, null);
const wantedNumber = fc.constantFrom(0, 1, -1, 100, 0.5);
const wantedText = fc.constantFrom("", "a", "ab", "b", "0");
const wantedBound = fc.oneof(wantedNumber, fc.constantFrom<Bound>("2026-01-01T00:00:00Z", "2026-01-01T01:00:00.5+01:00"));

/** Few paths: most select something in a `document`, some several nodes. */
const path = fc.constantFrom(
  "$",
  "$.a",
  "$.a.b",
  "$.b[0]",
  "$.data",
  "$[0]",
  "$[*]",
  "$.a[*]",
  "$..b",
  "$..a[0]",
  "$[?@.a == 0]",
  "$.missing",
);

const comparing = {
  exact: wantedScalar,
  in: fc.array(wantedScalar, { minLength: 1, maxLength: 3 }),
  anythingBut: fc.oneof(wantedScalar, fc.array(wantedScalar, { minLength: 1, maxLength: 3 })),
  prefix: wantedText,
  suffix: wantedText,
  equalsIgnoreCase: fc.constantFrom("", "A", "aB", "0"),
  wildcard: fc.constantFrom("", "*", "a*", "*b", "a*b", "\\*"),
  cidr: fc.constantFrom("10.0.0.0/8", "::/0", "10.0.0.1"),
  /** Patterns that mean the same to RE2 and to JavaScript. */
  match: fc.constantFrom("", "^a", "b$", "^$", "a.?", "[0-9]+"),
  lt: wantedBound,
  lte: wantedBound,
  gt: wantedBound,
  gte: wantedBound,
};

const comparison: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record({ path, exists: fc.boolean() }),
  fc
    .record({ path, exists: fc.constant(true), ...comparing }, { requiredKeys: ["path"] })
    .filter((leaf) => OPERATORS.some((operator) => leaf[operator] !== undefined)),
  fc
    .constantFrom(...(Object.keys(comparing) as (keyof typeof comparing)[]))
    .chain((operator) =>
      fc
        .record({ path, wanted: comparing[operator] as fc.Arbitrary<unknown> })
        .map(({ path: at, wanted }) => ({ path: at, [operator]: wanted }) as Comparison),
    ),
);

/** Any condition that has its shape, also one that can never hold. */
export const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison,
    fc.record({ allOf: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ anyOf: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie("condition") }),
  ),
})).condition;

/** What a condition means, said once more and as plainly as possible. */
export function naivelyHolds(given: Condition, document: Json): boolean {
  if ("allOf" in given) return !given.allOf.some((part) => !naivelyHolds(part, document));
  if ("anyOf" in given) return given.anyOf.filter((part) => naivelyHolds(part, document)).length > 0;
  if ("not" in given) return naivelyHolds(given.not, document) === false;
  const nodes = [...compilePath(given.path)(document)];
  if (given.exists === false) return nodes.length === 0;
  for (const node of nodes) if (naivelySatisfies(node, given)) return true;
  return false;
}

function naivelySatisfies(node: Json, wanted: Comparison): boolean {
  return Object.entries(MEANING).every(([operator, means]) => {
    const value = wanted[operator as keyof typeof MEANING];
    return value === undefined || means(node, value as never);
  });
}

const same = (node: Json, wanted: Scalar) => typeof node === typeof wanted && JSON.stringify(node) === JSON.stringify(wanted);

const MEANING: Record<keyof typeof comparing, (node: Json, wanted: never) => boolean> = {
  exact: (node, wanted: Scalar) => same(node, wanted),
  in: (node, wanted: Scalar[]) => wanted.some((one) => same(node, one)),
  anythingBut: (node, wanted: Scalar | Scalar[]) => ![wanted].flat().some((one) => same(node, one)),
  equalsIgnoreCase: (node, wanted: string) => typeof node === "string" && node.toUpperCase() === wanted.toUpperCase(),
  wildcard: (node, wanted: string) => typeof node === "string" && new RegExp(`^${wanted.replaceAll(/(?<!\\)\*/g, "[^]*")}$`).test(node),
  cidr: (node, wanted: string) => typeof node === "string" && node === (wanted === "::/0" ? "::1" : "10.0.0.1"),
  prefix: (node, wanted: string) => typeof node === "string" && node.slice(0, wanted.length) === wanted,
  suffix: (node, wanted: string) => typeof node === "string" && new RegExp(`${wanted}$`).test(node),
  match: (node, wanted: string) => typeof node === "string" && new RegExp(wanted).test(node),
  lt: (node, wanted: Bound) => naiveOrder(node, wanted) === -1,
  lte: (node, wanted: Bound) => [-1, 0].includes(naiveOrder(node, wanted)),
  gt: (node, wanted: Bound) => naiveOrder(node, wanted) === 1,
  gte: (node, wanted: Bound) => [0, 1].includes(naiveOrder(node, wanted)),
};

/** `NaN` for values of two kinds. */
function naiveOrder(node: Json, wanted: Bound): number {
  if (typeof node === "number" && typeof wanted === "number") return Math.sign(node - wanted);
  if (typeof node !== "string" || typeof wanted !== "string" || !/^\d{4}-.*T.*(Z|\d)$/.test(node)) return Number.NaN;
  return Math.sign(Date.parse(node) - Date.parse(wanted));
}
