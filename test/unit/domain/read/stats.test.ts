import fc from "fast-check";
import { expect, test } from "vitest";
import type { DestinationStats } from "../../../../schema/contract/stats.ts";
import { isBad, STATUSES } from "../../../../schema/contract/statuses.ts";
import { firstIdAt } from "../../../../src/domain/base/time-id.ts";
import { type Backlog, type CountedGroup, destinationStats, type FailedGroup, type TimedGroup } from "../../../../src/domain/read/stats.ts";

const FROM = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;
const WINDOW = { from: FROM, to: FROM + 24 * HOUR };

/** A group of one dispatch in the first part. */
function counted(changes: Partial<CountedGroup> = {}): CountedGroup {
  return { destination: "email", route: "orders", status: "complete", attempts: 1, parts: [[0, 1]], ...changes };
}

function timed(changes: Partial<TimedGroup> = {}): TimedGroup {
  return { destination: "email", route: "orders", settledMs: [100], handleMs: [50], ...changes };
}

/** A group of one failure in the first part, which is a dead letter. */
function failed(changes: Partial<FailedGroup> = {}): FailedGroup {
  return { destination: "email", route: "orders", status: "failed", deadLetters: 1, parts: [[0, 1]], ...changes };
}

function statsOf(
  groups: readonly CountedGroup[],
  times: readonly TimedGroup[] = [],
  { backlogs = [], failures = [] }: { backlogs?: readonly Backlog[]; failures?: readonly FailedGroup[] } = {},
): DestinationStats[] {
  return destinationStats({ counted: groups, failed: failures, timed: times, backlogs }, WINDOW);
}

test("figures are kept for each destination and each of its routes, in the order of names", () => {
  const groups = [counted(), counted({ route: "big", status: "failed", attempts: 6 }), counted({ destination: "billing" })];
  const stats = statsOf(groups, [], { failures: [failed({ route: "big" })] });
  expect(stats.map(({ destination, dispatches, attempts }) => [destination, dispatches, attempts])).toEqual([
    ["billing", 1, 1],
    ["email", 2, 7],
  ]);
  expect(stats[1]?.routes.map(({ route, counts }) => [route, counts.complete, counts.failed])).toEqual([
    ["big", 0, 1],
    ["orders", 1, 0],
  ]);
});

test("percentiles are values that were measured, by nearest rank", () => {
  const handleMs = Array.from({ length: 100 }, (_, index) => 100 - index);
  const [email] = statsOf([counted()], [timed({ handleMs })]);
  expect(email?.handleMs).toEqual({ p50: 50, p95: 95, p99: 99 });
  expect(email?.settledMs).toEqual({ p50: 100, p95: 100, p99: 100 });
});

test("percentiles are over all routes of a destination together, and over each by itself, and over those of no other destination", () => {
  const groups = [counted(), counted({ route: "big" }), counted({ destination: "sms" })];
  const times = [
    timed({ handleMs: [5, 1, 100], settledMs: [10, 1_000] }),
    timed({ route: "big", handleMs: [20, 9], settledMs: [] }),
    timed({ destination: "sms", handleMs: [7_000] }),
  ];
  const [email, sms] = statsOf(groups, times);
  expect(email).toMatchObject({ handleMs: { p50: 9, p95: 100 }, settledMs: { p50: 10, p99: 1_000 } });
  expect(email?.routes.map(({ route, handleMs, settledMs }) => [route, handleMs?.p50, settledMs?.p50])).toEqual([
    ["big", 9, undefined],
    ["orders", 5, 10],
  ]);
  expect(sms?.handleMs?.p50).toBe(7_000);
});

test("where nothing was called or has settled there are no percentiles", () => {
  for (const times of [[], [timed({ settledMs: [], handleMs: [] })]]) {
    const [email] = statsOf([counted({ status: "ongoing", attempts: 0 })], times);
    expect(email).not.toHaveProperty("handleMs");
    expect(email).not.toHaveProperty("settledMs");
  }
});

test("zero milliseconds are a measurement", () => {
  const [email] = statsOf([counted()], [timed({ handleMs: [0], settledMs: [0] })]);
  expect(email).toMatchObject({ handleMs: { p50: 0, p99: 0 }, settledMs: { p50: 0 } });
});

test("a destination that has only a backlog is there too", () => {
  const oldest = `${firstIdAt(FROM - HOUR)}000-8000-000000000000-0`;
  const [email] = statsOf([], [], { backlogs: [{ destination: "email", count: 3, truncated: true, oldest }] });
  expect(email).toMatchObject({
    dispatches: 0,
    backlog: 3,
    backlogTruncated: true,
    oldestOngoing: { id: oldest, emittedAt: new Date(FROM - HOUR).toISOString() },
  });
});

test("the series counts what was emitted in each part of the window, and what was given up in it", () => {
  const emitted = [
    counted({
      parts: [
        [0, 1],
        [23, 4],
      ],
    }),
    counted({ status: "failed", parts: [[22, 1]] }),
    counted({ status: "cancelled", parts: [[2, 1]] }),
  ];
  const failures = [failed({ status: "lost", parts: [[1, 2]] }), failed({ status: "misconfigured", route: "big", parts: [[23, 1]] })];
  const [email] = statsOf(emitted, [], { failures });
  expect(email?.series).toHaveLength(24);
  expect(email?.series[0]).toEqual({ at: new Date(FROM).toISOString(), dispatches: 1, bad: 0 });
  expect(email?.series[1]).toEqual({ at: new Date(FROM + HOUR).toISOString(), dispatches: 0, bad: 2 });
  expect(email?.series[2]).toMatchObject({ dispatches: 1, bad: 0 });
  expect(email?.series[22]).toMatchObject({ dispatches: 1, bad: 0 });
  expect(email?.series[23]).toMatchObject({ dispatches: 4, bad: 1 });
});

test("a failure counts when it settled, whenever it was emitted, and says how many of them are dead letters", () => {
  const failures = [failed({ parts: [[3, 5]], deadLetters: 2 }), failed({ destination: "old", route: "gone", status: "lost" })];
  const [email, old] = statsOf([counted({ status: "failed" })], [], { failures });
  expect(email).toMatchObject({ dispatches: 1, counts: { failed: 5 }, deadLetters: 2 });
  expect(old).toMatchObject({ dispatches: 0, counts: { lost: 1 }, deadLetters: 1, routes: [{ route: "gone", counts: { lost: 1 } }] });
});

test("every dispatch is counted once: by status, by route and in the series", () => {
  const group = fc.record({
    destination: fc.constantFrom("a", "b"),
    route: fc.constantFrom("x", "y", "z"),
    status: fc.constantFrom("ongoing", "complete", "ignored", "failed", "misconfigured", "lost", "cancelled"),
    attempts: fc.nat(),
    parts: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 500 })), { selector: ([part]) => part }),
  });
  fc.assert(
    fc.property(fc.array(group, { maxLength: 60 }), (groups) => {
      const stats = statsOf(groups);
      const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
      expect(sum(stats.map(({ dispatches }) => dispatches))).toBe(sum(groups.flatMap(({ parts }) => parts.map(([, count]) => count))));
      expect(sum(stats.map(({ attempts }) => attempts))).toBe(sum(groups.map(({ attempts }) => attempts)));
      const countsOf = ({ parts }: CountedGroup) => parts.map(([, count]) => count);
      for (const { destination, dispatches, counts, routes, series } of stats) {
        const traffic = STATUSES.filter((status) => !isBad(status)).map((status) => counts[status]);
        expect(sum(traffic) + sum(groups.filter((one) => one.destination === destination && isBad(one.status)).flatMap(countsOf))).toBe(
          dispatches,
        );
        expect(sum(routes.map((route) => route.dispatches))).toBe(dispatches);
        expect(sum(series.map((part) => part.dispatches))).toBe(dispatches);
      }
    }),
  );
});
