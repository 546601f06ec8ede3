import * as z from "zod";
import { compilePath } from "./json-path.ts";
import { messageOf } from "./message-of.ts";
import { compilePattern } from "./pattern.ts";
import { closedObject } from "./wording.ts";

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], { error: "expected a string, a number, a boolean or null" });
/** A value a condition can compare with. */
export type Scalar = z.infer<typeof scalar>;

const operators = {
  /** Equal to this value, type included: `0`, `""`, `false` and `null` are values. */
  exact: scalar.optional(),
  /** Equal to one of these. */
  in: z.array(scalar).min(1).optional(),
  prefix: z.string().optional(),
  suffix: z.string().optional(),
  /** An RE2 pattern found anywhere in the text; anchor it with `^` and `$`. */
  match: z.string().superRefine(compiles(compilePattern, "a pattern RE2 understands")).optional(),
  /** Whether the path selects anything. A member that is `null` exists. */
  exists: z.boolean().optional(),
  lt: z.number().optional(),
  lte: z.number().optional(),
  gt: z.number().optional(),
  gte: z.number().optional(),
};

export const OPERATORS = Object.keys(operators) as (keyof typeof operators)[];
export type Operator = keyof typeof operators;

const comparison = closedObject({
  /** JSONPath (RFC 9535) into the whole event: `$.type`, `$.data.total`, `$.data.items[*].sku`. */
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
export type Comparison = z.infer<typeof comparison>;

/** What an event has to be like. Several operators in one comparison must hold for the same value. */
export type Condition = Comparison | { allOf: Condition[] } | { anyOf: Condition[] } | { not: Condition };

export const condition: z.ZodType<Condition, Condition> = z.lazy(() => anyCondition);
const anyCondition = z.union(
  [
    comparison,
    closedObject({ allOf: z.array(condition).min(1) }),
    closedObject({ anyOf: z.array(condition).min(1) }),
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
