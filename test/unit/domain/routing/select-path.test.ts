import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePath } from "../../../../schema/config/json-path.ts";
import type { Json } from "../../../../schema/json.ts";
import { compileSelect } from "../../../../src/domain/routing/select-path.ts";

import { childAt, childrenOf, document, TRICKY_NAMES } from "../../support/json.ts";

const json = (text: string) => JSON.parse(text) as Json;

describe("a plain path", () => {
  test.each<[path: string, document: string, selected: string]>([
    ["$", "null", "[null]"],
    ["$", "0", "[0]"],
    ["$.a", '{"a":0}', "[0]"],
    ["$.a", '{"a":""}', '[""]'],
    ["$.a", '{"a":false}', "[false]"],
    ["$.a", '{"a":null}', "[null]"],
    ["$.a", '{"b":1}', "[]"],
    ["$.a", "[1]", "[]"],
    ["$.a", '"a"', "[]"],
    ["$.a", "null", "[]"],
    ["$.a.b", '{"a":null}', "[]"],
    ["$.a.b.c", '{"a":{"b":{"c":[]}}}', "[[]]"],
    ["$[0]", '["x","y"]', '["x"]'],
    ["$[2]", '["x","y"]', "[]"],
    ["$[0]", '{"0":"x"}', "[]"],
    ["$[0]", '"xyz"', "[]"],
    ["$.items[1].sku", '{"items":[{"sku":1},{"sku":2}]}', "[2]"],
    ["$.length", "[1,2]", "[]"],
    ["$.length", '"ab"', "[]"],
    ["$.length", '{"length":7}', "[7]"],
    ["$.constructor", "{}", "[]"],
    ["$.toString", "{}", "[]"],
    ["$.__proto__", "{}", "[]"],
    ["$.__proto__", '{"__proto__":{"a":1}}', '[{"a":1}]'],
    ["$.__proto__.a", '{"__proto__":{"a":1}}', "[1]"],
  ])("%s of %s selects %s", (path, given, selected) => {
    const found = [...compileSelect(path)(json(given))];
    expect(JSON.stringify(found)).toBe(selected);
    expect(JSON.stringify([...compilePath(path)(json(given))])).toBe(selected);
  });

  test("reaches as deep as a document goes", () => {
    const depth = 300;
    let nested: Json = "treasure";
    for (let level = 0; level < depth; level++) nested = level % 2 === 0 ? { a: nested } : [nested];
    const path = `$${Array.from({ length: depth }, (_, level) => ((depth - level) % 2 === 1 ? ".a" : "[0]")).join("")}`;
    expect([...compileSelect(path)(nested)]).toEqual(["treasure"]);
    expect([...compilePath(path)(nested)]).toEqual(["treasure"]);
    expect([...compileSelect(`${path}.a`)(nested)]).toEqual([]);
  });

  test("does not select a member that is undefined: JSON would not hold it", () => {
    expect([...compileSelect("$.a")({ a: undefined })]).toEqual([]);
  });

  const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
  const plainNames = [...TRICKY_NAMES.filter((name) => PLAIN_NAME.test(name)), "missing"];
  const anyStep = fc.oneof(fc.constantFrom(...plainNames), fc.nat({ max: 4 }));
  const textOf = (steps: readonly (string | number)[]) =>
    `$${steps.map((step) => (typeof step === "string" ? `.${step}` : `[${step}]`)).join("")}`;

  /** A plain path that walks along what is there, and then perhaps a step further. */
  const aimed = fc
    .tuple(document, fc.array(fc.nat(), { maxLength: 6 }), fc.option(anyStep, { nil: undefined, freq: 3 }))
    .map(([given, choices, further]) => {
      const steps: (string | number)[] = [];
      let value = given;
      for (const choice of choices) {
        const plain = childrenOf(value).filter((step) => typeof step === "number" || PLAIN_NAME.test(step));
        const step = plain[choice % Math.max(1, plain.length)];
        if (step === undefined) break;
        steps.push(step);
        value = childAt(value, step);
      }
      return { given, path: textOf(further === undefined ? steps : [...steps, further]) };
    });
  const blind = fc.record({ given: document, path: fc.array(anyStep, { maxLength: 5 }).map(textOf) });

  test("selects on its own road what RFC 9535 selects by the library", () => {
    let runs = 0;
    let hits = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: aimed }, { weight: 1, arbitrary: blind }), ({ given, path }) => {
        const found = [...compileSelect(path)(given)];
        expect(found).toStrictEqual([...compilePath(path)(given)]);
        runs += 1;
        hits += found.length;
      }),
      { numRuns: 2_000 },
    );
    expect(hits / runs).toBeGreaterThan(0.2);
  });
});

describe("any other path", () => {
  const order = json('{"data":{"items":[{"sku":"x","n":1},{"sku":"y","n":2}],"a b":1,"é":2},"type":"order.placed"}');

  test.each<[path: string, selected: string]>([
    ["$.data.items[*].sku", '["x","y"]'],
    ["$.data.items[-1].sku", '["y"]'],
    ["$.data.items[0:1].n", "[1]"],
    ["$.data.items[?@.n > 1].sku", '["y"]'],
    ["$.data.items[?@.sku == 'x' && @.n < 2].n", "[1]"],
    ["$..sku", '["x","y"]'],
    ["$.data['a b']", "[1]"],
    ["$.data.é", "[2]"],
    ["$['data']['items'][0,1].n", "[1,2]"],
    ["$.data.items[?count(@.*) == 2].n", "[1,2]"],
    ["$.data.items[?length(@.sku) == 1].n", "[1,2]"],
    ["$[?match(@, 'order[.]pl.*')]", '["order.placed"]'],
    ["$.data.items[?value(@.n) == 2].sku", '["y"]'],
    ["$.nothing[*].here", "[]"],
  ])("%s selects %s", (path, selected) => {
    expect(JSON.stringify([...compileSelect(path)(order)])).toBe(selected);
  });

  test.each(["$..x", "$..*", "$..[?@.x > 1]", "$..[0]"])("%s descends into the deepest document without a throw", (path) => {
    let nested: Json = { x: 0 };
    for (let level = 1; level < 300; level++) nested = level % 2 === 0 ? { x: level, a: nested } : [nested, level];
    const found = [...compileSelect(path)(nested)];
    expect(found.length).toBeGreaterThan(100);
  });

  const WIDE = { items: Array.from({ length: 300_000 }, () => 0) };

  test.each([
    ["$.items[*]", 300_000],
    ["$.items[::]", 300_000],
    ["$.items[?@ >= 0]", 300_000],
    ["$..*", 300_001],
    ["$.items[*].sku", 0],
    ["$[?count(@[*]) > 5]", 1],
    ["$[?@[*]]", 1],
    ["$[?@[?@ == 0]]", 1],
    ["$[?count(@..*) > 5]", 1],
    ["$[?length(@) == 300000]", 1],
  ] as const)("%s over the widest document selects without a throw", (path, count) => {
    let found = 0;
    for (const value of compileSelect(path)(WIDE)) found += Number(value !== undefined);
    expect(found).toBe(count);
  });

  test("selects no more than is asked for", () => {
    const [first] = compileSelect("$..*")(WIDE);
    expect(first).toBe(WIDE.items);
  });

  test.each([
    "",
    "data.total",
    "$.a ",
    " $.a",
    "$.",
    "$.[0]",
    "$[",
    "$[00]",
    "$.1a",
    "$.a..",
    "$[?nosuch(@.a)]",
    "$[?match(@.a)]",
    "$[?@.a = 1]",
  ])("%j is refused when it is compiled, not when it is asked", (path) => {
    expect(() => compileSelect(path)).toThrow();
  });
});
