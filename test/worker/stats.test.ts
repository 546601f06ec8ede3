import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { STATS } from "../../schema/limits.ts";
import { stats } from "../../src/hub/stats.ts";
import { bulkDispatches } from "./support/bulk.ts";
import { faultOf } from "./support/failures.ts";
import { envWith, hub, startedDispatch, storedDispatch } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { settled } from "./support/rows.ts";

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
  const first = await stats(given, {});
  const again = await metered.measure(() => stats(given, {}));
  expect(again.result).toBe(first);
  expect(again.cost.roundTrips).toBe(0);
  const other = await metered.measure(() => stats(given, { from: new Date(Date.now() - 60_000) }));
  expect(other.cost.roundTrips).toBe(2);
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
  const { result: counted, cost } = await metered.measure(() => stats(envWith({ DB: metered.d1 }), window));
  expect(counted).toMatchObject({ truncated: true, countedFrom: new Date(at + 50).toISOString() });
  expect(counted.destinations.find(({ destination }) => destination === "counted")?.dispatches).toBe(STATS.rows);
  expect(cost.rowsRead).toBeLessThan(4 * STATS.rows);
});

it.each([[{ from: "x" }], [{ window: "1h" }], [{ from: new Date(5), to: new Date(5) }]])("%j is refused", async (query) => {
  expect(await faultOf(hub.stats(query as never))).toBe("query.invalid");
});
