import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textMatcher } from "../../../../src/domain/read/text-matcher.ts";
import { text } from "../../support/text.ts";

/** True when the text is found in the data as it is stored. */
const finds = (sought: string, data: unknown) => textMatcher(sought)(JSON.stringify(data));

describe("text is found whatever the case of its letters", () => {
  test.each<[stored: string, sought: string]>([
    ["Müller", "MÜLLER"],
    ["MÜLLER", "müller"],
    ["århus", "ÅRHUS"],
    ["ÅRHUS", "Århus"],
    ["ПРИВЕТ", "привет"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευς"],
    ["οδυσσεύς ήταν", "ΟΔΥΣΣΕΎΣ"],
    ["ΟΔΟΣΑ", "οδος"],
    ["Straße", "STRASSE"],
    ["STRASSE", "straße"],
    ["STRAẞE", "Straße"],
    ["KADIKÖY", "Kadıköy"],
    ["İzmir", "i̇zmir"],
    ["ﬁnance", "FINANCE"],
    ["300 \u212A", "300 k"],
  ])("%s by %s", (stored, sought) => {
    expect(finds(sought, { name: stored })).toBe(true);
  });

  test("in every language alike", () => {
    fc.assert(
      fc.property(text({ minLength: 1, maxLength: 30 }), (written) => {
        expect(finds(written.toUpperCase(), { name: written })).toBe(true);
        expect(finds(written, { name: written.toUpperCase() })).toBe(true);
      }),
    );
  });
});

describe("text is found however its accents are encoded", () => {
  test.each<[what: string, stored: string, sought: string]>([
    ["composed by decomposed", "Café Zürich".normalize("NFC"), "café zürich".normalize("NFD")],
    ["decomposed by composed", "Café Zürich".normalize("NFD"), "CAFÉ ZÜRICH".normalize("NFC")],
    ["Hangul", "서울".normalize("NFD"), "서울"],
    ["kana", "がぎ", "がぎ".normalize("NFD")],
  ])("%s", (_, stored, sought) => {
    expect(finds(sought, { name: stored })).toBe(true);
  });
});

describe("JSON is found as people write it", () => {
  test.each<[what: string, sought: string]>([
    ["a blank behind the colon", '"total": 107'],
    ["members on lines of their own", '{\n  "total": 107,\n  "name": "a: b,  c"\n}'],
    ["a list", "[ 1, 2,\t3 ]"],
    ["the middle of a member", 'tal": 10'],
  ])("%s", (_, sought) => {
    expect(finds(sought, sought.includes("[") ? [1, 2, 3] : { total: 107, name: "a: b,  c" })).toBe(true);
  });

  test("and blanks inside a string stay", () => {
    expect(finds('"a: b"', { name: "a:b" })).toBe(false);
    expect(finds('"a: b"', { name: "a: b" })).toBe(true);
  });
});

describe("text is not found", () => {
  test.each<[what: string, stored: unknown, sought: string]>([
    ["that is not there", { name: "abc" }, "abd"],
    ["without its accent", { name: "Müller" }, "Muller"],
    ["with a dot more than it has", { name: "izmir" }, "İzmir"],
    ["as a pattern", { name: "abc" }, "a.c"],
  ])("%s", (_, stored, sought) => {
    expect(finds(sought, stored)).toBe(false);
  });
});
