import type { Comparison, Condition, Operator, Scalar } from "../../../schema/config/condition.ts";
import { compileTests, type Test } from "../../../schema/config/value-test.ts";
import { faultCode } from "../../../schema/faults.ts";
import type { Json } from "../../../schema/json.ts";
import { compileSelect } from "./select-path.ts";

/** What a condition found and wanted, whether or not it decided. */
export type Trace =
  | { readonly kind: "allOf" | "anyOf"; readonly held: boolean; readonly of: readonly Trace[] }
  | { readonly kind: "not"; readonly held: boolean; readonly of: Trace }
  | {
      readonly kind: "path";
      readonly path: string;
      readonly wanted: Wanted;
      /** The first values that the path selects, at most `TRACED_VALUES`. */
      readonly found: readonly Json[];
      /** There when it selects others. */
      readonly more?: true;
      /** There when it could not be followed to its end: it takes more work on this event than a path may. */
      readonly tooCostly?: true;
      readonly held: boolean;
    };

/** Operators and what each is given; the others are not there. */
export type Wanted = { readonly [Name in Operator]?: Scalar | readonly Scalar[] | undefined };

/** A condition ready to be asked many times. */
export interface CompiledCondition {
  readonly holds: (document: Json) => boolean;
  readonly trace: (document: Json) => Trace;
}

export function compileCondition(condition: Condition): CompiledCondition {
  if ("path" in condition) return compileComparison(condition);
  if ("allOf" in condition) return compileGroup("allOf", condition.allOf);
  if ("anyOf" in condition) return compileGroup("anyOf", condition.anyOf);
  return compileNot(condition.not);
}

function compileGroup(kind: "allOf" | "anyOf", conditions: readonly Condition[]): CompiledCondition {
  const parts = conditions.map(compileCondition);
  const holds =
    kind === "allOf"
      ? (document: Json) => parts.every((part) => part.holds(document))
      : (document: Json) => parts.some((part) => part.holds(document));
  return {
    holds,
    trace: (document) => {
      const of = parts.map((part) => part.trace(document));
      return { kind, held: kind === "allOf" ? of.every(({ held }) => held) : of.some(({ held }) => held), of };
    },
  };
}

function compileNot(condition: Condition): CompiledCondition {
  const inner = compileCondition(condition);
  const holds = (document: Json) => !inner.holds(document);
  const trace = (document: Json): Trace => {
    const of = inner.trace(document);
    return { kind: "not", held: !of.held, of };
  };
  return { holds, trace };
}

function compileComparison({ path, ...wanted }: Comparison): CompiledCondition {
  const select = compileSelect(path);
  const tests = compileTests(wanted);
  const satisfies = (value: Json) => tests.every(({ test }) => test(value));
  const holds = (document: Json) => (wanted.exists === false ? !some(select(document), () => true) : some(select(document), satisfies));
  const look = (document: Json) => {
    const first = take(select(document), TRACED_VALUES + 1);
    return { found: first.slice(0, TRACED_VALUES), ...(first.length > TRACED_VALUES && { more: true as const }), held: holds(document) };
  };
  return { holds, trace: (document) => ({ kind: "path", path, wanted: given(wanted), ...lookOrSay(() => look(document)) }) };
}

type Looked = Pick<Extract<Trace, { kind: "path" }>, "found" | "more" | "tooCostly" | "held">;

/** An event that a path takes too much work on can still be explained: no route takes it. */
function lookOrSay(look: () => Looked): Looked {
  try {
    return look();
  } catch (error) {
    if (faultCode(error) !== "condition.too_costly") throw error;
    return { found: [], tooCostly: true, held: false };
  }
}

/** Values that a trace keeps of those a path selects: a path over a large list selects hundreds of thousands. */
const TRACED_VALUES = 100;

function some(values: Iterable<Json>, test: Test): boolean {
  for (const value of values) if (test(value)) return true;
  return false;
}

function take(values: Iterable<Json>, count: number): Json[] {
  const taken: Json[] = [];
  for (const value of values) {
    taken.push(value);
    if (taken.length === count) break;
  }
  return taken;
}

/** The operators that were given; what is absent in configuration is absent here. */
function given(wanted: Omit<Comparison, "path">): Wanted {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}
