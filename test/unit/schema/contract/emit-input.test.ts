import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isStorableText } from "../../../../schema/text.ts";

describe("text that SQLite returns unchanged", () => {
  test.each(["", "a", "é", "日本", "👩‍👧", "\u{10ffff}", "\u0001", "\uffff", "a\nb"])("%j is storable", (text) => {
    expect(isStorableText(text)).toBe(true);
  });

  test.each(["\0", "a\0b", "\ud800", "\udc00", "a\ud83d", "\udc00\ud800"])("%j is not", (text) => {
    expect(isStorableText(text)).toBe(false);
  });

  test("is what survives UTF-8 and holds no NUL", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: 0xd7fe, max: 0xe001 }))), (units) => {
        const text = String.fromCharCode(...units);
        const survives = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(new TextEncoder().encode(text)) === text;
        expect(isStorableText(text)).toBe(survives && !units.includes(0));
      }),
      { numRuns: 1_000 },
    );
  });
});
