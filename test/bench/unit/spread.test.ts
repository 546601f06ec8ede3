import "../../unit/support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { spreadOf } from "../spread.ts";

describe("a spread", () => {
  test.each<[values: number[], low: number, median: number, high: number]>([
    [[7], 7, 7, 7],
    [[5, 1, 3, 2, 4], 2, 3, 4],
    [[10, 9, 100], 10, 10, 100],
    [[0, -1, -2, -3, -4, -5, -6, -7, -8], -6, -4, -2],
  ])("of %j is from %d by %d to %d", (values, low, median, high) => {
    expect(spreadOf(values)).toEqual({ median, low, high });
  });

  test("of nothing is not a number", () => {
    expect(spreadOf([])).toEqual({ median: Number.NaN, low: Number.NaN, high: Number.NaN });
  });

  test("does not depend on the order of the values, and leaves them as they are", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const before = [...values];
        const spread = spreadOf(values);
        expect(spread).toEqual(spreadOf(values.toReversed()));
        expect(values).toEqual(before);
      }),
    );
  });
});
