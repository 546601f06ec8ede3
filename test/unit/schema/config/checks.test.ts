import { describe, expect, test } from "vitest";
import type { Condition } from "../../../../schema/config/condition.ts";
import { parseConfig, readConfig } from "../../../../schema/config/config.ts";
import type { DeliveryOptions } from "../../../../schema/config/policy.ts";
import { issueText } from "../../../../schema/wording.ts";
import { storedRouting } from "../../../../src/domain/routing/routing.ts";

const configWith = (route: object, defaults?: object) => ({
  destinations: { email: { worker: "EMAIL" } },
  routes: [{ id: "one", on: "*", to: "email", ...route }],
  ...(defaults !== undefined && { defaults }),
});

function problems(config: unknown): string[] {
  const parsed = parseConfig(config);
  return parsed.ok ? [] : parsed.issues.map(issueText);
}

const TOGETHER = "several operators are asked of the same value";

/** Each refused since configurations are checked for what cannot be meant. */
const NEVER: readonly [operators: object, problem: string][] = [
  [{ gt: 5, lt: 1 }, "gt: leaves no value between it and lt"],
  [{ gt: 4, lt: 4 }, "gt: leaves no value between it and lt"],
  [{ gte: 4, lt: 4 }, "gte: leaves no value between it and lt"],
  [{ exact: 1, in: [2] }, `exact: never holds together with in: ${TOGETHER}`],
  [{ exact: "a", gt: 1 }, `exact: never holds together with gt: ${TOGETHER}`],
  [{ exact: "abc", prefix: "b" }, `exact: never holds together with prefix: ${TOGETHER}`],
  [{ exact: "abc", suffix: "b" }, `exact: never holds together with suffix: ${TOGETHER}`],
  [{ exact: "abc", match: "^b", suffix: "c" }, `exact: never holds together with match: ${TOGETHER}`],
  [{ in: [1, "abc"], prefix: "b" }, `in: never holds together with prefix: ${TOGETHER}`],
  [{ in: ["ab", "bc"], prefix: "a", suffix: "c" }, `in: never holds together with prefix, suffix: ${TOGETHER}`],
  [{ prefix: "a", gt: 1 }, "gt: asks for a number, and prefix for text: no value is both"],
  [
    { exact: 2 ** 53 + 1 },
    "exact: is rounded to 9007199254740992: whole numbers are exact up to 9007199254740991 only; write it as text, here and in the event",
  ],
  [
    { in: ["a", 2 ** 60] },
    "in.1: is rounded to 1152921504606847000: whole numbers are exact up to 9007199254740991 only; write it as text, here and in the event",
  ],
  [{ gt: 2 ** 53 }, "gt: is rounded to 9007199254740992: whole numbers are exact up to 9007199254740991 only"],
];

const NEVER_SINCE_THERE_ARE_MORE_OPERATORS: readonly [operators: object, problem: string][] = [
  [{ exact: "a", anythingBut: ["a", "b"] }, `exact: never holds together with anythingBut: ${TOGETHER}`],
  [{ gte: 5, lte: 5, anythingBut: 5 }, `gte: never holds together with anythingBut: ${TOGETHER}`],
  [{ exact: "10.0.0.1", cidr: "192.168.0.0/16" }, `exact: never holds together with cidr: ${TOGETHER}`],
  [{ wildcard: "a*", lt: 1 }, "lt: asks for a number, and wildcard for text: no value is both"],
  [{ equalsIgnoreCase: "Paid", prefix: "un" }, `equalsIgnoreCase: never holds together with prefix: ${TOGETHER}`],
  [{ equalsIgnoreCase: "Paid", suffix: "unpaid" }, `equalsIgnoreCase: never holds together with suffix: ${TOGETHER}`],
  [{ gt: 1, lt: "2026-01-01T00:00:00Z" }, "lt: is a time, and gt a number: no value is both"],
  [{ gt: "2026-01-01T00:00:00Z", lte: "2026-01-01T01:00:00+01:00" }, "gt: leaves no value between it and lte"],
];

describe("a comparison that cannot hold is refused:", () => {
  test.each([...NEVER, ...NEVER_SINCE_THERE_ARE_MORE_OPERATORS])("%j", (operators, problem) => {
    expect(problems(configWith({ where: { path: "$.data.a", ...operators } }))).toEqual([`routes.0.where.${problem}`]);
  });

  test("wherever it stands", () => {
    const where = { anyOf: [{ path: "$.a", exact: 1 }, { not: { allOf: [{ path: "$.a", gt: 5, lt: 1 }] } }] };
    expect(problems(configWith({ where }))).toEqual(["routes.0.where.anyOf.1.not.allOf.0.gt: leaves no value between it and lt"]);
  });

  test.each<object>([
    { gte: 4, lte: 4 },
    { gt: 1, lt: 5, anythingBut: [2, 3] },
    { exact: "abc", prefix: "a", suffix: "c", match: "b" },
    { in: [1, "abc"], prefix: "a" },
    { equalsIgnoreCase: "ſtraße", prefix: "S", suffix: "E" },
    { gte: "2026-01-01T00:00:00Z", lte: "2026-01-01T01:00:00+01:00" },
    { exact: 9_007_199_254_740_991 },
  ])("and %j is not", (operators) => {
    expect(problems(configWith({ where: { path: "$.data.a", ...operators } }))).toEqual([]);
  });
});

/** Each refused since settings are compared with each other. */
const CONTRADICTIONS: readonly [said: DeliveryOptions, problem: string][] = [
  [
    { retry: { backoff: "constant", delay: "6 hours" } },
    "retry.delay: is 6 hours, longer than retry.maxDelay of 1 hour, and no wait is longer than that: say a longer maxDelay or a shorter delay",
  ],
  [
    { retry: { maxDelay: "2s" } },
    "retry.delay: is 5 seconds, longer than retry.maxDelay of 2 seconds, and no wait is longer than that: say a longer maxDelay or a shorter delay",
  ],
  [
    { misconfigured: { delay: "3 hours" } },
    "misconfigured.delay: is 3 hours, longer than misconfigured.maxDelay of 1 hour, and no wait is longer than that: say a longer maxDelay or a shorter delay",
  ],
  [
    { misconfigured: { for: "30s" } },
    'misconfigured.for: is 30 seconds, shorter than the first wait, misconfigured.delay of 1 minute: it would be given up at once, which "0s" says',
  ],
  [{ delay: "0.4ms" }, 'delay: is shorter than a millisecond; say "0s" for none'],
  [{ retry: { delay: "0.0001s" } }, 'retry.delay: is shorter than a millisecond; say "0s" for none'],
];

describe("settings that make each other something else are refused:", () => {
  test.each(CONTRADICTIONS)("%j", (said, problem) => {
    expect(problems(configWith({ to: { destination: "email", ...said } }))).toEqual([`routes.0.to.0.${problem}`]);
    expect(problems(configWith({}, said))).toEqual([`defaults.${problem}`]);
  });

  test("also where the defaults say the one and a target the other", () => {
    const config = configWith(
      { to: ["email", { destination: "email", retry: { delay: "2 minutes" } }] },
      { retry: { maxDelay: "1 minute" } },
    );
    expect(problems(config)).toEqual([
      expect.stringMatching(/^routes\.0\.to\.1\.retry\.delay: is 2 minutes, longer than retry\.maxDelay of 1 minute/),
    ]);
  });

  test.each<DeliveryOptions>([
    { retry: { backoff: "constant", delay: "6 hours", maxDelay: "6 hours" } },
    { retry: { delay: "0s", maxDelay: "0s" } },
    { misconfigured: { for: "0s" } },
    { misconfigured: { for: "1 minute" } },
    { misconfigured: { delay: "3 hours", maxDelay: "3 hours" } },
    { delay: "0ms" },
    { delay: "2.5555 seconds" },
  ])("and %j is not", (said) => {
    expect(problems(configWith({ to: { destination: "email", ...said } }))).toEqual([]);
    expect(problems(configWith({}, said))).toEqual([]);
  });
});

describe("what an older version took and stored is read all the same:", () => {
  const event = { id: "e", type: "a", time: "2026-01-01T00:00:00.000Z", data: { a: 1 }, correlationId: "e", depth: 0 };

  test.each(NEVER)("a comparison with %j", (operators) => {
    const where = { path: "$.data.a", ...operators } as Condition;
    const stored = { ...configWith({ where }), routes: [{ id: "one", on: "*", where, to: [{ destination: "email" }] }] };
    expect(readConfig(stored)).toEqual({ ok: true, config: stored });
    expect(storedRouting(JSON.stringify(stored))?.explain(event, "one")).toMatchObject({ matched: false });
  });

  test.each(CONTRADICTIONS)("delivery with %j", (said) => {
    const stored = configWith({ to: [{ destination: "email", ...said }] }, said);
    expect(readConfig(stored)).toEqual({ ok: true, config: stored });
    expect(storedRouting(JSON.stringify(stored))?.targetsOf(event)).toHaveLength(1);
  });

  test("but not what has another shape", () => {
    expect(storedRouting(JSON.stringify({ routes: [] }))).toBeUndefined();
  });
});
