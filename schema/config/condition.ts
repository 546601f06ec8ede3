import * as z from "zod";
import { messageOf } from "../message-of.ts";
import { closedObject } from "../wording.ts";
import { compilePath } from "./json-path.ts";
import { pathProblem } from "./path-problem.ts";
import { compilePattern } from "./pattern.ts";

/** A value a condition can compare with. */
export type Scalar = string | number | boolean | null;

/** What the value at a path has to be like. Several operators must hold for the same value; a path that selects several needs one that does. */
export interface Comparison {
  /** JSONPath (RFC 9535) into the whole event: `$.type`, `$.data.total`, `$.data.items[*].sku`. */
  readonly path: string;
  /** Equal to this value, type included: `0`, `""`, `false` and `null` are values. */
  readonly exact?: Scalar | undefined;
  /** Equal to one of these. */
  readonly in?: readonly Scalar[] | undefined;
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
  /** An RE2 pattern found anywhere in the text; anchor it with `^` and `$`. */
  readonly match?: string | undefined;
  /** Whether the path selects anything. A member that is `null` exists. */
  readonly exists?: boolean | undefined;
  readonly gt?: number | undefined;
  readonly gte?: number | undefined;
  readonly lt?: number | undefined;
  readonly lte?: number | undefined;
}

export type Operator = Exclude<keyof Comparison, "path">;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], { error: "expected a string, a number, a boolean or null" });

const operators = {
  exact: scalar.optional(),
  in: z.array(scalar).min(1).readonly().optional(),
  prefix: z.string().optional(),
  suffix: z.string().optional(),
  match: z.string().superRefine(compiles(compilePattern, "a pattern RE2 understands")).optional(),
  exists: z.boolean().optional(),
  gt: z.number().optional(),
  gte: z.number().optional(),
  lt: z.number().optional(),
  lte: z.number().optional(),
} satisfies { readonly [Name in Operator]: z.ZodType<Comparison[Name], Comparison[Name]> };

export const OPERATORS = Object.keys(operators) as Operator[];

const comparison = closedObject({
  path: z.string().superRefine(compiles(strictPath, "a JSONPath (RFC 9535) such as $.data.total")),
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

function strictPath(path: string): void {
  compilePath(path);
  const problem = pathProblem(path);
  if (problem !== undefined) throw new Error(problem);
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
