import { describe, expect, test } from "vitest";
import { CHECK, DAY_MS, MINUTE_MS } from "../../../../schema/limits.ts";
import { type Upkeep, upkeepProblems } from "../../../../src/domain/deployment/upkeep-problems.ts";

const NOW = Date.UTC(2026, 10, 27, 12);
const well: Upkeep = { now: NOW, sweptAt: NOW - MINUTE_MS, migratedAt: NOW - DAY_MS, unstarted: 0, settledAt: null };

const codesOf = (changes: Partial<Upkeep>) => upkeepProblems({ ...well, ...changes }).map(({ code }) => code);

describe("sweeps", () => {
  test.each<[ago: number, codes: string[]]>([
    [0, []],
    [CHECK.missingMs, []],
    [CHECK.missingMs + 1, ["sweep.missing"]],
    [DAY_MS, ["sweep.missing"]],
  ])("that came last %d ms ago are %j", (ago, codes) => {
    expect(codesOf({ sweptAt: NOW - ago })).toEqual(codes);
    expect(codesOf({ sweptAt: undefined, migratedAt: NOW - ago })).toEqual(codes);
  });

  test("that never came are counted from the deployment, which may be fresh", () => {
    const [problem] = upkeepProblems({ ...well, sweptAt: undefined, migratedAt: NOW - 7 * MINUTE_MS });
    expect(problem?.cause).toContain("for 7 minutes, since 2026-11-27T11:53:00.000Z");
    expect(problem?.cure).toContain("takes some minutes to come into force");
  });

  test("that came before an upgrade of the schema are not missed until some time after it", () => {
    expect(codesOf({ sweptAt: NOW - DAY_MS, migratedAt: NOW - MINUTE_MS })).toEqual([]);
  });
});

describe("a queue", () => {
  test("has no consumer when what was swept is not started and nothing settles", () => {
    expect(upkeepProblems({ ...well, unstarted: 1 })).toMatchObject([
      { code: "queue.unconsumed", cause: expect.stringMatching(/^1 dispatch has .* seems to take it/) },
    ]);
    expect(upkeepProblems({ ...well, unstarted: 2 })).toMatchObject([
      { cause: expect.stringMatching(/^2 dispatches have .* seems to take them/) },
    ]);
  });

  test("has one, and is slow at worst, when something has settled of late", () => {
    expect(codesOf({ unstarted: 9, settledAt: NOW - CHECK.missingMs })).toEqual([]);
    expect(codesOf({ unstarted: 9, settledAt: NOW - CHECK.missingMs - 1 })).toEqual(["queue.unconsumed"]);
  });

  test("is not suspected while no sweep puts anything on it", () => {
    expect(codesOf({ sweptAt: NOW - DAY_MS, unstarted: 9 })).toEqual(["sweep.missing"]);
  });
});
