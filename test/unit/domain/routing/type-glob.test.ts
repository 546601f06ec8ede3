import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { globProblem } from "../../../../schema/config/type-glob.ts";
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
    ["ord*", "order.placed", true],
    ["ord*", "ord", false],
    ["ord*", "Order", false],
    ["order.*", "order.", false],
    ["order.*", "order..", true],
    ["*", ".", true],
    ["*", "\u2028", true],
    ["*", "😀", true],
    ["com.amazonaws.s3.ObjectCreated:*", "com.amazonaws.s3.ObjectCreated:Put", true],
    ["com.amazonaws.s3.ObjectCreated:*", "com.amazonaws.s3.ObjectRemoved:Delete", false],
    ["orders/*", "orders/create", true],
    ["orders/*", "orders/", false],
    ["repo:*", "repo:push", true],
    ["a.*.c", "a.b.c", true],
    ["a.*.c", "a..c", false],
    ["a.*.c", "a.b/c.c", false],
    ["a.*.c", "a/b.c", false],
    ["a/*.c", "a/b b.c", true],
    ["zen:event-type:*.changed", "zen:event-type:user.changed", true],
    ["zen:event-type:*.changed", "zen:event-type:user.role.changed", false],
    ["*:*.x/*", "é:ü.x/y:z", true],
    ["*:*.x/*", "é:.x/y", false],
    ["a+(b)[c]$", "a+(b)[c]$", true],
    ["a+(b)[c]$.*", "a+(b)[c]$.d", true],
    ["a+(b)[c]$.*", "aa(b)c.d", false],
  ])("%s takes %s: %s", (glob, type, matches) => {
    expect(compileGlob(glob)(type)).toBe(matches);
  });

  /** As globs were read when types were words of A-Z, a-z, 0-9, _ and - between dots: configurations of then are stored. */
  function naive(glob: string): RegExp {
    if (glob === "*") return /^.+$/;
    const inner = glob.replace(/\.\*$/, "").split(".");
    const head = inner.map((segment) => (segment === "*" ? "[^.]+" : segment.replaceAll("-", "\\-"))).join("\\.");
    return new RegExp(`^${head}${glob.endsWith(".*") ? "(\\.[^.]+)+" : ""}$`);
  }

  const word = fc.constantFrom("a", "b", "ab", "a-b", "_", "A");
  const type = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join("."));
  const glob = fc.array(fc.oneof(word, fc.constant("*")), { minLength: 1, maxLength: 5 }).map((words) => words.join("."));

  test("takes of the types there were before what it took then", () => {
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

  const SEPARATORS = [".", "/", ":"];
  const wordOf = fc.constantFrom("a", "b", "ab", "", "é", "😀", "a b", "$");
  const separator = fc.constantFrom(...SEPARATORS);
  const joined = (words: readonly string[], separators: readonly string[]) =>
    words.map((one, nth) => one + (separators[nth] ?? "")).join("");
  const five = fc.array(separator, { minLength: 4, maxLength: 4 });
  const anyType = fc
    .tuple(fc.array(wordOf, { minLength: 1, maxLength: 5 }), five)
    .map(([words, between]) => joined(words, between.slice(0, words.length - 1)))
    .filter((one) => one !== "");
  const anyGlob = fc
    .tuple(fc.array(fc.oneof(wordOf, fc.constant("*")), { minLength: 1, maxLength: 5 }), five, fc.boolean())
    .map(([words, between, open]) => joined(words, between.slice(0, words.length - 1)) + (open && words.at(-1) !== "*" ? "*" : ""))
    .filter((one) => one !== "" && one.trim() === one);

  /** Read from left to right, a character at a time. */
  function takes(wanted: string, given: string): boolean {
    if (wanted === "*") return given !== "";
    if (wanted === "") return given === "";
    if (!wanted.startsWith("*")) return given.startsWith(wanted.charAt(0)) && takes(wanted.slice(1), given.slice(1));
    const end = Array.from(given).findIndex((one) => SEPARATORS.includes(one));
    const length = end < 0 ? given.length : Array.from(given).slice(0, end).join("").length;
    return length > 0 && takes(wanted.slice(1), given.slice(length));
  }

  test("takes at a star a part, and at its end whatever follows", () => {
    fc.assert(
      fc.property(anyGlob, anyType, (wanted, given) => {
        expect(globProblem(wanted)).toBeUndefined();
        expect(compileGlob(wanted)(given)).toBe(takes(wanted, given));
      }),
      { numRuns: 5_000 },
    );
  });

  test.each(["", " a", "a ", "a*b", "a*.b", "*a.b", "**", "a.**", "*a", "a*b*", "a.*b", "a\n", "\ud800*"])("%j is none", (written) => {
    expect(globProblem(written)).toBeDefined();
  });
});
