import fc from "fast-check";
import { expect, test } from "vitest";
import { type CountedDispatch, destinationStats } from "../../../src/domain/stats.ts";
import { firstIdAt } from "../../../src/domain/time-id.ts";

const FROM = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;
const WINDOW = { from: FROM, to: FROM + 24 * HOUR };

const idAt = (time: number, ordinal = 0) => `${firstIdAt(time)}000-8000-000000000000-${ordinal}`;

function dispatch(changes: Partial<CountedDispatch> & { at?: number } = {}): CountedDispatch {
  const { at = FROM, ...others } = changes;
  return {
    id: idAt(at),
    destination: "email",
    route: "orders",
    status: "complete",
    attempts: 1,
    settledAt: at + 100,
    handleMs: [50],
    ...others,
  };
}

test("figures are kept for each destination and each of its routes, in the order of names", () => {
  const stats = destinationStats(
    [dispatch(), dispatch({ route: "big", status: "failed", attempts: 6 }), dispatch({ destination: "billing" })],
    [],
    WINDOW,
  );
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
  const [email] = destinationStats([dispatch({ handleMs })], [], WINDOW);
  expect(email?.handleMs).toEqual({ p50: 50, p95: 95, p99: 99 });
  expect(email?.settledMs).toEqual({ p50: 100, p95: 100, p99: 100 });
});

test("where nothing was called or has settled there are no percentiles", () => {
  const [email] = destinationStats([dispatch({ status: "ongoing", settledAt: null, handleMs: [], attempts: 0 })], [], WINDOW);
  expect(email).not.toHaveProperty("handleMs");
  expect(email).not.toHaveProperty("settledMs");
});

test("zero milliseconds are a measurement", () => {
  const [email] = destinationStats([dispatch({ handleMs: [0], settledAt: FROM })], [], WINDOW);
  expect(email).toMatchObject({ handleMs: { p50: 0, p99: 0 }, settledMs: { p50: 0 } });
});

test("a destination that has only a backlog is there too", () => {
  const oldest = idAt(FROM - HOUR);
  const [email] = destinationStats([], [{ destination: "email", count: 3, oldest }], WINDOW);
  expect(email).toMatchObject({
    dispatches: 0,
    backlog: 3,
    oldestOngoing: { id: oldest, emittedAt: new Date(FROM - HOUR).toISOString() },
  });
});

test("the series counts each dispatch in its part of the window, the first and the last included", () => {
  const [email] = destinationStats(
    [dispatch(), dispatch({ at: FROM + HOUR, status: "lost" }), dispatch({ at: WINDOW.to - 1, status: "misconfigured" })],
    [],
    WINDOW,
  );
  expect(email?.series).toHaveLength(24);
  expect(email?.series[0]).toEqual({ at: new Date(FROM).toISOString(), dispatches: 1, bad: 0 });
  expect(email?.series[1]).toMatchObject({ dispatches: 1, bad: 1 });
  expect(email?.series[23]).toMatchObject({ dispatches: 1, bad: 1 });
});

test("every dispatch is counted once: by status, by route and in the series", () => {
  const some = fc.record({
    at: fc.integer({ min: WINDOW.from, max: WINDOW.to - 1 }),
    destination: fc.constantFrom("a", "b"),
    route: fc.constantFrom("x", "y", "z"),
    status: fc.constantFrom("ongoing", "complete", "ignored", "failed", "misconfigured", "lost", "cancelled"),
  });
  fc.assert(
    fc.property(fc.array(some, { maxLength: 60 }), (all) => {
      const stats = destinationStats(all.map(dispatch), [], WINDOW);
      const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
      expect(sum(stats.map(({ dispatches }) => dispatches))).toBe(all.length);
      for (const { dispatches, counts, routes, series } of stats) {
        expect(sum(Object.values(counts))).toBe(dispatches);
        expect(sum(routes.map((route) => route.dispatches))).toBe(dispatches);
        expect(sum(series.map((part) => part.dispatches))).toBe(dispatches);
      }
    }),
  );
});
