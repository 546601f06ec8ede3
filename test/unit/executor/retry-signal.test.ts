import "../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RetrySignal, retryWaitMs } from "../../../src/executor/retry-signal.ts";

describe("a retry signal", () => {
  test.each<[asked: number, message: string]>([
    [3_000, "retry:3000"],
    [0, "retry:0"],
    [-5, "retry:0"],
    [0.2, "retry:1"],
    [31_536_000_000, "retry:31536000000"],
  ])("for %d ms says %s", (asked, message) => {
    expect(new RetrySignal(asked)).toMatchObject({ name: "RetrySignal", message });
    expect(new RetrySignal(asked)).toBeInstanceOf(Error);
  });

  test("is understood by its message alone, however the engine hands it on", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 366 * 86_400_000, noNaN: true }), fc.integer({ min: 1, max: 10_000 }), (ms, attempt) => {
        const { name, message } = new RetrySignal(ms);
        const wait = Math.max(0, Math.ceil(ms));
        expect(retryWaitMs(message, attempt)).toBe(wait);
        expect(retryWaitMs(`${name}: ${message}`, attempt)).toBe(wait);
        expect(retryWaitMs(`Uncaught Error: ${name}: ${message}\n    at step`, attempt)).toBe(wait);
      }),
    );
  });

  test("for no time at all means at once, not an error of ours", () => {
    expect(retryWaitMs("RetrySignal: retry:0", 7)).toBe(0);
  });
});

describe("any other error", () => {
  test.each<[attempt: number, wait: number]>([
    [1, 5_000],
    [2, 10_000],
    [11, 55_000],
    [12, 60_000],
    [13, 60_000],
    [10_000, 60_000],
  ])("after attempt %d waits %d ms", (attempt, wait) => {
    expect(retryWaitMs("D1_ERROR: internal error", attempt)).toBe(wait);
  });

  test.each([
    "",
    "retry:",
    "retry:soon",
    "retry: 3000",
    "retry:-5",
    "Retry:3000",
    "the shop said retry:3000",
    "D1_ERROR: retry:3000",
    "x\nretry:1",
  ])("%j asks for nothing", (message) => {
    expect(retryWaitMs(message, 1)).toBe(5_000);
  });

  test("waits between 5 and 60 s", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 10_000 }), (message, attempt) => {
        fc.pre(!/retry:\d/.test(message));
        expect(retryWaitMs(message, attempt)).toSatisfy((wait: number) => wait >= 5_000 && wait <= 60_000);
      }),
    );
  });
});
