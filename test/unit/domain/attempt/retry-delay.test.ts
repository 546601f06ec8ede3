import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Policy } from "../../../../schema/config/policy.ts";
import { misconfiguredDelayMs, retryDelayMs } from "../../../../src/domain/attempt/retry-delay.ts";
import { policy, policyOf, random } from "../../support/policies.ts";

const waits = (retry: Partial<Policy["retry"]>, failures: readonly number[]) =>
  failures.map((count) => retryDelayMs(policyOf({ retry }).retry, count, 0.5));

describe("the wait before the next attempt", () => {
  test.each<[backoff: Policy["retry"]["backoff"], waits: number[]]>([
    ["constant", [5, 5, 5, 5, 5, 5]],
    ["linear", [5, 10, 15, 20, 25, 60]],
    ["exponential", [5, 10, 20, 40, 80, 100]],
  ])("%s: %j", (backoff, expected) => {
    expect(waits({ backoff, delayMs: 5, maxDelayMs: 100 }, [1, 2, 3, 4, 5, 12])).toEqual(expected);
  });

  test.each<Policy["retry"]["backoff"]>(["constant", "linear", "exponential"])("%s is never longer than the cap", (backoff) => {
    expect(waits({ backoff, delayMs: 500, maxDelayMs: 100 }, [1, 2, 1_000])).toEqual([100, 100, 100]);
    expect(waits({ backoff, delayMs: 5, maxDelayMs: 0 }, [1, 2, 1_000])).toEqual([0, 0, 0]);
  });

  test.each<Policy["retry"]["backoff"]>(["constant", "linear", "exponential"])("%s from zero is zero: at once", (backoff) => {
    expect(waits({ backoff, delayMs: 0 }, [1, 2, 10, 1_000])).toEqual([0, 0, 0, 0]);
  });

  test("is the cap, and a number, after 1,000 failures", () => {
    expect(waits({ backoff: "exponential", delayMs: 5_000, maxDelayMs: 3_600_000 }, [1_000])).toEqual([3_600_000]);
    expect(waits({ backoff: "exponential", delayMs: 365 * 86_400_000, maxDelayMs: 60_000 }, [1_000])).toEqual([60_000]);
    expect(waits({ backoff: "linear", delayMs: 1_000, maxDelayMs: 3_600_000 }, [1_000])).toEqual([1_000_000]);
  });

  test("by default: 5 s doubling to an hour", () => {
    expect(waits({}, [1, 2, 3, 4, 5])).toEqual([5_000, 10_000, 20_000, 40_000, 80_000]);
    expect(waits({}, [10, 11])).toEqual([2_560_000, 3_600_000]);
  });

  test.each([
    [0, 0],
    [0.5, 5_000],
    [0.9999999, 9_999],
  ])("with full jitter is a random part: %d of 10 s is %d ms", (drawn, wait) => {
    expect(retryDelayMs(policyOf({ retry: { jitter: "full" } }).retry, 2, drawn)).toBe(wait);
  });

  test("without jitter does not depend on what is drawn", () => {
    expect([0, 0.5, 0.9].map((drawn) => retryDelayMs(policyOf().retry, 2, drawn))).toEqual([10_000, 10_000, 10_000]);
  });

  test("is a whole number from zero to the cap, and without jitter never shrinks", () => {
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 1_000 }), random, ({ retry }, failures, drawn) => {
        const wait = retryDelayMs(retry, failures, drawn);
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(retry.maxDelayMs);
        const steady = { ...retry, jitter: "none" } as const;
        expect(wait).toBeLessThanOrEqual(retryDelayMs(steady, failures, drawn));
        expect(retryDelayMs(steady, failures + 1, drawn)).toBeGreaterThanOrEqual(retryDelayMs(steady, failures, drawn));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("the wait after an attempt that found no handle()", () => {
  test("doubles up to its cap", () => {
    const { misconfigured } = policyOf();
    expect([1, 2, 3, 6, 7, 1_000, 100_000].map((misses) => misconfiguredDelayMs(misconfigured, misses))).toEqual([
      60_000, 120_000, 240_000, 1_920_000, 3_600_000, 3_600_000, 3_600_000,
    ]);
  });

  test("is never a busy loop and never longer than its cap", () => {
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 100_000 }), ({ misconfigured }, misses) => {
        const wait = misconfiguredDelayMs(misconfigured, misses);
        expect(wait).toBeGreaterThanOrEqual(1_000);
        expect(wait).toBeLessThanOrEqual(misconfigured.maxDelayMs);
      }),
    );
  });
});
