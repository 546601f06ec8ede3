import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob } from "../../../../src/domain/routing/type-glob.ts";

describe("a glob", () => {
  test.each<[glob: string, type: string, matches: boolean]>([
    ["order.placed", "order.placed", true],
    ["order.placed", "order.placed.eu", false],
    ["order.placed", "order", false],
    ["order.placed", "Order.placed", false],
    ["*", "order", true],
    ["*", "order.placed.eu", true],
    ["order.*", "order", false],
    ["order.*", "order.placed", true],
    ["order.*", "order.placed.eu", true],
    ["order.*", "orders.placed", false],
    ["*.placed", "order.placed", true],
    ["*.placed", "placed", false],
    ["*.placed", "eu.order.placed", false],
    ["*.placed", "order.placed.eu", false],
    ["order.*.eu", "order.placed.eu", true],
    ["order.*.eu", "order.eu", false],
    ["order.*.eu", "order.placed.late.eu", false],
    ["*.*", "order", false],
    ["*.*", "order.placed", true],
    ["*.*", "order.placed.eu", true],
    ["order.*.*", "order.placed", false],
    ["order.*.*", "order.placed.late.eu", true],
    ["a-b_c", "a-b_c", true],
    ["a.b", "axb", false],
  ])("%s takes %s: %s", (glob, type, matches) => {
    expect(compileGlob(glob)(type)).toBe(matches);
  });

  /** The same said as a regular expression. */
  function naive(glob: string): RegExp {
    if (glob === "*") return /^.+$/;
    const inner = glob.replace(/\.\*$/, "").split(".");
    const head = inner.map((segment) => (segment === "*" ? "[^.]+" : segment.replaceAll("-", "\\-"))).join("\\.");
    return new RegExp(`^${head}${glob.endsWith(".*") ? "(\\.[^.]+)+" : ""}$`);
  }

  const word = fc.constantFrom("a", "b", "ab", "a-b", "_", "A");
  const type = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join("."));
  const glob = fc.array(fc.oneof(word, fc.constant("*")), { minLength: 1, maxLength: 5 }).map((words) => words.join("."));

  test("takes what the same regular expression takes", () => {
    fc.assert(
      fc.property(glob, type, (wanted, given) => {
        expect(compileGlob(wanted)(given)).toBe(naive(wanted).test(given));
      }),
      { numRuns: 3_000 },
    );
  });

  test("made of a type by blotting out words takes that type", () => {
    const blotted = fc.array(fc.tuple(word, fc.boolean()), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(blotted, fc.array(word, { maxLength: 3 }), (words, more) => {
        const wanted = words.map(([text, blot]) => (blot ? "*" : text));
        const given = words.map(([text]) => text);
        expect(compileGlob(wanted.join("."))(given.join("."))).toBe(true);
        expect(compileGlob(wanted.join("."))([...given, ...more].join("."))).toBe(more.length === 0 || wanted.at(-1) === "*");
      }),
    );
  });
});
