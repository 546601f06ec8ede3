import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTROL, HOUR_MS, MINUTE_MS } from "../../schema/limits.ts";
import { pauseDestination, resumeDestination } from "../../src/hub/pause/control-destination.ts";
import { releaseBacklogs } from "../../src/hub/pause/release-backlogs.ts";
import { sweep } from "../../src/reconciler/sweep.ts";
import { emitWith, envWith, hubAt, storedDispatch } from "./support/hub.ts";
import { keptQueue } from "./support/kept-queue.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { idAt } from "./support/old-chains.ts";
import { operate } from "./support/operating.ts";
import { rows } from "./support/rows.ts";

const HELD = 100_000;
const INSERT = `
  INSERT INTO dispatches (id, event_id, route, destination, policy, due_at, check_at)
  SELECT value ->> 'id', 'e', 'held', 'pausable', '{"timeoutMs":60000}', value ->> 'dueAt', value ->> 'dueAt' + 60000 FROM json_each(?)`;

const { d1, measure } = meteredD1(env.DB);
const kept = keptQueue();
const given = envWith({ DB: d1, DISPATCH_QUEUE: kept.queue });
const taken = () =>
  kept.messages.splice(0).flatMap((message) => (message.kind === "reconcile" ? message.dispatches.map(({ id }) => id) : []));
const started = () => kept.messages.splice(0).flatMap((message) => (message.kind === "start" ? message.runs : []));

/** A minute of the cron, as far as the reconciler and backlogs are concerned. */
async function minute(now: number) {
  return await measure(async () => {
    await sweep(hubAt(now, given));
    await releaseBacklogs(hubAt(now, given));
  });
}

/** As the runs would that are started: what is due completes. */
async function complete(until: number): Promise<void> {
  await rows(
    "UPDATE dispatches SET status = 'complete', check_at = NULL, settled_at = due_at WHERE destination = 'pausable' AND status = 'ongoing' AND due_at BETWEEN ?1 AND ?2",
    pausedAt,
    until,
  );
}

let pausedAt = 0;

/** In which a sweep says that it ended. */
const SWEPT_ROWS = 1;

describe("a destination that holds back 100,000 dispatches", () => {
  beforeAll(async () => {
    await operate(given, async (operator) => await pauseDestination(operator, "pausable", { reason: "outage" }));
    const now = Date.now();
    for (let from = 0; from < HELD; from += 10_000) {
      const part = Array.from({ length: 10_000 }, (_, nth) => ({ id: `${idAt(now - HOUR_MS)}-0`, dueAt: now - HOUR_MS + from + nth }));
      await rows(INSERT, JSON.stringify(part));
    }
    pausedAt = now;
    kept.messages.length = 0;
  });

  afterAll(async () => {
    await rows("DELETE FROM dispatches WHERE route = 'held'");
    await rows("DELETE FROM controls");
  });

  it("costs an hour of sweeps no row but the one in which each says that it ended, a few read, and no message", async () => {
    let [written, read] = [0, 0];
    for (let nth = 0; nth < 60; nth++) {
      const { cost } = await minute(pausedAt + nth * MINUTE_MS);
      [written, read] = [written + cost.rowsWritten, read + cost.rowsRead];
    }
    expect([written, kept.messages]).toEqual([60 * SWEPT_ROWS, []]);
    expect(read).toBeLessThanOrEqual(60 * 30);
  });

  it("keeps nobody else's lost run waiting: the first sweep takes it", async () => {
    const lost = await storedDispatch({ type: "fast.lost", data: 1 });
    await rows("UPDATE dispatches SET check_at = ?2 WHERE id = ?1", lost, pausedAt);
    const { cost } = await minute(Date.now());
    expect(taken()).toEqual([lost]);
    expect(cost.rowsWritten).toBe(2 + SWEPT_ROWS);
    await rows("DELETE FROM dispatches WHERE id = ?", lost);
  });

  it("starts no run for what is emitted meanwhile, and stores it for the rows of any other", async () => {
    const { cost } = await measure(async () => await emitWith(given, { type: "pausable.meanwhile", data: 1 }));
    expect(cost).toMatchObject({ rowsWritten: 4, roundTrips: 1 });
    expect(kept.messages).toEqual([]);
    await rows("DELETE FROM dispatches WHERE route = 'pausable'");
  });

  it("is resumed for three rows, at 10 a second, and corrected to 40 a second: each minute has its moments, evenly apart", async () => {
    let now = Date.now() + 5;
    const resume = async (rate?: number) =>
      await measure(async () => {
        return await operate({ ...given, DB: d1 } as Env, async ({ hub, ...operator }) => {
          return await resumeDestination({ ...operator, hub: { ...hub, now: () => now } }, "pausable", { rate });
        });
      });
    const first = await resume(10);
    expect(first.result).toMatchObject({ state: "draining", rate: 10, held: { count: CONTROL.countedRows, truncated: true } });
    const released = started();
    expect(released.map(({ dueAt }) => dueAt)).toEqual(released.map((_, nth) => now + 1 + nth * 100));
    // The control, its note with its place in the index by time, the moments taken, and two rows for each of a minute's dispatches.
    expect([released.length, first.cost.rowsWritten]).toEqual([600, 3 + 1 + 1_200]);

    now += 30_000;
    await complete(now);
    await resume(40);
    const corrected = started();
    expect(corrected.length).toBe(2_400);
    expect(corrected.map(({ dueAt }) => dueAt)).toEqual(corrected.map((_, nth) => now + nth * 25));

    now += MINUTE_MS;
    await complete(now);
    const { cost } = await minute(now);
    const next = started();
    expect([next.length, next[0]?.dueAt, cost.rowsWritten]).toEqual([2_400, now, 4_801 + SWEPT_ROWS]);
    const before = new Set([...released, ...corrected].map(({ id }) => id));
    expect(next.filter(({ id }) => before.has(id))).toEqual([]);
  });

  it("without a rate is released by 3,000 a minute, and then nothing is held against it", { timeout: 120_000 }, async () => {
    let now = Date.now() + HOUR_MS;
    await operate(given, async (operator) => await resumeDestination(operator, "pausable", {}));
    let minutes = 1;
    for (; (await rows("SELECT 1 FROM controls")).length > 0; minutes++) {
      await complete(now);
      now += MINUTE_MS;
      await releaseBacklogs(hubAt(now, given));
    }
    await complete(now);
    expect(minutes).toBe(Math.floor((HELD - 5_400) / CONTROL.releasedPerMinute) + 1);
    const [left] = await rows<{ count: number }>("SELECT count(*) AS count FROM dispatches WHERE route = 'held' AND status = 'ongoing'");
    expect(left?.count).toBe(0);
    expect(await rows("SELECT * FROM controls")).toEqual([]);
  });
});
