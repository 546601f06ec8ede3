import "../../support/seed.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { byteLength } from "../../../../src/domain/base/byte-length.ts";
import { text } from "../../support/text.ts";

test.each<[text: string, bytes: number]>([
  ["", 0],
  ["a", 1],
  ["\0", 1],
  ["é", 2],
  ["日", 3],
  ["👩", 4],
])("%j has %d bytes", (text, bytes) => {
  expect(byteLength(text)).toBe(bytes);
});

test("a text has the bytes of its parts", () => {
  fc.assert(
    fc.property(text(), text(), (head, tail) => {
      expect(byteLength(head + tail)).toBe(byteLength(head) + byteLength(tail));
      expect(byteLength(head)).toBe(Buffer.byteLength(head));
    }),
  );
});
