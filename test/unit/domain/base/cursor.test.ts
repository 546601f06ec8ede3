import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EMIT } from "../../../../schema/limits.ts";
import { openCursor as open, type Position, sealCursor as seal } from "../../../../src/domain/base/cursor.ts";
import { keyOf } from "../../support/cursor-key.ts";
import { messageOfRejection } from "../../support/message-of.ts";
import { character, text } from "../../support/text.ts";

const INVALID =
  "(cursor.invalid) The cursor is not one of this query: it was altered, or the filters are others than those of the page before.";

const key = await keyOf("secret");
const sealCursor = async (position: Position, query: unknown) => await seal(position, query, key);
const openCursor = async (cursor: string, query: unknown) => await open(cursor, query, key);

const position: fc.Arbitrary<Position> = fc.array(
  fc.oneof(text({ maxLength: 40 }), fc.uuid({ version: 7 }), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })),
  { minLength: 1, maxLength: 3 },
);
const query = fc.record(
  { type: fc.string(), from: fc.nat(), limit: fc.nat(), status: fc.constantFrom("ongoing", "failed") },
  { requiredKeys: [] },
);

describe("a cursor", () => {
  test("opens to the position it was sealed with", async () => {
    await fc.assert(
      fc.asyncProperty(position, query, async (sealed, asked) => {
        expect(await openCursor(await sealCursor(sealed, asked), asked)).toEqual(sealed);
      }),
      { numRuns: 300 },
    );
  });

  test("takes the longest position there is: a source whose every character is escaped", async () => {
    const longest = ['"'.repeat(EMIT.maxAttributeBytes)];
    expect(await openCursor(await sealCursor(longest, {}), {})).toEqual(longest);
  });

  test("is text that fits in a URL as it is, and is the same each time", async () => {
    await fc.assert(
      fc.asyncProperty(position, query, async (sealed, asked) => {
        const cursor = await sealCursor(sealed, asked);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(await sealCursor(sealed, asked)).toBe(cursor);
      }),
    );
  });

  test("does not tell an absent filter from one that is undefined", async () => {
    const cursor = await sealCursor(["e1"], { type: "a" });
    expect(await openCursor(cursor, { type: "a", subject: undefined })).toEqual(["e1"]);
  });

  test("with any one character changed is refused", async () => {
    const other = fc.oneof(fc.constantFrom(..."ABYZabyz0189-_+/= .é\0"), character);
    await fc.assert(
      fc.asyncProperty(position, query, fc.nat(), other, async (sealed, asked, at, character) => {
        const cursor = await sealCursor(sealed, asked);
        const index = at % cursor.length;
        const altered = cursor.slice(0, index) + character + cursor.slice(index + 1);
        fc.pre(altered !== cursor);
        expect(await messageOfRejection(openCursor(altered, asked))).toBe(INVALID);
      }),
      { numRuns: 500 },
    );
  });

  test("that was cut or continued is refused", async () => {
    await fc.assert(
      fc.asyncProperty(position, query, fc.nat(), fc.string({ minLength: 1 }), async (sealed, asked, at, more) => {
        const cursor = await sealCursor(sealed, asked);
        expect(await messageOfRejection(openCursor(cursor.slice(0, at % cursor.length), asked))).toBe(INVALID);
        expect(await messageOfRejection(openCursor(cursor + more, asked))).toBe(INVALID);
        expect(await messageOfRejection(openCursor(more + cursor, asked))).toBe(INVALID);
      }),
      { numRuns: 300 },
    );
  });

  test("of another query is refused", async () => {
    await fc.assert(
      fc.asyncProperty(position, query, query, async (sealed, asked, other) => {
        fc.pre(JSON.stringify(asked) !== JSON.stringify(other));
        expect(await messageOfRejection(openCursor(await sealCursor(sealed, asked), other))).toBe(INVALID);
      }),
      { numRuns: 300 },
    );
  });

  test("made up by somebody is refused, whatever it is", async () => {
    const noise = fc.oneof(text(), fc.base64String(), fc.stringMatching(/^[A-Za-z0-9_-]*$/), fc.json());
    await fc.assert(
      fc.asyncProperty(noise, async (cursor) => {
        expect(await messageOfRejection(openCursor(cursor, {}))).toBe(INVALID);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[what: string, cursor: string]>([
    ["nothing", ""],
    ["half a character", "\ud800"],
    ["padded base64", "e30="],
    ["what decodes to bytes that are no UTF-8", "____"],
    ["a megabyte", "A".repeat(1024 ** 2)],
    ["a megabyte that is no base64", "é".repeat(1024 ** 2)],
  ])("%s is refused", async (_, cursor) => {
    expect(await messageOfRejection(openCursor(cursor, {}))).toBe(INVALID);
  });

  test("sealed with another key is refused", async () => {
    const others = await Promise.all(["secret ", "Secret", "flowhub cursor 2"].map(keyOf));
    await fc.assert(
      fc.asyncProperty(position, query, fc.constantFrom(...others), async (sealed, asked, other) => {
        expect(await messageOfRejection(openCursor(await seal(sealed, asked, other), asked))).toBe(INVALID);
      }),
      { numRuns: 100 },
    );
  });

  test("with the seal of another position is refused", async () => {
    await fc.assert(
      fc.asyncProperty(position, position, query, async (sealed, wanted, asked) => {
        fc.pre(JSON.stringify(sealed) !== JSON.stringify(wanted));
        const bytes = Uint8Array.from(Buffer.from(await sealCursor(sealed, asked), "base64url"));
        const forged = Buffer.concat([bytes.subarray(0, 32), Buffer.from(JSON.stringify(wanted))]).toString("base64url");
        expect(await messageOfRejection(openCursor(forged, asked))).toBe(INVALID);
      }),
    );
  });
});
