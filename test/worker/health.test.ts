import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { BAD_STATUSES, type Status } from "../../schema/contract/statuses.ts";
import { DAY_MS, GIVEN_UP, HOUR_MS, MINUTE_MS, READ } from "../../schema/limits.ts";
import type { Superseded } from "../../schema/storage/tables.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { firstIdAt } from "../../src/domain/base/time-id.ts";
import { deadLetters } from "../../src/hub/read/dead-letters.ts";
import { health } from "../../src/hub/read/health.ts";
import { sweep } from "../../src/reconciler/sweep.ts";
import { consoleOf } from "./support/console.ts";
import { deafQueue, envWith, hub, hubAt } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { rows } from "./support/rows.ts";

beforeEach(async () => {
  await hub.health();
  for (const table of ["dispatches", "controls", "beats"]) await rows(`DELETE FROM ${table}`);
});

let ordinal = 0;

/** Dispatches that were emitted and settled so long ago. */
async function dispatches(
  status: Status,
  { emitted = 0, settled = 0, superseded = 0 as Superseded, many = 1, destination = "d" },
): Promise<void> {
  const from = ordinal;
  ordinal += many;
  const now = Date.now();
  await rows(
    `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1 + ?2)
     INSERT INTO dispatches (id, event_id, route, destination, policy, status, due_at, check_at, settled_at, superseded)
     SELECT ?3 || printf('-%06d', i), 'e', 'r', ?4, '{}', ?5, ?6, iif(?5 = 'ongoing', ?6, NULL), iif(?5 = 'ongoing', NULL, ?7 - i % 1000), ?8 FROM n`,
    from,
    many,
    firstIdAt(now - emitted),
    destination,
    status,
    now,
    now - settled,
    superseded,
  );
}

const looked = async () => await health(createHub(envWith({ NOT_BOUND: env.SCRIPTED })));

const DAYS = 2 * DAY_MS;

describe("the counts of the last day", () => {
  for (const status of BAD_STATUSES) {
    it(`count a dispatch that settled as ${status} when it settled, however long before it was emitted, and retried or not`, async () => {
      await dispatches(status, { emitted: DAYS, settled: HOUR_MS });
      await dispatches(status, { emitted: DAYS, settled: 2 * HOUR_MS, superseded: 1 });
      await dispatches(status, { emitted: DAYS, settled: 3 * HOUR_MS, superseded: 2 });
      await dispatches(status, { emitted: DAYS, settled: DAY_MS + MINUTE_MS });
      const { counts, deadLetters: letters, failuresTruncated } = await looked();
      expect([counts[status], letters, failuresTruncated]).toEqual([3, { count: 2, more: false }, false]);
    });
  }

  for (const status of ["ongoing", "complete", "ignored", "cancelled"] as const) {
    it(`count a dispatch that is ${status} by the emission of its event`, async () => {
      await dispatches(status, { emitted: DAYS, settled: MINUTE_MS });
      await dispatches(status, { emitted: HOUR_MS, settled: MINUTE_MS });
      expect((await looked()).counts[status]).toBe(1);
    });
  }

  it("say from when on they are whole when there are more than are read, each clock for itself", async () => {
    await dispatches("failed", { emitted: DAYS, settled: HOUR_MS, many: READ.failureRows + 5, superseded: 1 });
    await dispatches("lost", { emitted: DAYS, settled: 5 * HOUR_MS });
    const cut = await looked();
    expect(cut).toMatchObject({
      truncated: false,
      failuresTruncated: true,
      counts: { failed: READ.failureRows, lost: 1 },
      deadLetters: { count: 1, more: false },
    });
    expect(Date.parse(cut.at) - Date.parse(cut.failuresFrom)).toBeGreaterThanOrEqual(HOUR_MS);
    expect(Date.parse(cut.at) - Date.parse(cut.failuresFrom)).toBeLessThan(HOUR_MS + MINUTE_MS);
    const html = await (await consoleOf().get("/")).text();
    for (const tile of [`>5,000+</b> failed`, `>1+</b> lost`, `<b>1</b> dead letter</a>`]) expect(html).toContain(tile);

    await dispatches("complete", { emitted: HOUR_MS, settled: MINUTE_MS, many: READ.healthRows + 1 });
    const both = await looked();
    expect(both).toMatchObject({ truncated: true, counts: { complete: READ.healthRows } });
    expect(Date.parse(both.at) - Date.parse(both.countedFrom)).toBeLessThanOrEqual(HOUR_MS + MINUTE_MS);
    expect(await (await consoleOf().get("/")).text()).toContain(">10,000+</b> complete");
  });
});

describe("dead letters", () => {
  it("are as many as deadLetters() finds, on the overview as well, up to as many as either counts", async () => {
    for (const [many, more] of [
      [0, false],
      [7, false],
      [GIVEN_UP.rows - 7, false],
      [1, true],
    ] as const) {
      if (many > 0) await dispatches("misconfigured", { emitted: 30 * DAY_MS, settled: 9 * DAY_MS, many });
      const { deadLetters: letters, counts } = await looked();
      const { total, truncated } = await deadLetters(createHub(env), {});
      expect([letters.count, letters.more, counts.misconfigured]).toEqual([total, truncated, 0]);
      expect(more).toBe(truncated);
      const html = await (await consoleOf().get("/")).text();
      const shown = `${total.toLocaleString("en")}${more ? "+" : ""}`;
      expect(html).toMatch(new RegExp(`<a href="/dead-letters"><b[^>]*>${shown.replace("+", "\\+")}</b> dead letters</a>`));
      expect(html.includes("All is well")).toBe(total === 0);
    }
  });
});

describe("what holds and what sweeps", () => {
  it("is named: destinations that are paused, and those that tripped; one that counts its failures is neither", async () => {
    const put = async (destination: string, state: string) =>
      await rows(`INSERT INTO controls (destination, state, since, "by") VALUES (?, ?, 1, 'ada')`, destination, state);
    await put("second", "paused");
    await put("fragile", "tripped");
    await put("third", "counting");
    await put("once-configured", "paused");
    expect(await looked()).toMatchObject({ paused: ["once-configured", "second"], tripped: ["fragile"] });
    const html = await (await consoleOf({ HUB_CONFIG: { destinations: 1 } }).get("/")).text();
    for (const name of ["once-configured", "second", "fragile"]) expect(html).toContain(`id="held:${name}"`);
  });

  it("is the last sweep that came to its end: when, what it took and what it left", async () => {
    expect(await looked()).not.toHaveProperty("lastSweep");
    await dispatches("ongoing", { many: 4 });
    const at = Date.now();
    await sweep(hubAt(at, envWith({ DISPATCH_QUEUE: deafQueue })));
    expect((await looked()).lastSweep).toEqual({ at: new Date(at).toISOString(), taken: 4, left: 0 });
    const refusing = { sendBatch: async () => await Promise.reject(new Error("queue away")) };
    await dispatches("ongoing", { many: 2 });
    await expect(sweep(hubAt(at + MINUTE_MS, envWith({ DISPATCH_QUEUE: refusing })))).rejects.toThrow("queue away");
    expect((await looked()).lastSweep?.at).toBe(new Date(at).toISOString());
    await sweep(hubAt(at + 2 * MINUTE_MS, envWith({ DISPATCH_QUEUE: deafQueue })));
    expect(await rows("SELECT name, at FROM beats")).toEqual([{ name: "sweep", at: at + 2 * MINUTE_MS }]);
  });
});

it("health is read in one round trip, dead letters and what was given up from their index alone", async () => {
  const { d1, measure, trips } = meteredD1(env.DB);
  await health(createHub(envWith({ DB: d1 })));
  const { cost } = await measure(async () => await health(createHub(envWith({ DB: d1 }))));
  expect(cost.roundTrips).toBe(1);
  const plans: string[] = [];
  for (const { sql, values } of trips()
    .flat()
    .filter(({ sql }) => sql.includes("dispatches_bad"))) {
    plans.push((await rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values)).map(({ detail }) => detail).join("; "));
  }
  expect(plans).toHaveLength(2);
  for (const plan of plans) {
    expect(plan).toMatch(/SEARCH dispatches USING (COVERING )?INDEX dispatches_bad \(superseded=\?/);
    expect(plan).not.toMatch(/SCAN dispatches|TEMP B-TREE/);
  }
});
