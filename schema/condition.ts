import * as z from "zod";
import { compilePath } from "./json-path.ts";
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
}).superRefine((leaf, context) => {
  const used = OPERATORS.filter((operator) => leaf[operator] !== undefined);
  if (used.length === 0) context.addIssue({ code: "custom", message: `needs at least one operator: ${OPERATORS.join(", ")}` });
  if (leaf.exists === false && used.length > 1) {
    context.addIssue({ code: "custom", path: ["exists"], message: "false goes with no other operator: what does not exist has no value" });
  }
});

export type Comparison = z.infer<typeof comparison>;

/** What an event has to be like. Several operators in one comparison must hold for the same value. */
export type Condition = Comparison | { allOf: Condition[] } | { anyOf: Condition[] } | { not: Condition };

export const condition: z.ZodType<Condition, Condition> = z.lazy(() => anyCondition);
const anyCondition = z.union([
  comparison,
  closedObject({ allOf: z.array(condition).min(1) }),
  closedObject({ anyOf: z.array(condition).min(1) }),
  closedObject({ not: condition }),
]);

function compiles(compile: (text: string) => unknown, what: string) {
  return (text: string, context: z.RefinementCtx<string>) => {
    try {
      compile(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: `expected ${what}: ${error instanceof Error ? error.message : String(error)}` });
    }
  };
}
