import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "../../../../src/domain/emit/read-json.ts";
import { character } from "../../support/text.ts";

const LIMITS = { maxDepth: 256, maxBytes: 1024 ** 2 };

const check = (value: unknown) => readJson(value, LIMITS);

/** A value within so many lists. */
function nested(levels: number, inner: unknown = 0): unknown {
  let value = inner;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

class Order {
  total = 1;
}

describe("JSON has no problem", () => {
  test.each<[what: string, value: unknown]>([
    ["null", null],
    ["zero", 0],
    ["a negative fraction", -0.5],
    ["the largest number", Number.MAX_VALUE],
    ["empty text", ""],
    ["text in pairs of surrogates", "👩‍👧"],
    ["false", false],
    ["an empty list", []],
    ["an empty object", {}],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
    ["a member named like a prototype", JSON.parse('{"__proto__":{"constructor":1}}')],
    ["a member called constructor", { constructor: "Date" }],
    ["an empty name", { "": 0 }],
    ["one part in two places", [LIMITS, LIMITS]],
  ])("%s", (_, value) => {
    expect(check(value)).toEqual({ data: value });
  });

  test("whatever the value, and it is read back as it was", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: character, maxDepth: 6 }), (value) => {
        expect(check(value)).toEqual({ data: unsigned(value) });
        expect(JSON.parse(JSON.stringify(value))).toEqual(unsigned(value));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a problem is named with its place", () => {
  test.each<[what: string, value: unknown, text: string]>([
    ["undefined", undefined, "data is undefined"],
    ["NaN", Number.NaN, "data is NaN"],
    ["infinity", Number.POSITIVE_INFINITY, "data is Infinity"],
    ["minus infinity", { a: Number.NEGATIVE_INFINITY }, "data.a is -Infinity"],
    ["a bigint", 10n, "data is a bigint"],
    ["a symbol", Symbol("x"), "data is a symbol"],
    ["a function", () => 1, "data is a function"],
    ["a number deep inside", { items: [{ price: 1 }, { price: Number.NaN }] }, "data.items[1].price is NaN"],
    ["undefined in a list", [[], [0, undefined]], "data[1][1] is undefined"],
    ["a hole in a list", Object.assign(new Array(3), { 0: 0, 2: 2 }), "data[1] is undefined"],
    ["a list of nothing but holes", new Array(2 ** 32 - 1), "data[0] is undefined"],
    ["a date", { at: new Date(0) }, "data.at is a Date"],
    ["a map", { by: { a: new Map() } }, "data.by.a is a Map"],
    ["a set", new Set(), "data is a Set"],
    ["bytes", new Uint8Array(2), "data is a Uint8Array"],
    ["a buffer", new ArrayBuffer(2), "data is a ArrayBuffer"],
    ["a pattern", /x/, "data is a RegExp"],
    ["an error", new Error("x"), "data is a Error"],
    ["a promise", Promise.resolve(1), "data is a Promise"],
    ["boxed text", Object("boxed"), "data is a String"],
    ["a boxed number", Object(1), "data is a Number"],
    ["an instance of a class", [new Order()], "data[0] is a Order"],
    ["a list that would say itself what it is", Object.assign([1], { toJSON: () => undefined }), "data is a list with members of its own"],
    ["a list with a member", { items: Object.assign([1], { total: 1 }) }, "data.items is a list with members of its own"],
    ["a value that would say itself what it is", { toJSON: () => 1 }, "data.toJSON is a function"],
  ])("%s", (_, value, text) => {
    expect(check(value)).toEqual({ problem: { code: "payload.not_json", text: `${text}, which JSON cannot hold` } });
  });

  test("a cycle", () => {
    const order: Record<string, unknown> = { id: 1 };
    order["lines"] = [{ order }];
    expect(check(order)).toEqual({
      problem: { code: "payload.not_json", text: "data.lines[0].order is a reference to what contains it, which JSON cannot hold" },
    });
    const list: unknown[] = [];
    list.push(list);
    expect(check(list)).toMatchObject({ problem: { text: "data[0] is a reference to what contains it, which JSON cannot hold" } });
  });

  test.each<[what: string, value: unknown]>([
    ["an object of a class without a constructor", Object.create(Object.create(null))],
    ["an object that hides its class", Object.assign(new Order(), { constructor: null })],
    ["an object whose class has no name", new (class {})()],
    ["an object that inherits from data", Object.create({ a: 1 })],
  ])("%s is refused and throws nothing", (_, value) => {
    expect(check({ a: value })).toMatchObject({
      problem: { code: "payload.not_json", text: expect.stringMatching(/^data\.a is .+, which JSON cannot hold$/) },
    });
  });

  test("wherever it is", () => {
    const bad = fc.constantFrom<[value: unknown, code: string, end: string]>(
      [Number.NaN, "payload.not_json", " is NaN, which JSON cannot hold"],
      [10n, "payload.not_json", " is a bigint, which JSON cannot hold"],
      [new Date(0), "payload.not_json", " is a Date, which JSON cannot hold"],
    );
    const step = fc.oneof(fc.nat({ max: 3 }), fc.constantFrom("a", "b c", "", "__proto__", "0"));
    const clean = fc.jsonValue({ stringUnit: character, maxDepth: 1 });
    fc.assert(
      fc.property(bad, fc.array(fc.tuple(step, clean), { maxLength: 8 }), ([value, code, end], steps) => {
        let [around, path]: [unknown, string] = [value, ""];
        for (const [at, sibling] of steps) {
          path = typeof at === "number" ? `[${at}]${path}` : `.${at}${path}`;
          around =
            typeof at === "number"
              ? [...Array.from({ length: at }, () => sibling), around]
              : Object.fromEntries([
                  ["sibling", sibling],
                  [at, around],
                ]);
        }
        expect(check(around)).toEqual({ problem: { code, text: `data${path}${end}` } });
      }),
      { numRuns: 500 },
    );
  });
});

describe("members that are undefined", () => {
  test.each<[value: unknown, left: unknown]>([
    [{ a: undefined }, {}],
    [{ a: undefined, b: 1 }, { b: 1 }],
    [[{ a: [{ b: undefined }] }], [{ a: [{}] }]],
    [
      { a: null, b: 0, c: "", d: false },
      { a: null, b: 0, c: "", d: false },
    ],
  ])("%o are left out: %o", (value, left) => {
    expect(check(value).data).toStrictEqual(left);
  });
});

describe("each part is read once", () => {
  const turning = () => {
    let reads = 0;
    return Object.defineProperty({}, "a", { enumerable: true, get: () => (reads++ === 0 ? 1 : "\0") });
  };

  test("so what a value says when it is read again is neither checked nor stored", () => {
    expect(check(turning())).toEqual({ data: { a: 1 } });
    expect(check(new Proxy([], { get: (_, name) => (name === "length" ? 2 : "x"), has: () => false }))).toEqual({ data: ["x", "x"] });
  });

  test.each<[what: string, value: unknown]>([
    [
      "a getter that throws",
      Object.defineProperty({}, "a", {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      }),
    ],
    [
      "a list whose length throws",
      new Proxy([], {
        get: () => {
          throw new Error("no");
        },
      }),
    ],
    [
      "a proxy that throws what cannot be written",
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw Object.create(null);
          },
        },
      ),
    ],
  ])("and %s is a problem", (_, value) => {
    expect(check({ value }).problem).toMatchObject({ code: "payload.not_json", text: expect.stringContaining("data could not be read: ") });
  });

  test("the place of what is wrong is shown by its ends, however long its names", () => {
    const { text = "" } = check({ ["x".repeat(500_000)]: Number.NaN }).problem ?? {};
    expect(text).toMatch(/^data\.x{95}…x{100} is NaN/);
  });
});

describe("depth", () => {
  test("256 levels are data, 257 are not", () => {
    expect(check(nested(256))).toEqual({ data: nested(256) });
    expect(check(nested(257))).toEqual({ problem: { code: "payload.too_deep", text: "is nested deeper than 256 levels" } });
    expect(check(nested(256, []))).toMatchObject({ problem: { code: "payload.too_deep" } });
  });

  test("a million levels end the walk, not the hub", () => {
    expect(check(nested(1_000_000))).toMatchObject({ problem: { code: "payload.too_deep" } });
  });

  test("siblings do not add up", () => {
    const value = [nested(255), nested(255), { a: nested(254) }];
    expect(check(value)).toEqual({ data: value });
  });
});

describe("size", () => {
  const tooLarge = { problem: { code: "payload.too_large", text: "is larger than an event may be" } };

  test("never refuses what fits: what JSON takes in bytes is never less than what is counted", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: character, maxDepth: 5 }), (value) => {
        const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
        expect(readJson(value, { maxDepth: 256, maxBytes: bytes })).toEqual({ data: unsigned(value) });
      }),
      { numRuns: 1_000 },
    );
  });

  test("a single digit is a single byte", () => {
    expect(readJson(0, { maxDepth: 256, maxBytes: 1 })).toEqual({ data: 0 });
    expect(readJson(0, { maxDepth: 256, maxBytes: 0 })).toEqual(tooLarge);
  });

  test.each<[what: string, value: unknown]>([
    ["text", "x".repeat(1024 ** 2)],
    ["a name", { ["x".repeat(1024 ** 2)]: 0 }],
    ["numbers", Array.from({ length: 1024 ** 2 }, () => 0)],
    ["much text", Array.from({ length: 1_024 }, () => "x".repeat(1_024))],
    ["many members", Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`name${index}`, 0]))],
  ])("too much of %s is refused", (_, value) => {
    expect(check(value)).toEqual(tooLarge);
  });

  test("members that are undefined are looked at too: shared parts of them end the walk", () => {
    let bomb: unknown = { a: undefined };
    for (let level = 0; level < 100; level++) bomb = { left: bomb, right: bomb, neither: undefined };
    expect(check(bomb)).toEqual(tooLarge);
    expect(readJson({ a: undefined, b: undefined }, { maxDepth: 256, maxBytes: 2 })).toEqual(tooLarge);
    expect(readJson({ a: undefined, b: undefined }, { maxDepth: 256, maxBytes: 3 })).toEqual({ data: {} });
  });

  test("a part that is shared and shared again is refused before it is written out", () => {
    let bomb: unknown = "boom";
    for (let level = 0; level < 100; level++) bomb = [bomb, bomb];
    const startedAt = performance.now();
    expect(check(bomb)).toEqual(tooLarge);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe("anything at all", () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    stringUnit: character,
  });

  test("either has a problem, or is read back with nothing but undefined members missing", () => {
    let clean = 0;
    let found = 0;
    fc.assert(
      fc.property(anything, (value) => {
        const { problem, data } = check(value);
        if (problem !== undefined) {
          found += 1;
          return;
        }
        clean += 1;
        // toEqual takes an undefined member for an absent one, toStrictEqual does not.
        expect(unsigned(value)).toEqual(data);
        expect(JSON.parse(JSON.stringify(value))).toStrictEqual(data);
      }),
      { numRuns: 2_000 },
    );
    expect(clean).toBeGreaterThan(100);
    expect(found).toBeGreaterThan(100);
  });
});

/** The value with zeros that have no sign: JSON does not keep it. */
function unsigned(value: unknown): unknown {
  if (typeof value === "number") return value + 0;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unsigned);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unsigned(member)]));
}
