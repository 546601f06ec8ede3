import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { CHECK, HOUR_MS, MINUTE_MS } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { sweep } from "../../src/reconciler/sweep.ts";
import { callsOf } from "./support/attempts.ts";
import { consume } from "./support/consume.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { envWith, hubAt, storedDispatch } from "./support/hub.ts";
import { keptQueue } from "./support/kept-queue.ts";
import {
  attempted,
  called,
  checkedIn,
  nextLook,
  notesOf,
  passTime,
  passTimeToCheck,
  reconcileMessage,
  reconcileOverdue,
  repairColumns,
  startRun,
  sweptUp,
  wornOut,
} from "./support/reconciling.ts";
import { dispatchRow, executionsOf, rows, settled } from "./support/rows.ts";
import { type EngineChanges, engineWith, fallAsleep, runIs, runOf, startErring } from "./support/runs.ts";

const INTERNAL = "workflows.api.error.internal_server";

/** The hub with an engine that is not quite itself. */
function hubWith(changes: EngineChanges) {
  const { runs, orders } = engineWith(changes);
  return { given: envWith({ DISPATCH_WORKFLOW: runs }), orders };
}

const stands = async (id: string) => [await dispatchRow(id), await repairColumns(id), await notesOf(id)];

/** A dispatch whose run is over and that is overdue: one restart, and it completes. */
async function terminatedRun(): Promise<string> {
  const id = await storedDispatch({ type: "patient.claimed", data: { script: ["failed", "complete"] } });
  await startRun(id);
  await attempted(id);
  await (await runOf(id)).terminate();
  await passTimeToCheck(id);
  return id;
}

/** A dispatch without a run that is overdue: it is created, and completes. */
async function missingRun(): Promise<string> {
  const id = await storedDispatch({ type: "fast.claimed", data: 1 });
  await passTimeToCheck(id);
  return id;
}

/** A dispatch whose run fell asleep and that is overdue: it is woken, and completes. */
async function asleepRun(): Promise<string> {
  const id = await storedDispatch({ type: "fast.claimed", data: 1, delay: "400ms" });
  await startRun(id);
  await fallAsleep(id);
  await passTimeToCheck(id);
  await passTime(id, HOUR_MS);
  return id;
}

describe("a repair", () => {
  it("of two sweeps and two consumers at once, each message delivered twice, is made once", async () => {
    const ids = await Promise.all([missingRun(), missingRun(), missingRun(), terminatedRun(), terminatedRun(), terminatedRun()]);
    const { given, orders } = hubWith({});
    const [one, two] = [keptQueue(), keptQueue()];
    await Promise.all([one, two].map(({ queue }) => sweep(createHub(envWith({ DISPATCH_QUEUE: queue })))));
    const messages = [...one.messages, ...two.messages];
    const taken = messages.flatMap((message) => (message.kind === "reconcile" ? message.dispatches.map(({ id }) => id) : []));
    expect(taken.filter((id) => ids.includes(id)).toSorted()).toEqual(ids.toSorted());

    const results = await Promise.all([consume(messages, given), consume(messages, given)]);
    expect(results.flatMap(({ retried }) => retried)).toEqual([]);
    for (const id of ids) {
      const { attempts } = await settled(id);
      expect((await callsOf(id)).map(({ delivery }) => delivery["attempt"])).toEqual(attempts === 1 ? [1] : [1, 2]);
      expect(await executionsOf(id)).toHaveLength(attempts);
      expect(await notesOf(id)).toMatchObject([{ kind: "repair" }]);
    }
    expect(orders.filter(([call, , from]) => call === "createBatch" || from !== undefined)).toHaveLength(ids.length);
  });

  it("is not made twice when its message is delivered again, and the second asks the engine for nothing", async () => {
    const id = await storedDispatch({ type: "fast.again", data: 1 });
    await startErring(id);
    await passTimeToCheck(id);
    const message = reconcileMessage(...(await sweptUp(id)));
    await consume([message]);
    const before = await stands(id);
    let looks = 0;
    const { given, orders } = hubWith({
      get: async (_id, real) => {
        looks += 1;
        return await real();
      },
    });
    expect(await consume([message, message], given)).toEqual({ acked: [0, 1], retried: [] });
    expect([looks, orders]).toEqual([0, []]);
    expect(await stands(id)).toEqual(before);
    expect(before[2]).toHaveLength(1);
  });

  it("is not made for whoever was told of another moment than the sweep left", async () => {
    const id = await missingRun();
    const [taken] = await sweptUp(id);
    const before = await stands(id);
    const checkAt = taken?.checkAt ?? 0;
    await consume([reconcileMessage({ id, checkAt: checkAt - 1 }, { id, checkAt: checkAt + 1 }), reconcileMessage({ id, checkAt: 0 })]);
    expect(await stands(id)).toEqual(before);
    await consume([reconcileMessage({ id, checkAt })]);
    expect((await settled(id)).status).toBe("complete");
  });

  it("is not made when an attempt is recorded between the look and the claim", async () => {
    const id = await storedDispatch({ type: "fast.raced", data: { script: ["failed"] } });
    await startRun(id);
    await settled(id);
    await rows("UPDATE dispatches SET status = 'ongoing', settled_at = NULL, check_at = 1 WHERE id = ?", id);
    const { given, orders } = hubWith({
      status: async (_id, real) => {
        await rows("UPDATE dispatches SET check_at = check_at + 7 WHERE id = ?", id);
        return await real();
      },
    });
    await reconcileOverdue([id], given);
    expect(orders).toEqual([]);
    expect(await notesOf(id)).toEqual([]);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 3 });
  });

  it("of a dispatch that has settled since the sweep is none", async () => {
    const id = await missingRun();
    const message = reconcileMessage(...(await sweptUp(id)));
    await rows("UPDATE dispatches SET status = 'cancelled', settled_at = 7, check_at = NULL WHERE id = ?", id);
    const { given, orders } = hubWith({});
    expect(await consume([message], given)).toEqual({ acked: [0], retried: [] });
    expect(orders).toEqual([]);
    expect(await notesOf(id)).toEqual([]);
  });

  it("of a dispatch that nobody knows is none, and its message is acknowledged", async () => {
    expect(await consume([reconcileMessage({ id: "nobody", checkAt: 1 })])).toEqual({ acked: [0], retried: [] });
  });

  it("whose claim was committed and reported failed is made, and noted once", async () => {
    const id = await terminatedRun();
    const d1 = faultyD1(env.DB, { of: /INSERT INTO notes/, faultOf: (nth) => (nth === 1 ? "unheard" : "none") });
    await reconcileOverdue([id], envWith({ DB: d1 }));
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
    expect(await notesOf(id)).toMatchObject([{ kind: "repair" }]);
  });

  it("whose claim the database refuses is not made, and comes up again with the next sweep", async () => {
    const id = await terminatedRun();
    const d1 = faultyD1(env.DB, { of: /INSERT INTO notes/, faultOf: () => "lost", message: "D1_ERROR: disk I/O error" });
    const { runs, orders } = engineWith();
    await reconcileOverdue([id], envWith({ DB: d1, DISPATCH_WORKFLOW: runs }));
    expect(orders).toEqual([]);
    expect(await checkedIn(id)).toBeLessThanOrEqual(CHECK.sweptMs);
    await nextLook(id);
    expect((await settled(id)).status).toBe("complete");
  });

  it("comes later when the database is away while the message is read: it is retried and still counts", async () => {
    const id = await missingRun();
    const message = reconcileMessage(...(await sweptUp(id)));
    const away = faultyD1(env.DB, { of: /overdue_since AS/, faultOf: () => "lost", message: "D1_ERROR: disk I/O error" });
    expect(await consume([message], envWith({ DB: away }))).toEqual({ acked: [], retried: [0] });
    expect(await consume([message])).toEqual({ acked: [0], retried: [] });
    expect((await settled(id)).status).toBe("complete");
  });
});

describe("a restart", () => {
  /** A dispatch whose run errors, and does so again after each restart: nothing is ever recorded. */
  async function erringRun(): Promise<string> {
    const id = await storedDispatch({ type: "fast.counted", data: 1 });
    await startErring(id);
    await passTimeToCheck(id);
    return id;
  }

  it("is counted when it was made, not when it was claimed: a consumer that dies between the two has counted nothing", async () => {
    const id = await erringRun();
    const between: unknown[] = [];
    const { given } = hubWith({
      restart: async (_id, from, real) => {
        if (from === undefined) between.push(await repairColumns(id));
        await real();
      },
    });
    await reconcileOverdue([id], given);
    expect(between).toEqual([{ recoveries: 0, overdue_since: expect.any(Number) }]);
    expect(await repairColumns(id)).toEqual({ recoveries: 1, overdue_since: expect.any(Number) });
  });

  it("whose count the database does not take was made all the same, comes up again in its time, and is noted", async () => {
    const id = await erringRun();
    const d1 = faultyD1(env.DB, { of: /UPDATE dispatches SET recoveries =/, faultOf: () => "lost", message: "D1_ERROR: disk I/O error" });
    const { runs, orders } = engineWith();
    expect(await reconcileOverdue([id], envWith({ DB: d1, DISPATCH_WORKFLOW: runs }))).toEqual({ acked: [0], retried: [] });
    expect(orders.at(-1)).toEqual(["restart", id]);
    expect(await repairColumns(id)).toEqual({ recoveries: 0, overdue_since: expect.any(Number) });
    expect(await checkedIn(id)).toBeGreaterThan(CHECK.graceMs - 10_000);
    expect(await notesOf(id)).toMatchObject([{ kind: "repair", detail: { remedy: "restart" } }]);
  });

  it("is counted once, although the database does not say that it has", async () => {
    const id = await erringRun();
    const d1 = faultyD1(env.DB, { of: /UPDATE dispatches SET recoveries =/, faultOf: (nth) => (nth === 1 ? "unheard" : "none") });
    await reconcileOverdue([id], envWith({ DB: d1 }));
    expect((await repairColumns(id)).recoveries).toBe(1);
  });

  it("that has led to a recorded attempt before it is counted counts nothing", async () => {
    const id = await storedDispatch({
      type: "fast.counted",
      data: { script: [{ takesMs: 300, reply: { status: "failed", retryAfter: "1 hour" } }] },
    });
    await startRun(id);
    await called(id);
    await (await runOf(id)).terminate();
    await passTimeToCheck(id);
    const { given } = hubWith({
      restart: async (_id, from, real) => {
        await real();
        if (from === undefined) await attempted(id);
      },
    });
    await reconcileOverdue([id], given);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 1 });
    expect(await repairColumns(id)).toEqual({ recoveries: 0, overdue_since: null });
    await (await runOf(id)).terminate();
  });
});

describe("an engine that does not answer", () => {
  const silent: readonly [string, EngineChanges][] = [
    ["status fails", { status: async () => await Promise.reject(new Error(INTERNAL)) }],
    ["get fails", { get: async () => await Promise.reject(new Error(`${INTERNAL}: 10001`)) }],
    ["status says unknown", { status: async (_id, real) => ({ ...(await real()), status: "unknown" }) }],
  ];
  for (const [what, changes] of silent) {
    it(`leaves everything as it is: ${what}, nothing is claimed, nothing noted`, async () => {
      const id = await terminatedRun();
      await wornOut(id);
      const message = reconcileMessage(...(await sweptUp(id)));
      const before = await stands(id);
      const { given, orders } = hubWith(changes);
      expect(await consume([message], given)).toEqual({ acked: [0], retried: [] });
      expect(orders).toEqual([]);
      expect(await stands(id)).toEqual(before);
    });
  }

  it("for ten minutes makes nothing lost, not even what is one look away from it, and afterwards all is repaired", async () => {
    const ids = await Promise.all([terminatedRun(), missingRun(), asleepRun()]);
    for (const id of ids) await wornOut(id, { forMs: 25 * HOUR_MS });
    const kept = keptQueue();
    const { runs } = engineWith({
      status: async () => await Promise.reject(new Error(INTERNAL)),
      get: async () => await Promise.reject(new Error(INTERNAL)),
    });
    const given = envWith({ DISPATCH_WORKFLOW: runs, DISPATCH_QUEUE: kept.queue });
    const start = Date.now();
    for (let minute = 0; minute < 10; minute++) {
      await sweep(hubAt(start + minute * 60_000, given));
      expect(await consume(kept.messages.splice(0), given)).toMatchObject({ retried: [] });
    }
    for (const id of ids) expect(await stands(id)).toMatchObject([{ status: "ongoing" }, { recoveries: CHECK.maxRecoveries }, []]);

    for (const id of ids) await rows("UPDATE dispatches SET recoveries = 4, check_at = 1 WHERE id = ?", id);
    await reconcileOverdue(ids);
    for (const id of ids) expect((await settled(id)).status).toBe("complete");
  });
});

describe("a repair that fails", () => {
  const remedies: readonly [string, () => Promise<string>, EngineChanges, string, RegExp][] = [
    [
      "creating the run throws",
      missingRun,
      { createBatch: async () => await Promise.reject(new Error(INTERNAL)) },
      "create",
      /internal_server/,
    ],
    [
      "the engine limits the rate",
      missingRun,
      { createBatch: async () => await Promise.reject(new Error("429 Too Many Requests")) },
      "create",
      /rate/,
    ],
    [
      "the run is refused by itself",
      missingRun,
      { createBatch: async ([id]) => ({ created: [], errors: [{ index: 0, id, code: 10001, message: "try later" }] }) },
      "create",
      /10001: try later/,
    ],
    ["waking the run throws", asleepRun, { sendEvent: async () => await Promise.reject(new Error(INTERNAL)) }, "wake", /internal_server/],
    [
      "restarting the run throws",
      terminatedRun,
      { restart: async () => await Promise.reject(new Error(INTERNAL)) },
      "restart",
      /internal_server/,
    ],
    [
      "the run is gone when it is to be restarted",
      terminatedRun,
      { restart: async () => await Promise.reject(new Error("instance.not_found")) },
      "restart",
      /not_found/,
    ],
  ];
  for (const [what, prepare, changes, remedy, error] of remedies) {
    it(`says so in its note, does not count and comes up again after as long as it is late, two minutes to an hour: ${what}`, async () => {
      const id = await prepare();
      const before = await repairColumns(id);
      expect(await reconcileOverdue([id], hubWith(changes).given)).toEqual({ acked: [0], retried: [] });
      const notes = await notesOf(id);
      expect(notes).toMatchObject([{ kind: "repair_failed", by: "reconciler", detail: { remedy, error: expect.stringMatching(error) } }]);
      expect(await repairColumns(id)).toEqual(before);
      const late = Date.now() - (await dispatchRow(id)).due_at;
      const expected = Math.min(Math.max(late, CHECK.sweptMs), CHECK.maxPaceMs);
      const again = await checkedIn(id);
      expect(again).toBeGreaterThan(expected - 10_000);
      expect(again).toBeLessThanOrEqual(expected);

      await nextLook(id);
      expect((await settled(id)).status).toBe("complete");
      expect(await notesOf(id)).toMatchObject([{ kind: "repair_failed" }, { kind: "repair", detail: { remedy } }]);
      expect((await notesOf(id))[1]?.detail).not.toHaveProperty("error");
    });
  }

  it("and cannot even be taken back, since the database is gone, is tried again when the claim is over", async () => {
    const id = await terminatedRun();
    const d1 = faultyD1(env.DB, { of: /repair_failed/, faultOf: () => "lost", message: "D1_ERROR: disk I/O error" });
    const { runs } = engineWith({ restart: async () => await Promise.reject(new Error(INTERNAL)) });
    expect(await reconcileOverdue([id], envWith({ DB: d1, DISPATCH_WORKFLOW: runs }))).toEqual({ acked: [0], retried: [] });
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", recoveries: 0 });
    expect(await notesOf(id)).toMatchObject([{ kind: "repair", detail: { remedy: "restart" } }]);
    await nextLook(id);
    expect((await settled(id)).status).toBe("complete");
  });

  it("and is a wake before the call must be over says so too, and changes nothing else", async () => {
    const id = await storedDispatch({ type: "fast.nudged", data: { script: [{ takesMs: 800, reply: "complete" }] } });
    await startRun(id);
    await called(id);
    await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
    await reconcileOverdue([id], hubWith({ sendEvent: async () => await Promise.reject(new Error(INTERNAL)) }).given);
    expect(await repairColumns(id)).toEqual({ recoveries: 0, overdue_since: null });
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await callsOf(id)).toHaveLength(1);
    expect(await notesOf(id)).toMatchObject([{ kind: "repair_failed", reason: "late", detail: { remedy: "nudge" } }]);
  });

  it("comes up again no sooner than an attempt can be over: a restart may have been made although it was reported failed", async () => {
    const id = await terminatedRun();
    await rows("UPDATE dispatches SET policy = json_set(policy, '$.timeoutMs', ?2) WHERE id = ?1", id, 15 * MINUTE_MS);
    await reconcileOverdue([id], hubWith({ restart: async () => await Promise.reject(new Error(INTERNAL)) }).given);
    const again = await checkedIn(id);
    expect(again).toBeGreaterThan(15 * MINUTE_MS + CHECK.graceMs - 10_000);
    expect(again).toBeLessThanOrEqual(15 * MINUTE_MS + CHECK.graceMs);
  });

  it("before the dispatch is due comes up again in two minutes, and leaves it not late", async () => {
    const id = await storedDispatch({ type: "later.refused", data: 1 });
    await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
    await reconcileOverdue([id], hubWith({ createBatch: async () => await Promise.reject(new Error(INTERNAL)) }).given);
    expect(await notesOf(id)).toMatchObject([{ kind: "repair_failed", detail: { overdueMs: 0 } }]);
    expect(await repairColumns(id)).toEqual({ recoveries: 0, overdue_since: null });
    const again = await checkedIn(id);
    expect(again).toBeGreaterThan(CHECK.sweptMs - 10_000);
    expect(again).toBeLessThanOrEqual(CHECK.sweptMs);
  });

  it("harms no other dispatch of its message", async () => {
    const [bad, silent, ...good] = await Promise.all([terminatedRun(), terminatedRun(), terminatedRun(), missingRun(), asleepRun()]);
    const { given } = hubWith({
      restart: async (id, _from, real) => await (id === bad ? Promise.reject(new Error(INTERNAL)) : real()),
      status: async (id, real) => await (id === silent ? Promise.reject(new Error(INTERNAL)) : real()),
    });
    expect(await reconcileOverdue([bad, silent, ...good], given)).toEqual({ acked: [0], retried: [] });
    for (const id of good) expect((await settled(id)).status).toBe("complete");
    expect(await notesOf(bad)).toMatchObject([{ kind: "repair_failed" }]);
    expect(await notesOf(silent)).toEqual([]);
    for (const id of [bad, silent]) expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 1 });
  });

  it("of a restart during an incident is no whole restart: a limit of the rate and a fault of the engine say nothing about the step", async () => {
    for (const said of ["429 Too Many Requests", "internal error; reference = x", "10001", "Workflows is unavailable", "timed out"]) {
      const id = await terminatedRun();
      const { given, orders } = hubWith({ restart: async () => await Promise.reject(new Error(said)) });
      await reconcileOverdue([id], given);
      expect(orders).toEqual([["restart", id, "record 2"]]);
      await runIs(id, "terminated");
    }
  });
});
