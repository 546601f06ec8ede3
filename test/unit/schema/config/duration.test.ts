import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Duration, durationBetween, durationMs } from "../../../../schema/config/duration.ts";
import { text } from "../../support/text.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const upToAYear = durationBetween(0, YEAR);

function problemOf(schema: ReturnType<typeof durationBetween>, input: unknown): string | undefined {
  return schema
    .safeParse(input)
    .error?.issues.map(({ message }) => message)
    .join("; ");
}

describe("a duration", () => {
  test.each<[text: Duration, ms: number]>([
    ["0s", 0],
    ["0ms", 0],
    ["0 days", 0],
    ["1ms", 1],
    ["250ms", 250],
    ["30s", 30 * SECOND],
    ["30 s", 30 * SECOND],
    ["1 second", SECOND],
    ["2 seconds", 2 * SECOND],
    ["5m", 5 * MINUTE],
    ["1 minute", MINUTE],
    ["15 minutes", 15 * MINUTE],
    ["1h", HOUR],
    ["1 hour", HOUR],
    ["1.5 hours", 1.5 * HOUR],
    ["0.5s", 500],
    ["0.0004s", 0],
    ["1d", DAY],
    ["7 days", 7 * DAY],
    ["1 day", DAY],
    ["2w", 14 * DAY],
    ["1 week", 7 * DAY],
    ["2 weeks", 14 * DAY],
    ["365 days", YEAR],
  ])("%s is %d ms", (text, ms) => {
    expect(upToAYear.parse(text)).toBe(text);
    expect(durationMs(text)).toBe(ms);
  });

  test.each([
    "",
    " ",
    "5",
    "s",
    "5 ",
    " 5s",
    "5s ",
    "5  s",
    "5\ts",
    "5s\n",
    "-5s",
    "+5s",
    ".5s",
    "5.s",
    "1,5s",
    "1e3s",
    "Infinity s",
    "NaNs",
    "0x5s",
    "5S",
    "5 Seconds",
    "5 sec",
    "5 mins",
    "5 hrs",
    "1 month",
    "1 months",
    "1 year",
    "1y",
    "5s 3s",
    "1 hour 5 minutes",
    "٣s",
  ])("%j is refused", (text) => {
    expect(problemOf(upToAYear, text)).toBe('expected a duration such as "30s", "15 minutes" or "7 days"');
  });

  test.each([5, 0, null, undefined, true, {}, ["5s"]])("%j is refused: a duration is text", (input) => {
    expect(problemOf(upToAYear, input)).toBe('expected a duration such as "30s", "15 minutes" or "7 days"');
  });
});

describe("bounds of a duration", () => {
  test.each<[min: number, max: number, text: string, problem: string | undefined]>([
    [0, YEAR, "0s", undefined],
    [0, YEAR, "365 days", undefined],
    [0, YEAR, "31536000001ms", "must be at most 365 days"],
    [0, YEAR, "366 days", "must be at most 365 days"],
    [0, YEAR, "53 weeks", "must be at most 365 days"],
    [0, YEAR, `${"9".repeat(50)} days`, "must be at most 365 days"],
    [0, YEAR, `${"9".repeat(500)} days`, "must be at most 365 days"],
    [0, YEAR, `${"0".repeat(500)}5s`, "must be at most 365 days"],
    [1, 15 * MINUTE, "0s", "must be between 1 ms and 15 minutes"],
    [1, 15 * MINUTE, "0.4ms", "must be between 1 ms and 15 minutes"],
    [1, 15 * MINUTE, "1ms", undefined],
    [1, 15 * MINUTE, "15 minutes", undefined],
    [1, 15 * MINUTE, "900001ms", "must be between 1 ms and 15 minutes"],
    [SECOND, YEAR, "999ms", "must be between 1 second and 365 days"],
    [SECOND, YEAR, "1s", undefined],
  ])("between %d and %d ms, %s: %s", (min, max, text, problem) => {
    expect(problemOf(durationBetween(min, max), text)).toBe(problem);
  });

  const UNITS = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY } as const;

  test("hold to the millisecond for every unit", () => {
    const unit = fc.constantFrom<keyof typeof UNITS>("ms", "s", "m", "h", "d", "w");
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), unit, fc.nat({ max: 2 * YEAR }), fc.nat({ max: 2 * YEAR }), (count, name, one, other) => {
        const [min, max] = [Math.min(one, other), Math.max(one, other)];
        const text: Duration = `${count}${name}`;
        expect(durationMs(text)).toBe(count * UNITS[name]);
        expect(durationBetween(min, max).safeParse(text).success).toBe(count * UNITS[name] >= min && count * UNITS[name] <= max);
      }),
      { numRuns: 500 },
    );
  });

  test("no text makes the schema throw, and what it takes is a whole number of milliseconds", () => {
    const noise = fc.oneof(text(), fc.stringMatching(/^\d{1,5}(\.\d{1,5})? ?(ms|s|minutes|month|d)$/));
    fc.assert(
      fc.property(noise, (text) => {
        const parsed = upToAYear.safeParse(text);
        if (parsed.success) expect(durationMs(parsed.data)).toSatisfy((ms: number) => Number.isInteger(ms) && ms >= 0 && ms <= YEAR);
      }),
      { numRuns: 1_000 },
    );
  });
});
