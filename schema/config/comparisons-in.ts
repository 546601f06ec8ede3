import type { Comparison, Condition } from "./condition.ts";

/** Lists every comparison of a condition, with its place when the condition stands at this one. */
export function* comparisonsIn(condition: Condition, place: string): Generator<{ place: string; comparison: Comparison }> {
  if ("path" in condition) yield { place, comparison: condition };
  else if ("not" in condition) yield* comparisonsIn(condition.not, `${place}.not`);
  else {
    const [group, parts] = "allOf" in condition ? (["allOf", condition.allOf] as const) : (["anyOf", condition.anyOf] as const);
    for (const [index, part] of parts.entries()) yield* comparisonsIn(part, `${place}.${group}.${index}`);
  }
}
