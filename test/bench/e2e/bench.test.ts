import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, npmRun } from "../../e2e/start-command.ts";
import { type Counts, summaryOf, type Usage, usageBeyond } from "../counts/usage.ts";
import type { Figures } from "../figures.ts";
import { growing } from "../growth/figures.ts";
import { PICTURES } from "../pictures/pictures.ts";
import { readFigures } from "../results.ts";

let out: string;
let ended: Ended;
let figures: Figures;
let counts: Counts;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "flowhub-results-"));
  ended = await npmRun("bench", "--quick", "--json", "--out", out).ended;
  figures = (await readFigures(out)) as Figures;
  counts = figures.counts;
}, 600_000);

afterAll(() => rm(out, { recursive: true, force: true }));

describe("npm run bench -- --quick --json", () => {
  test("ends well and leaves nothing behind", () => {
    expect(ended).toMatchObject({ code: 0, left: [], litter: [] });
  });

  test("measures everybody", () => {
    expect(figures.contest.absent).toEqual({});
    expect(Object.keys(figures.contest.contenders)).toEqual(["baseline", "flowhub", "flowhub3", "ancestor", "restate"]);
  });

  test("sees everything delivered that was accepted, once, by all but cf-eventhub, which sends before it commits and may lose what it sent", () => {
    const { ancestor, ...others } = figures.contest.contenders;
    expect(ancestor?.stuck.dispatches).toBeGreaterThan(200);
    expect(Object.values(others).map(({ stuck }) => stuck.stuck)).toEqual([0, 0, 0, 0]);
  });

  test("ends with one line: ratios, counts, US$ a million, growth, and all of them numbers", () => {
    const { ratios, usdPerMillion, growth, ...rest } = JSON.parse(ended.lastLine);
    const names = ["throughputVsBaseline", "cpuVsBaseline", "throughputVsAncestor", "throughputVsRestate"];
    expect(Object.keys(ratios)).toEqual([...names, "emitP50VsD1", "emitP50At32VsAncestor", "route1000Vs5"]);
    for (const ratio of Object.values(ratios)) expect(ratio).toBeGreaterThan(0);
    expect(Object.keys(usdPerMillion)).toEqual(["flowhub", "ancestor"]);
    expect(Object.keys(growth).length).toBeGreaterThan(20);
    expect(rest).toEqual({ counts: { rowsPerEvent: 2, rowsPerDispatch: 4, stepsPerDispatch: 1, messagesPer100Dispatches: 1 } });
  });

  test("draws every picture", async () => {
    expect((await readdir(out)).toSorted()).toEqual(["figures.json", ...Object.keys(PICTURES).map((name) => `${name}.svg`)].toSorted());
  });
});

describe("in a hub that has stored twenty times as much", () => {
  test("nothing on the way of an event reads a row more, and lists and pages no more than they may", () => {
    expect(growing(figures.growth)).toEqual([]);
  });

  test("an event makes as many round trips", () => {
    const hot = figures.growth.operations.filter(({ kind }) => kind === "hot path");
    expect(hot.map(({ roundTrips }) => roundTrips.large)).toEqual(hot.map(({ roundTrips }) => roundTrips.small));
  });

  test("whatever reads has been seen to read something", () => {
    const unread = figures.growth.operations.filter(({ rowsRead }) => rowsRead.small === 0 || rowsRead.large === 0);
    expect(unread.map(({ name }) => name)).toEqual([]);
    expect(figures.growth.sizes.large.dispatches).toBeGreaterThan(20_000);
  });
});

/** What the dispatches of a case needed beside its events. */
const dispatchesOf = (usage: Usage) => usageBeyond(usage, multiplied(counts.nowhere, usage.events));

function multiplied(usage: Usage, factor: number): Usage {
  return Object.fromEntries(Object.entries(usage).map(([unit, count]) => [unit, count * factor])) as unknown as Usage;
}

/** DESIGN.md section 7 has this budget; here it is held from `emit()` to the end of the run. */
describe("by the platform's own meters", () => {
  test("an event costs 2 rows and one round trip, with a key 3 rows, and nothing else", () => {
    const { nowhere, keyed } = counts;
    expect(nowhere).toMatchObject({ rowsWritten: 2, rowsRead: 1, roundTrips: 1, messages: 0, instances: 0, steps: 0, subrequests: 1 });
    expect(keyed).toMatchObject({ rowsWritten: 3, rowsRead: 5, roundTrips: 1, messages: 0, instances: 0, steps: 0, subrequests: 1 });
  });

  test("a duplicate costs no row, one round trip, and starts nothing", () => {
    expect(counts.duplicate).toMatchObject({
      stored: 0,
      rowsWritten: 0,
      rowsRead: 7,
      roundTrips: 1,
      messages: 0,
      instances: 0,
      deliveries: 0,
    });
  });

  test("a dispatch that completes at once costs 4 rows, 1 instance and 1 billed step", () => {
    expect(dispatchesOf(counts.once)).toMatchObject({ rowsWritten: 4, rowsRead: 7, roundTrips: 2, instances: 1, steps: 1, deliveries: 1 });
  });

  test("a delay adds one billed step, the sleep, and nothing else", () => {
    const { steps, ...rest } = usageBeyond(counts.delayed, counts.once);
    expect(steps).toBe(1);
    expect(new Set(Object.values(rest))).toEqual(new Set([0]));
  });

  test("a failed attempt costs 3 rows and 2 round trips, the fifth like the first, and no step", () => {
    for (const [usage, failures] of [[counts.retried, 1] as const, [counts.failedFive, 5] as const]) {
      const { deliveries, rowsWritten, roundTrips, steps, instances, messages } = usageBeyond(usage, counts.once);
      expect({ deliveries, rowsWritten, roundTrips }).toEqual({
        deliveries: failures,
        rowsWritten: 3 * failures,
        roundTrips: 2 * failures,
      });
      expect({ steps, instances, messages }).toEqual({ steps: 0, instances: 0, messages: 0 });
    }
    // Each look reads what has been recorded, so the rows read grow with the attempts.
    expect([counts.retried.rowsRead, counts.failedFive.rowsRead]).toEqual([14, 48]);
  });

  test("three destinations cost three dispatches, and one message", () => {
    const { messages, queueOperations, consumerRequests, subrequests, ...one } = dispatchesOf(counts.once);
    const three = { ...multiplied({ ...dispatchesOf(counts.once) }, 3), messages, queueOperations, consumerRequests };
    // The message and the creation of the runs are one call each, whatever they hold.
    // Whether one of several destinations is paused is asked for a row, whether a single one is for none.
    expect(dispatchesOf(counts.fannedOut)).toEqual({ ...three, rowsRead: three.rowsRead + 1, subrequests: 3 * (subrequests - 2) + 2 });
    expect([messages, queueOperations, consumerRequests, one.events]).toEqual([1, 3, 1, 0]);
  });

  test("100 events in one call cost 1 message for 100 dispatches, and one round trip for all", () => {
    const { batch, fannedOutBatch, once, fannedOut } = counts;
    expect(batch).toMatchObject({
      rowsWritten: 600,
      rowsRead: 800,
      roundTrips: 1 + 2 * 100,
      messages: 1,
      queueOperations: 3,
      instances: 100,
    });
    expect(fannedOutBatch).toMatchObject({ rowsWritten: 1_400, roundTrips: 1 + 2 * 300, messages: 3, queueOperations: 9, instances: 300 });
    expect([batch.rowsWritten, fannedOutBatch.rowsWritten]).toEqual([100 * once.rowsWritten, 100 * fannedOut.rowsWritten]);
    expect([batch.steps, fannedOutBatch.steps]).toEqual([100, 300]);
  });

  test("that is the budget", () => {
    expect(summaryOf(counts)).toEqual({ rowsPerEvent: 2, rowsPerDispatch: 4, stepsPerDispatch: 1, messagesPer100Dispatches: 1 });
  });
});
