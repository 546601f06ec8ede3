import { describe, expect, it } from "vitest";
import { flashText, withFlash } from "../../../src/console/parts/flash.ts";
import { utc } from "../../../src/console/parts/form-fields.ts";
import { withQuery } from "../../../src/console/parts/links.tsx";
import { relative } from "../../../src/console/parts/relative.ts";
import { retriesOf, span } from "../../../src/console/parts/when.tsx";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("a moment relative to now", () => {
  const cases: readonly [away: number, text: string][] = [
    [0, "now"],
    [-400, "now"],
    [-3 * SECOND, "3 sec. ago"],
    [-59.5 * SECOND, "1 min. ago"],
    [-95 * SECOND, "2 min. ago"],
    [-31 * MINUTE, "31 min. ago"],
    [-23.9 * HOUR, "yesterday"],
    [7 * DAY - SECOND, "in 7 days"],
    [7 * DAY, "in 7 days"],
    [20 * MINUTE, "in 20 min."],
    [-400 * DAY, "last yr."],
  ];
  for (const [away, text] of cases) {
    it(`${away} ms away is ${text}`, () => expect(relative(1e12 + away, 1e12)).toBe(text));
  }
});

describe("a moment as people type it", () => {
  const cases: readonly [typed: string | undefined, meant: string | undefined][] = [
    [undefined, undefined],
    ["2026-11-21", "2026-11-21T00:00:00Z"],
    ["2026-11-21 14:05", "2026-11-21T14:05:00Z"],
    [" 2026-11-21T14:05:06 ", "2026-11-21T14:05:06Z"],
    ["2026-11-21T14:05:00+02:00", "2026-11-21T14:05:00+02:00"],
    ["yesterday", "yesterday"],
  ];
  for (const [typed, meant] of cases) it(`${typed} is ${meant}`, () => expect(utc(typed)).toBe(meant));
});

describe("addresses", () => {
  it("parameters that were not given are left out, lists are repeated, and everything is encoded", () => {
    expect(withQuery("/a", {})).toBe("/a");
    expect(withQuery("/a", { b: undefined, c: "d&e=f", ids: ["1", "2"] })).toBe("/a?c=d%26e%3Df&ids=1&ids=2");
  });
});

describe("what an action did", () => {
  it("is told by a known word alone", () => {
    expect(flashText("cancelled")).toContain("Cancelled");
    for (const word of [undefined, "", "toString", "__proto__", "Your account was locked"]) expect(flashText(word)).toBeUndefined();
  });

  it("stands in the address it leads to", () => {
    expect(withFlash("/dispatches/1", "cancelled")).toBe("/dispatches/1?flash=cancelled");
    expect(withFlash("/bulks/1", undefined)).toBe("/bulks/1");
  });
});

describe("durations", () => {
  it("have two units at most", () => {
    expect([0, 4, 320, 1_550, 125_000, 3_600_000, 90_061_000].map(span)).toEqual(["0ms", "4ms", "320ms", "1.5s", "2m 5s", "1h", "1d 1h"]);
  });

  const misconfigured = { delayMs: 1, maxDelayMs: 1, forMs: 0 };
  const retry = { limit: 2, backoff: "linear", delayMs: 400, maxDelayMs: HOUR, jitter: "none" } as const;

  it("of retries say how they grow", () => {
    expect(retriesOf({ timeoutMs: 1, retry, misconfigured })).toBe("2 retries, linear from 400ms to 1h");
    expect(retriesOf({ timeoutMs: 1, retry: { ...retry, limit: 1, backoff: "constant" }, misconfigured })).toBe("1 retry, constant 400ms");
    expect(retriesOf({ timeoutMs: 1, retry: { ...retry, limit: 0 }, misconfigured })).toBe("no retry");
  });

  it("are told as they will be where a stored policy has a longer wait than it allows", () => {
    const longer = { ...retry, delayMs: 6 * HOUR, maxDelayMs: HOUR };
    expect(retriesOf({ timeoutMs: 1, retry: { ...longer, backoff: "constant" }, misconfigured })).toBe("2 retries, constant 1h");
    expect(retriesOf({ timeoutMs: 1, retry: longer, misconfigured })).toBe("2 retries, linear from 1h to 1h");
  });
});
