import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { STATS } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { firstIdAt } from "../../src/domain/base/time-id.ts";
import { stats } from "../../src/hub/read/stats.ts";
import { bulkDispatches } from "./support/bulk.ts";
import { faultOf } from "./support/failures.ts";
import { envWith, hub, startedDispatch, storedDispatch } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { rows, settled } from "./support/rows.ts";

const { d1, measure } = meteredD1(env.DB);

it("what was delivered is counted with its times, what is owed as backlog with the oldest", async () => {
  const from = new Date();
  const ids = [
    await startedDispatch({ type: "fast.stats", data: {} }),
    await startedDispatch({ type: "once.stats", data: { script: ["failed"] } }),
  ];
  for (const id of ids) await settled(id);
  const owed = await storedDispatch({ type: "later.stats", data: {} });
  const { destinations, truncated } = await hub.stats({ from });
  expect(truncated).toBe(false);
  const scripted = destinations.find(({ destination }) => destination === "scripted");
  expect(scripted).toMatchObject({ dispatches: 3, attempts: 2, counts: { complete: 1, failed: 1, ongoing: 1 } });
  expect(scripted?.routes.map(({ route, dispatches }) => [route, dispatches])).toEqual([
    ["fast", 1],
    ["later", 1],
    ["once", 1],
  ]);
  expect(scripted?.handleMs?.p50).toBeGreaterThanOrEqual(0);
  expect(scripted?.settledMs?.p99).toBeLessThan(15_000);
  expect(scripted?.backlog).toBeGreaterThanOrEqual(1);
  expect(scripted?.oldestOngoing?.id).toBe(owed);
});

it("the same window within seconds is read once, another one anew", async () => {
  const metered = meteredD1(env.DB);
  const given = envWith({ DB: metered.d1 });
  const first = await stats(createHub(given), {});
  const again = await metered.measure(() => stats(createHub(given), {}));
  expect(again.result).toBe(first);
  expect(again.cost.roundTrips).toBe(0);
  const other = await metered.measure(() => stats(createHub(given), { from: new Date(Date.now() - 60_000) }));
  expect(other.cost.roundTrips).toBe(1);
});

it("of more dispatches than it counts it takes the latest, says so, and reads a bounded number of rows", async () => {
  const at = Date.UTC(2020, 0, 1);
  const hex = (time: number) => time.toString(16).padStart(12, "0");
  const idAt = (time: number) => `${hex(time).slice(0, 8)}-${hex(time).slice(8)}-7000-8000-000000000000-0`;
  const many = Array.from({ length: STATS.rows + 50 }, (_, index) => ({
    id: idAt(at + index),
    eventId: "e",
    route: "r",
    destination: "counted",
    status: "complete" as const,
    checkAt: null,
  }));
  for (let start = 0; start < many.length; start += 5_000) await bulkDispatches(many.slice(start, start + 5_000));
  const metered = meteredD1(env.DB);
  const window = { from: new Date(at), to: new Date(at + 20_000) };
  const { result: counted, cost } = await metered.measure(() => stats(createHub(envWith({ DB: metered.d1 })), window));
  expect(counted).toMatchObject({ truncated: true, countedFrom: new Date(at + 50).toISOString() });
  expect(counted.destinations.find(({ destination }) => destination === "counted")?.dispatches).toBe(STATS.rows);
  expect(cost.rowsRead).toBeLessThan(4 * STATS.rows);
});

it("exactly as many dispatches as it counts are all there are", async () => {
  const window = { from: new Date(Date.UTC(2020, 0, 1) + 50), to: new Date(Date.UTC(2020, 0, 1) + 20_000) };
  const { truncated, countedFrom, destinations } = await hub.stats(window);
  expect([truncated, countedFrom]).toEqual([false, window.from.toISOString()]);
  expect(destinations.find(({ destination }) => destination === "counted")).toMatchObject({ dispatches: STATS.rows });
});

it("the series has each dispatch in the part of the window in which its event was emitted, be the parts odd or shorter than a millisecond", async () => {
  const start = Date.UTC(2020, 0, 1);
  for (const [from, length] of [
    [0, 24],
    [0, 23],
    [7, 1_000],
    [0, 10_050],
    [3, 1],
  ] as const) {
    const window = { from: start + from, to: start + from + length };
    const { destinations } = await hub.stats({ from: new Date(window.from), to: new Date(window.to) });
    const series = destinations.find(({ destination }) => destination === "counted")?.series ?? [];
    const expected = Array.from({ length: STATS.parts }, () => 0);
    for (let at = Math.max(window.from, window.to - STATS.rows); at < window.to; at++) {
      const part = Math.floor(((at - window.from) * STATS.parts) / length);
      expected[part] = (expected[part] ?? 0) + 1;
    }
    expect([length, series.map(({ dispatches }) => dispatches)]).toEqual([length, expected]);
  }
});

it(`the latest ${STATS.timed} of them are timed`, async () => {
  const window = { from: new Date(Date.UTC(2020, 0, 1)), to: new Date(Date.UTC(2020, 0, 1) + 20_000) };
  const [newest, older] = [firstIdAt(Date.UTC(2020, 0, 1) + STATS.rows + 50 - STATS.timed), firstIdAt(window.to.getTime())];
  await rows(
    `UPDATE dispatches SET attempts = 1, settled_at = iif(id < ?1, 1e15, 2e15) WHERE id < ?2 AND destination = 'counted'`,
    newest,
    older,
  );
  await rows(
    `INSERT INTO executions (dispatch_id, attempt, nonce, outcome, started_at, finished_at)
     SELECT id, 1, '', 'complete', 0, iif(id < ?1, 5, 9) FROM dispatches WHERE id < ?2 AND destination = 'counted'`,
    newest,
    older,
  );
  const { result, cost } = await measure(() => stats(createHub(envWith({ DB: d1 })), window));
  const counted = result.destinations.find(({ destination }) => destination === "counted");
  expect(counted?.handleMs).toEqual({ p50: 9, p95: 9, p99: 9 });
  expect(counted?.settledMs?.p50).toBeGreaterThan(1.5e15);
  expect(counted).toMatchObject({ dispatches: STATS.rows, attempts: STATS.rows });
  expect(cost.rowsRead).toBeLessThan(4 * STATS.rows);
});

it("of more failures than it counts it takes the latest by settlement, says so, and reads a bounded number of rows", async () => {
  const at = Date.UTC(2019, 0, 1);
  const many = Array.from({ length: STATS.rows + 50 }, (_, index) => ({
    ...{ id: `failure-${String(index).padStart(6, "0")}-0`, eventId: "e", route: "r", destination: "failing" },
    ...{ status: "failed" as const, checkAt: null },
  }));
  for (let start = 0; start < many.length; start += 5_000) await bulkDispatches(many.slice(start, start + 5_000));
  await rows("UPDATE dispatches SET settled_at = ? + CAST(substr(id, 9, 6) AS INTEGER) WHERE destination = 'failing'", at);
  const window = { from: new Date(at), to: new Date(at + 24_000) };
  const { result, cost } = await measure(() => stats(createHub(envWith({ DB: d1 })), window));
  expect(result).toMatchObject({ failuresTruncated: true, failuresFrom: new Date(at + 50).toISOString(), truncated: false });
  const failing = result.destinations.find(({ destination }) => destination === "failing");
  expect(failing).toMatchObject({ dispatches: 0, counts: { failed: STATS.rows }, deadLetters: STATS.rows });
  expect(failing?.series.slice(0, 2).map(({ bad }) => bad)).toEqual([950, 1_000]);
  expect(cost.rowsRead).toBeLessThan(5 * STATS.rows);
  await rows("DELETE FROM dispatches WHERE destination = 'failing'");
});

it("of an empty window it says nothing but what is owed now", async () => {
  const { truncated, destinations } = await hub.stats({ from: new Date(0), to: new Date(1) });
  expect(truncated).toBe(false);
  for (const { dispatches, backlog } of destinations) expect([dispatches, backlog > 0]).toEqual([0, true]);
});

it("attempts are timed over the last 20 of each dispatch, and settlement from emission, delays included", async () => {
  const [id, still] = [
    await storedDispatch({ type: "pausable.timed", data: {} }),
    await storedDispatch({ type: "pausable.timed", data: {} }),
  ];
  const emitted = Date.parse((await hub.getEvent(id.slice(0, 36)))?.emittedAt ?? "");
  await rows("UPDATE dispatches SET attempts = 30, status = 'complete', check_at = NULL, settled_at = ? WHERE id = ?", emitted + 777, id);
  await rows(
    `INSERT INTO executions (dispatch_id, attempt, nonce, outcome, started_at, finished_at)
     SELECT ?, value, value, 'failed', 1000, 1000 + value FROM json_each(?)`,
    id,
    JSON.stringify(Array.from({ length: 30 }, (_, index) => index + 1)),
  );
  const timed = (await hub.stats({ from: new Date(emitted) })).destinations.find(({ destination }) => destination === "pausable");
  expect(timed).toMatchObject({ dispatches: 2, attempts: 30, counts: { complete: 1, ongoing: 1 } });
  expect([timed?.handleMs, timed?.settledMs]).toEqual([
    { p50: 20, p95: 29, p99: 30 },
    { p50: 777, p95: 777, p99: 777 },
  ]);
  expect(timed?.oldestOngoing?.id).toBe(still);
});

it.each([[{ from: "x" }], [{ window: "1h" }], [{ from: new Date(5), to: new Date(5) }]])("%j is refused", async (query) => {
  expect(await faultOf(hub.stats(query as never))).toBe("query.invalid");
});
