import * as z from "zod";
import { messageOf } from "../message-of.ts";
import { closedObject } from "../wording.ts";
import { compileAddressRange } from "./address-range.ts";
import { compileFolded } from "./folded.ts";
import { readInstant } from "./instant.ts";
import { compilePath } from "./json-path.ts";
import { compilePattern } from "./pattern.ts";
import { compileWildcard } from "./wildcard.ts";

/** A value a condition can compare with. */
export type Scalar = string | number | boolean | null;

/** A bound of numbers, or of moments: an RFC 3339 time with its offset, such as `"2026-01-01T00:00:00Z"`. */
export type Bound = number | `${number}-${number}-${number}T${string}`;

/** What the value at a path has to be like. Several operators must hold for the same value; a path that selects several needs one that does. */
export interface Comparison {
  /** JSONPath (RFC 9535) into the whole event: `$.type`, `$.data.total`, `$.data.items[*].sku`. */
  readonly path: string;
  /** Equal to this value, type included: `0`, `""`, `false` and `null` are values. */
  readonly exact?: Scalar | undefined;
  /** Equal to one of these. */
  readonly in?: readonly Scalar[] | undefined;
  /** There, and equal to neither this nor, of a list, any of these. */
  readonly anythingBut?: Scalar | readonly Scalar[] | undefined;
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
  /** Equal to this text but for upper and lower case, as RE2's `(?i)` sees them. */
  readonly equalsIgnoreCase?: string | undefined;
  /** Covers the whole text; `*` is any run of characters, `\*` a star, `\\` a backslash. */
  readonly wildcard?: string | undefined;
  /** An RE2 pattern found anywhere in the text; anchor it with `^` and `$`. */
  readonly match?: string | undefined;
  /** Holds the text of an IPv4 or IPv6 address: `10.0.0.0/8`, `2001:db8::/32`, or a single address. */
  readonly cidr?: string | undefined;
  /** Whether the path selects anything. A member that is `null` exists. */
  readonly exists?: boolean | undefined;
  readonly gt?: Bound | undefined;
  readonly gte?: Bound | undefined;
  readonly lt?: Bound | undefined;
  readonly lte?: Bound | undefined;
}

export type Operator = Exclude<keyof Comparison, "path">;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], { error: "expected a string, a number, a boolean or null" });

const scalars = z.array(scalar).min(1).readonly();

const BOUND = 'expected a number, or a time with its offset such as "2026-01-01T00:00:00Z"';
const bound: z.ZodType<Bound, Bound> = z.custom<Bound>(
  (value) => (typeof value === "string" ? readInstant(value) !== undefined : Number.isFinite(value)),
  { error: BOUND },
);

const operators = {
  exact: scalar.optional(),
  in: scalars.optional(),
  anythingBut: z.union([scalar, scalars]).optional(),
  prefix: z.string().optional(),
  suffix: z.string().optional(),
  equalsIgnoreCase: z.string().superRefine(compiles(compileFolded, "a text to compare with")).optional(),
  wildcard: z.string().superRefine(compiles(compileWildcard, 'a wildcard such as "img-*.png"')).optional(),
  match: z.string().superRefine(compiles(compilePattern, "a pattern RE2 understands")).optional(),
  cidr: z.string().superRefine(compiles(compileAddressRange, 'a range of addresses such as "10.0.0.0/8"')).optional(),
  exists: z.boolean().optional(),
  gt: bound.optional(),
  gte: bound.optional(),
  lt: bound.optional(),
  lte: bound.optional(),
} satisfies { readonly [Name in Operator]: z.ZodType<Comparison[Name], Comparison[Name]> };

export const OPERATORS = Object.keys(operators) as Operator[];

const comparison = closedObject({
  path: z.string().superRefine(compiles(compilePath, "a JSONPath (RFC 9535) such as $.data.total")),
  ...operators,
})
  .refine((leaf) => OPERATORS.some((operator) => leaf[operator] !== undefined), {
    error: `needs at least one operator: ${OPERATORS.join(", ")}`,
    when: hasNoIssues,
  })
  .refine((leaf) => leaf.exists !== false || OPERATORS.every((operator) => operator === "exists" || leaf[operator] === undefined), {
    path: ["exists"],
    error: "false goes with no other operator: what does not exist has no value",
    when: hasNoIssues,
  });

/** What an event has to be like. Several operators in one comparison must hold for the same value. */
export type Condition =
  | Comparison
  | { readonly allOf: readonly Condition[] }
  | { readonly anyOf: readonly Condition[] }
  | { readonly not: Condition };

export const condition: z.ZodType<Condition, Condition> = z.lazy(() => anyCondition);
const anyCondition = z.union(
  [
    comparison,
    closedObject({ allOf: z.array(condition).min(1).readonly() }),
    closedObject({ anyOf: z.array(condition).min(1).readonly() }),
    closedObject({ not: condition }),
  ],
  { error: 'expected a condition such as { path: "$.data.total", gte: 100 }, or allOf, anyOf, not of conditions' },
);

/** Whether conditions stand in conditions more than this many levels deep: checked first, because parsing would overflow the stack. */
export function nestsBeyond(condition: unknown, levels: number): boolean {
  if (levels < 0) return true;
  if (typeof condition !== "object" || condition === null) return false;
  const { allOf = [], anyOf = [], not = [] } = condition as Record<string, unknown>;
  return [allOf, anyOf, not].flat().some((part) => nestsBeyond(part, levels - 1));
}

/** A second complaint about what is wrong already helps nobody. */
function hasNoIssues({ issues }: { issues: readonly unknown[] }): boolean {
  return issues.length === 0;
}

function compiles(compile: (text: string) => unknown, what: string) {
  return (text: string, context: z.RefinementCtx<string>) => {
    try {
      compile(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: `expected ${what}: ${messageOf(error)}` });
    }
  };
}
