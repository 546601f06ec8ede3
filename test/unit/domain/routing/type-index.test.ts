import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob } from "../../../../src/domain/routing/type-glob.ts";
import { indexByType } from "../../../../src/domain/routing/type-index.ts";

const routesOn = (...globs: string[]) => globs.map((on, nth) => ({ on, nth }));

describe("an index by type", () => {
  const found = indexByType(routesOn("*", "order.placed", "order.*", "*.placed", "order.placed", "order.*.eu", "order", "*.*", "user.*"));

  test.each<[type: string, places: number[]]>([
    ["order", [0, 6]],
    ["order.placed", [0, 1, 2, 3, 4, 7]],
    ["order.placed.eu", [0, 2, 5, 7]],
    ["order.placed.eu.late", [0, 2, 7]],
    ["user.placed", [0, 3, 7, 8]],
    ["user", [0]],
  ])("finds what takes %s, in the order given", (type, places) => {
    expect(found(type).map(({ nth }) => nth)).toEqual(places);
  });

  test("of nothing finds nothing", () => {
    expect(indexByType([])("order.placed")).toEqual([]);
  });

  const word = fc.constantFrom("a", "b", "ab", "", "é", "constructor", "__proto__");
  const words = fc.array(word, { minLength: 1, maxLength: 5 });
  const between = fc.array(fc.constantFrom(".", ".", "/", ":"), { minLength: 5, maxLength: 5 });
  const joined = (parts: readonly string[], separators: readonly string[]) =>
    parts.map((part, nth) => (nth === 0 ? part : (separators[nth] ?? "") + part)).join("");
  const glob = fc
    .tuple(fc.array(fc.oneof(word, fc.constant("*")), { minLength: 1, maxLength: 5 }), between, fc.constantFrom("", "", "*"))
    .map(([some, separators, end]) => joined(some, separators) + (some.at(-1) === "*" ? "" : end));

  test("finds those whose glob takes the type, each once, as if each was asked in turn", () => {
    fc.assert(
      fc.property(fc.array(glob, { maxLength: 30 }), words, between, (globs, parts, separators) => {
        const type = joined(parts, separators);
        const routes = routesOn(...globs);
        expect(indexByType(routes)(type)).toEqual(routes.filter(({ on }) => compileGlob(on)(type)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("finds what is made of the type by blotting out words, wherever it stands", () => {
    fc.assert(
      fc.property(
        fc.array(glob, { maxLength: 30 }),
        words,
        between,
        fc.infiniteStream(fc.boolean()),
        fc.nat(),
        (globs, parts, separators, blots, nat) => {
          const type = joined(parts, separators);
          const blotted = joined(
            parts.map((text) => (text !== "" && blots.next().value ? "*" : text)),
            separators,
          );
          const place = nat % (globs.length + 1);
          const routes = routesOn(...globs.toSpliced(place, 0, blotted));
          expect(indexByType(routes)(type)).toContain(routes[place]);
        },
      ),
    );
  });
});
