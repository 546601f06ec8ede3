import { describe, expect, test } from "vitest";
import { parseBulkOptions, parseOperation, parseRetryOptions } from "../../../../src/domain/operate/parse-operation.ts";
import { parseResumeOptions } from "../../../../src/domain/pause/resume-options.ts";
import { messageOf } from "../../support/message-of.ts";

const DOORS = [
  ["an operation", parseOperation],
  ["a retry", parseRetryOptions],
  ["a resumption", parseResumeOptions],
] as const;

describe.each(DOORS)("options of %s", (_, parse) => {
  test("may be absent", () => {
    for (const options of [undefined, {}, { by: undefined, reason: undefined }]) expect(parse(options)).toEqual(options ?? {});
  });

  test.each([
    ["a letter", "a", "a"],
    ["as much as may be", "b".repeat(200), "r".repeat(1_000)],
    ["markup and quotes", `<script>alert("1")</script>`, `'; DROP TABLE notes; --`],
    ["right to left, emoji, line ends", "\u202Eanna\u202C 👩‍🚒", "first\r\nsecond\t\u2028"],
  ])("say who and why in any text: %s", (_what, by, reason) => {
    expect(parse({ by, reason })).toEqual({ by, reason });
  });

  test.each<[options: unknown, problem: string]>([
    [{ by: "" }, "by: must be at least 1 character long."],
    [{ by: "b".repeat(201) }, "by: must be at most 200 characters long."],
    [{ by: 7 }, "by: expected a string."],
    [{ by: null }, "by: expected a string."],
    [{ by: ["anna"] }, "by: expected a string."],
    [{ reason: "" }, "reason: must be at least 1 character long."],
    [{ reason: "r".repeat(1_001) }, "reason: must be at most 1000 characters long."],
    [{ reason: { text: "why" } }, "reason: expected a string."],
    [{ reasn: "why" }, 'unknown field "reasn"; did you mean "reason"? (allowed: '],
    [{ who: "anna" }, 'unknown field "who"'],
    [{ by: "", reason: "" }, "by: must be at least 1 character long; reason: must be at least 1 character long."],
    ["because", "expected an object."],
    [7, "expected an object."],
    [["because"], "expected an object."],
    [null, "expected an object."],
  ])("are refused by name when they say %j", (options, problem) => {
    expect(messageOf(() => parse(options))).toContain(`(options.invalid) ${problem}`);
  });
});

test("an operation that is no retry has no delivery, and only a resumption has a rate", () => {
  expect(messageOf(() => parseOperation({ delay: "5s" }))).toBe('(options.invalid) unknown field "delay" (allowed: by, reason).');
  expect(messageOf(() => parseOperation({ rate: 5 }))).toBe('(options.invalid) unknown field "rate" (allowed: by, reason).');
  expect(messageOf(() => parseRetryOptions({ rate: 5 }))).toContain('(options.invalid) unknown field "rate"');
  expect(messageOf(() => parseResumeOptions({ delay: "5s" }))).toContain('(options.invalid) unknown field "delay"');
});

describe("options of a retry of many", () => {
  test("go together by themselves, since each dispatch has a policy of its own", () => {
    expect(messageOf(() => parseBulkOptions("retry", { retry: { delay: "6 hours" } }, 0))).toMatch(
      /^\(options\.invalid\) retry\.delay: is 6 hours, longer than retry\.maxDelay of 1 hour/,
    );
    const both = { retry: { delay: "6 hours", maxDelay: "6 hours" } } as const;
    expect(parseBulkOptions("retry", both, 0)).toEqual(both);
    expect(parseBulkOptions("retry", undefined, 0)).toEqual({});
  });
});

describe("options of a retry", () => {
  test("hold no duration that would be none", () => {
    expect(messageOf(() => parseRetryOptions({ delay: "0.4ms" }))).toBe(
      '(options.invalid) delay: is shorter than a millisecond; say "0s" for none.',
    );
  });

  test("are the delivery as a configuration says it, zeros included", () => {
    const options = {
      delay: "0s",
      timeout: "1ms",
      retry: { limit: 0, backoff: "linear", delay: "0s", maxDelay: "0s", jitter: "none" },
      misconfigured: { delay: "1s", maxDelay: "1 hour", for: "0s" },
      by: "anna",
      reason: "paid by now",
    } as const;
    expect(parseRetryOptions(options)).toEqual(options);
  });

  test.each<[options: unknown, problem: string]>([
    [{ delay: "400 days" }, "delay: "],
    [{ delay: "-1s" }, "delay: "],
    [{ delay: "soon" }, "delay: "],
    [{ delay: 5 }, "delay: "],
    [{ timeout: "0s" }, "timeout: "],
    [{ timeout: "16 minutes" }, "timeout: "],
    [{ retry: { limit: -1 } }, "retry.limit: must be at least 0."],
    [{ retry: { limit: 1_001 } }, "retry.limit: must be at most 1000."],
    [{ retry: { limit: 1.5 } }, "retry.limit: expected a whole number."],
    [{ retry: { limit: "0" } }, "retry.limit: expected a number."],
    [{ retry: { delay: "400 days" } }, "retry.delay: "],
    [
      { retry: { backoff: "expontential" } },
      'retry.backoff: expected "constant" or "linear" or "exponential"; did you mean "exponential"?',
    ],
    [{ retry: { limits: 3 } }, 'retry: unknown field "limits"; did you mean "limit"?'],
    [{ retry: 3 }, "retry: expected an object."],
    [{ misconfigured: { delay: "0s" } }, "misconfigured.delay: "],
    [{ misconfigured: { for: "31 days" } }, "misconfigured.for: "],
    [{ destination: "elsewhere" }, 'unknown field "destination"'],
  ])("are refused by name when they say %j", (options, problem) => {
    expect(messageOf(() => parseRetryOptions(options))).toContain(`(options.invalid) ${problem}`);
  });
});

describe("the rate of a resumption", () => {
  test.each([0.01, 0.5, 1, 50, 10_000])("may be %d a second", (rate) => {
    expect(parseResumeOptions({ rate })).toEqual({ rate });
  });

  test.each<[rate: unknown, problem: string]>([
    [0, "must be at least 0.01."],
    [0.009, "must be at least 0.01."],
    [-5, "must be at least 0.01."],
    [10_001, "must be at most 10000."],
    [Number.POSITIVE_INFINITY, "expected a number."],
    [Number.NaN, "expected a number."],
    ["50", "expected a number."],
    [null, "expected a number."],
  ])("is refused when it is %j", (rate, problem) => {
    expect(messageOf(() => parseResumeOptions({ rate }))).toBe(`(options.invalid) rate: ${problem}`);
  });
});
