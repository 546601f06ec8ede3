import fc from "fast-check";
import { text } from "../unit/support/text.ts";

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "items", "total", "type", "data") },
  { weight: 2, arbitrary: fc.constantFrom("", "0", "1", "4294967295", "-1", "__proto__", "constructor", "length", "$", "a.b", "a'\"\\b") },
  { weight: 1, arbitrary: text({ maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom("k".repeat(3_000), "a\0", "\ud800", "\u2028", "😀") },
);

const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(null, true, false, "", "text", 0, 1, -1.5) },
  { weight: 1, arbitrary: text({ maxLength: 8 }) },
  { weight: 1, arbitrary: fc.double() },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      -0,
      Number.NaN,
      Infinity,
      1e308,
      5e-324,
      2 ** 53 + 1,
      10n ** 30n,
      "\0",
      "a\ud800",
      "\udc00",
      undefined,
    ),
  },
);

function objectOf(members: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(members);
}

type Make = (inner: unknown, key: string) => unknown;

/** Put something odd around a value. */
const oddity: fc.Arbitrary<Make> = fc.constantFrom<Make>(
  (inner) => Object.assign(new Array(3), { 1: inner }),
  (inner, key) => Object.assign([inner], { [`own ${key}`]: inner }),
  (inner) => Object.assign([inner], { toJSON: () => inner }),
  (inner) => Object.assign([inner], { toJSON: () => undefined }),
  (inner) => Object.assign([inner], { toJSON: "text" }),
  (inner) => ({ inner, toJSON: () => ({ other: inner }) }),
  (inner) => ({ inner, toJSON: inner }),
  (inner) => Object.setPrototypeOf({ inner }, { toJSON: () => undefined }),
  (inner) => Object.setPrototypeOf([inner], Object.assign(Object.create(Array.prototype), { toJSON: () => "other" })),
  (inner) => Object.assign(Object.create(null), { inner }),
  (inner, key) => accessor(key, () => inner),
  (inner, key) => accessor(key, turning(inner, "\0")),
  (inner, key) => accessor(key, turning(inner, undefined)),
  (inner, key) =>
    accessor(
      key,
      turning(1, () => inner),
    ),
  (_, key) => accessor(key, thrower(new Error("unreadable"))),
  (_, key) => accessor(key, thrower(Object.create(null))),
  (inner) => Object.defineProperty({ a: inner }, "hidden", { value: inner, enumerable: false }),
  (inner) => ({ a: inner, [Symbol("s")]: inner }),
  (inner) => new Proxy({ inner }, {}),
  (inner) => new Proxy([inner], {}),
  (inner) => new Proxy([inner], { get: (list, key) => (key === "length" ? 3 : Reflect.get(list, key)) }),
  (inner) => new Proxy([inner], { get: thrower(new TypeError("no")) }),
  (inner) => new Proxy({ inner }, { ownKeys: thrower(new TypeError("no")) }),
  (inner) => [inner, inner, { again: inner }],
  (inner) => cyclic(inner),
  (inner) => nested(inner, 3),
  (inner) => nested(inner, 255),
  (inner) => nested(inner, 256),
  (inner) => new Map([["inner", inner]]),
  (inner) => new Set([inner]),
  (inner) => Object.assign(new Error("an error"), { inner }),
  (inner) => Object.assign(() => inner, { inner }),
  (inner) => [inner].values(),
);

function accessor(key: string, get: () => unknown): object {
  return Object.defineProperty({}, key, { get, enumerable: true, configurable: true });
}

/** Says one thing the first time it is read, and another from then on. */
function turning(first: unknown, then: unknown): () => unknown {
  let reads = 0;
  return () => (reads++ === 0 ? first : then);
}

function thrower(what: unknown): () => never {
  return () => {
    throw what;
  };
}

function cyclic(inner: unknown): object {
  const object: Record<string, unknown> = { inner };
  object["self"] = [object];
  return object;
}

function nested(inner: unknown, levels: number): unknown {
  let value = inner;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Those too large to be put into every other value. */
const SPECIALS: readonly (() => unknown)[] = [
  () => new Uint8Array(4),
  () => new ArrayBuffer(4),
  () => new Date(0),
  () => new Date(Number.NaN),
  () => /x/g,
  () => Symbol("s"),
  () => Object(1n),
  () => Object("boxed"),
  () => new Array(2 ** 32 - 1),
  () => Object.assign(new Array(3), { toJSON: 1 }),
  () => Array(30_000).fill(0),
  () => Array.from({ length: 3_000 }, (_, index) => ({ sku: `s${index}` })),
  () => nested(0, 100_000),
  () => "x".repeat(20_000),
  () => bomb(),
  () => new Proxy([], { get: (_, key) => (key === "length" ? 1e9 : 0), has: () => false }),
];

/** A part shared so often that it would fill any memory, written out. */
function bomb(): unknown {
  let value: unknown = "boom";
  for (let level = 0; level < 60; level++) value = [value, value];
  return value;
}

/**
 * Values that a caller or a destination could pass, in this process and over RPC: what JSON can hold, what it cannot, and what says one thing
 * when it is checked and another when it is written.
 */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 6, arbitrary: scalar },
    { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 4 }) },
    { weight: 3, arbitrary: fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }).map(objectOf) },
    { weight: 1, arbitrary: fc.tuple(oddity, tie("value"), name).map(([odd, inner, key]) => odd(inner, key)) },
    { weight: 1, arbitrary: fc.constantFrom(...SPECIALS).map((make) => make()) },
  ),
})).value;

/** JSON values, and no others. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      text({ maxLength: 6 }),
      fc.integer(),
      fc.boolean(),
      fc.constantFrom(null, 0, -0, 1e308, 5e-324, 2 ** 53 + 1, "a\0", "\ud800", "\udc00\ud800"),
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }).map(objectOf),
  ),
})).value;
