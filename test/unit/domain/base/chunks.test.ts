import "../../support/seed.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chunks } from "../../../../src/domain/base/chunks.ts";

test.each<[count: number, sizes: number[]]>([
  [0, []],
  [1, [1]],
  [100, [100]],
  [101, [100, 1]],
  [250, [100, 100, 50]],
])("%d items in parts of 100: %j", (count, sizes) => {
  expect(
    chunks(
      Array.from({ length: count }, () => 0),
      100,
    ).map(({ length }) => length),
  ).toEqual(sizes);
});

test("parts hold every item once and in order, and none is larger than asked or empty", () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 10 }), (items, size) => {
      const parts = chunks(items, size);
      expect(parts.flat()).toEqual(items);
      for (const part of parts.slice(0, -1)) expect(part).toHaveLength(size);
      for (const { length } of parts) expect(length).toSatisfy((count: number) => count > 0 && count <= size);
    }),
  );
});
