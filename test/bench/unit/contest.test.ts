import { describe, expect, test } from "vitest";
import { mulberry32 } from "../../mulberry32.ts";
import type { Entrant, Round } from "../contest/entrant.ts";
import type { ContenderFigures, ContestFigures } from "../contest/figures.ts";
import { contestGrid } from "../contest/grid.ts";
import { ratiosOf } from "../contest/ratios.ts";
import type { Settled } from "../contest/settle.ts";
import { quantileOfTicks } from "../contest/ticks.ts";
import { treeUsage } from "../contest/tree-usage.ts";

describe("a quantile of times read off a clock of whole milliseconds", () => {
  const random = mulberry32(7);
  /** Times of a millisecond and a half or so, and what two readings of the clock make of each. */
  const times = Array.from({ length: 20_000 }, () => 1 + random());
  const ticks = times.map((time) => {
    const from = random();
    return Math.floor(from + time) - Math.floor(from);
  });

  test("is near that of the times themselves, where the clock knows 1 and 2 alone", () => {
    expect(quantileOfTicks(ticks, 0.5)).toBeCloseTo(1.5, 1);
    expect(Math.abs(quantileOfTicks(ticks, 0.95) - 1.95)).toBeLessThan(0.5);
  });

  test("tells 10 % more time from as much", () => {
    const slower = times.map((time) => {
      const from = random();
      return Math.floor(from + 1.1 * time) - Math.floor(from);
    });
    expect(quantileOfTicks(slower, 0.5) / quantileOfTicks(ticks, 0.5)).toBeCloseTo(1.1, 1);
  });

  test("is that of the only value, never below zero, and nothing where there is none", () => {
    expect(quantileOfTicks([7], 0.5)).toBe(7);
    expect(quantileOfTicks([0, 0, 0], 0.01)).toBe(0);
    expect(quantileOfTicks([], 0.5)).toBeNaN();
  });
});

describe("what processes have used", () => {
  test("is CPU time that only grows, and memory, of this process as of any", async () => {
    const before = await treeUsage([process.pid]);
    const until = performance.now() + 150;
    while (performance.now() < until);
    const after = await treeUsage([process.pid]);
    expect((after?.cpuSeconds ?? 0) - (before?.cpuSeconds ?? 0)).toBeGreaterThan(0.05);
    expect(after?.bytes).toBeGreaterThan(20_000_000);
  });

  test("is nothing of one that is not there", async () => {
    expect(await treeUsage([2 ** 30])).toEqual({ cpuSeconds: 0, bytes: 0 });
  });
});

const settled = (seconds: number, ms: readonly number[] = [2]): Settled => ({
  ...{ ms, seconds, waits: [], dispatches: 100, stuck: 0, cpuSeconds: 2 * seconds, peakBytes: undefined },
});
const round = (seconds: number, ms: number): Round => ({ at1: settled(1, [ms]), at32: settled(1, [10 * ms]), burst: settled(seconds) });
const entrant = (name: Entrant["name"], rounds: Round[]): Entrant => ({
  name,
  rounds,
  fanOut: 1,
  contender: {} as never,
  start: () => Promise.reject(),
});

describe("ratios", () => {
  const flowhub = entrant("flowhub", [round(2, 3), round(4, 3), round(2, 3)]);
  const baseline = entrant("baseline", [round(1, 2), round(4, 2), round(1, 2)]);
  const inserts = [{ at1: [2], at32: [] }];

  test("are of the same round, so that a slow one slows nobody down", () => {
    const { throughputVsBaseline, cpuVsBaseline } = ratiosOf([baseline, flowhub], inserts);
    expect(throughputVsBaseline).toEqual({ median: 0.5, low: expect.any(Number), high: expect.any(Number) });
    expect(cpuVsBaseline?.median).toBe(2);
  });

  test("have more throughput above 1, and less time below", () => {
    expect(ratiosOf([entrant("ancestor", [round(8, 6)]), flowhub], inserts)).toMatchObject({
      throughputVsAncestor: { median: 4 },
      emitP50At32VsAncestor: { median: 0.5 },
      emitP50VsD1: { median: 1.5 },
    });
  });

  test("are null where somebody is absent", () => {
    const { throughputVsAncestor, throughputVsRestate, emitP50At32VsAncestor } = ratiosOf([baseline, flowhub], inserts);
    expect([throughputVsAncestor, throughputVsRestate, emitP50At32VsAncestor]).toEqual([null, null, null]);
  });
});

describe("the table", () => {
  const spread = (median: number) => ({ median, low: median, high: median });
  const latency = (p50: number) => ({ p50: spread(p50), p95: spread(2 * p50), p99: spread(3 * p50) });
  const figures = (factor: number): ContenderFigures => ({
    emitAt1: latency(2 * factor),
    emitAt32: latency(20 * factor),
    endToEndMs: { p50: spread(10 * factor), p95: spread(20 * factor) },
    bursts: [
      { dispatches: 1_000, perSecond: spread(100 / factor), cpuSeconds: null, peakBytes: 5, waitMs: { p50: spread(1), p95: spread(1) } },
    ],
    stuck: { dispatches: 2_000, stuck: factor - 1 },
    diskBytesPerDispatch: null,
  });
  const contest: ContestFigures = {
    rounds: 1,
    contenders: { baseline: figures(1), restate: figures(2) },
    absent: { ancestor: "no PostgreSQL" },
    d1: { insertAt1: latency(1), insertAt32: latency(10) },
    ratios: ratiosOf([], []),
  };

  test("has a column for each who was there, as ratios, and who never ran", () => {
    const { head, rows } = contestGrid(contest);
    expect(head).toEqual(["", "the baseline", "Restate"]);
    const line = (title: string) => rows.find(([name]) => name?.startsWith(title))?.slice(1);
    expect(line("dispatches a second")).toEqual(["1.00", "0.50"]);
    expect(line("… 5,000")).toEqual(["–", "–"]);
    expect(line("emit by an insert")).toEqual(["2.00", "4.00"]);
    expect(line("accepted, and never ran")).toEqual(["0 of 2,000", "1 of 2,000"]);
  });
});
