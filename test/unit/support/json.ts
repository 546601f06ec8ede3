import fc from "fast-check";
import type { Json } from "../../../schema/json.ts";
import { text } from "./text.ts";

/** Names that trip code which forgets that a document is data: prototypes, lengths, indexes, nothing at all. */
export const TRICKY_NAMES = [
  "a",
  "b",
  "data",
  "_0",
  "__proto__",
  "constructor",
  "length",
  "toString",
  "valueOf",
  "true",
  "null",
  "0",
  "1",
  "",
];

const scalar = fc.oneof(
  fc.constantFrom<Json>(0, 1, -1, 100, "", "a", "ab", "0", false, true, null, "A", "10.0.0.1", "::1", "2026-01-01T00:00:00Z"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
  text({ maxLength: 5 }),
);

/** Documents of few names and values, so that paths and comparisons hit. Members are set as JSON.parse sets them: `__proto__` is one. */
export const document: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalar,
    fc.array(tie("json"), { maxLength: 4 }),
    fc.array(fc.tuple(fc.constantFrom(...TRICKY_NAMES), tie("json")), { maxLength: 5 }).map((members): Json => Object.fromEntries(members)),
  ),
})).json;

/** The names or indexes of what is directly in a value. */
export function childrenOf(value: Json): (string | number)[] {
  if (typeof value !== "object" || value === null) return [];
  return Array.isArray(value) ? [...value.keys()] : Object.keys(value);
}

/** What is at a name or index known to be there. */
export function childAt(value: Json, step: string | number): Json {
  return (value as Record<string | number, Json>)[step] as Json;
}
