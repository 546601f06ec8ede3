import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { CHECK, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../schema/limits.ts";
import { callsOf, look } from "./support/attempts.ts";
import { envWith, hub, only, storedDispatch } from "./support/hub.ts";
import {
  attempted,
  called,
  checkedIn,
  nextLook,
  notesOf,
  passTime,
  passTimeToCheck,
  reconcileOverdue,
  repairColumns,
  startRun,
  wornOut,
} from "./support/reconciling.ts";
import { dispatchRow, executionsOf, rows, settled } from "./support/rows.ts";
import { engineWith, fallAsleep, runIs, runOf, saying, startErring } from "./support/runs.ts";

/** Of the routes used here: "fast" times out after 5 s. */
const TIMEOUT_MS = 5 * SECOND_MS;
const AFTER_CALL_MS = TIMEOUT_MS + CHECK.graceMs;

/** What the reconciler keeps of a dispatch whose past troubles say nothing about what comes. */
const AFRESH = { recoveries: 0, overdue_since: null };

/** A moment that lies so far ahead, give or take what a test takes. */
async function expectCheckedIn(id: string, ms: number): Promise<void> {
  const left = await checkedIn(id);
  expect(left).toBeLessThanOrEqual(ms);
  expect(left).toBeGreaterThan(ms - 10 * SECOND_MS);
}

const repair = (reason: string, detail: object) => ({
  kind: "repair",
  by: "reconciler",
  reason,
  detail: expect.objectContaining(detail) as unknown,
});

const nudge = { kind: "nudge", by: "reconciler", reason: "late", detail: expect.objectContaining({ run: "running", remedy: "nudge" }) };

/** A dispatch that failed once and waits 3 s for its next attempt, which completes. */
async function waitingToRetry(): Promise<string> {
  const id = await storedDispatch({ type: "patient.waiting", data: { script: ["failed", "complete"] } });
  await startRun(id);
  await attempted(id);
  return id;
}

describe.concurrent("a run that is not there", () => {
  it("and never was is created, and the note says since when it was due", async () => {
    const id = await storedDispatch({ type: "fast.missing", data: 1 });
    await passTime(id, 90_000);
    await reconcileOverdue([id]);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    const note = only(await notesOf(id));
    expect(note).toEqual({ at: expect.any(String), ...repair("never_started", { run: "missing", remedy: "create" }) });
    expect(Math.abs((note.detail as { overdueMs: number }).overdueMs - 90_000)).toBeLessThan(10_000);
    expect(Math.abs(Date.parse(note.at) - Date.now())).toBeLessThan(10_000);
    expect(await callsOf(id)).toHaveLength(1);
  });

  it("is created with its due time: it sleeps until then, and is looked at a minute after", async () => {
    const id = await storedDispatch({ type: "later.missing", data: 1 });
    await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
    await reconcileOverdue([id]);
    const { due_at, check_at, attempts } = await dispatchRow(id);
    expect([check_at, attempts]).toEqual([due_at + CHECK.graceMs, 0]);
    await runIs(id, "running");
    expect(await notesOf(id)).toMatchObject([{ reason: "never_started", detail: { overdueMs: 0 } }]);
    expect((await repairColumns(id)).recoveries).toBe(0);
  });

  it("any more is created again and counts on: it vanished", async () => {
    const id = await waitingToRetry();
    await env.DISPATCH_WORKFLOW.deleteBatch([id]);
    await nextLook(id);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
    expect(await notesOf(id)).toMatchObject([repair("vanished", { run: "missing", remedy: "create" })]);
    expect((await callsOf(id)).map(({ delivery }) => delivery["attempt"])).toEqual([1, 2]);
  });

  it("is created however often it vanished, and never given up for it", async () => {
    const id = await storedDispatch({ type: "fast.missing", data: 1 });
    await wornOut(id);
    await nextLook(id);
    expect(await settled(id)).toMatchObject({ status: "complete" });
  });
});

describe.concurrent("a run that is held back", () => {
  it("by an operator's pause is respected and looked at in ten minutes, until it is resumed", async () => {
    const id = await waitingToRetry();
    const run = await runOf(id);
    await run.pause();
    await runIs(id, "paused");
    for (let looks = 0; looks < 3; looks++) {
      await nextLook(id);
      await expectCheckedIn(id, CHECK.heldMs);
    }
    expect((await run.status()).status).toBe("paused");
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 1 });
    expect(await notesOf(id)).toEqual([]);
    await run.resume();
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
  });

  for (const status of ["paused", "waitingForPause", "rollingBack"] as const) {
    it(`and says ${status} is given no order, and what went before says nothing about what comes after`, async () => {
      const id = await storedDispatch({ type: "later.held", data: 1 });
      await startRun(id);
      await wornOut(id, { recoveries: 3 });
      await passTimeToCheck(id);
      const { runs, orders } = engineWith({ status: saying(status as InstanceStatus["status"]) });
      await reconcileOverdue([id], envWith({ DISPATCH_WORKFLOW: runs }));
      expect(orders).toEqual([]);
      await expectCheckedIn(id, CHECK.heldMs);
      expect(await repairColumns(id)).toEqual(AFRESH);
      expect(await notesOf(id)).toEqual([]);
    });
  }

  it("by the platform's queue, or left there by a crash, is woken and looked at in ten minutes, which is noted as no repair", async () => {
    const id = await storedDispatch({ type: "later.queued", data: 1 });
    await startRun(id);
    await wornOut(id);
    await passTimeToCheck(id);
    const { runs, orders } = engineWith({ status: saying("queued") });
    await reconcileOverdue([id], envWith({ DISPATCH_WORKFLOW: runs }));
    expect(orders).toEqual([["sendEvent", id]]);
    await expectCheckedIn(id, CHECK.heldMs);
    expect(await repairColumns(id)).toEqual(AFRESH);
    expect(await notesOf(id)).toMatchObject([{ ...nudge, detail: { run: "queued", remedy: "nudge" } }]);
  });

  const nothingToAttempt: readonly [what: string, hold: () => Promise<unknown>, changes: Record<string, unknown>][] = [
    ["the pause of its destination", async () => await control("paused", 0), {}],
    ["a destination that has tripped", async () => await control("tripped", 0), {}],
    ["a destination that drains and has not come to it", async () => await control("draining", Date.now() + HOUR_MS), {}],
    ["a configuration that cannot be read", async () => undefined, { HUB_CONFIG: { routes: "none" } }],
  ];
  const control = async (state: string, since: number) =>
    await rows(`INSERT INTO controls (destination, state, since, "by") VALUES ('pausable', ?, ?, 'tests')`, state, since);
  for (const [what, hold, changes] of nothingToAttempt) {
    it.sequential(`by ${what} costs no look, no row and no order, whatever it is`, async () => {
      for (const status of ["queued", "running", "errored", "complete"] as const) {
        const id = await storedDispatch({ type: "pausable.held", data: 1 });
        await startErringFree(id);
        await wornOut(id);
        await passTime(id, HOUR_MS);
        await hold();
        const before = await sweptAt(id);
        const { runs, orders } = engineWith({ status: saying(status) });
        await reconcileOverdue([id], envWith({ ...changes, DISPATCH_WORKFLOW: runs }));
        await rows("DELETE FROM controls WHERE destination = 'pausable'");
        expect(orders).toEqual([]);
        const { check_at: _, ...after } = await dispatchRow(id);
        expect(after).toEqual(before);
        expect(await notesOf(id)).toEqual([]);
      }
    });
  }

  /** The dispatch but for when the sweep looks at it again. */
  async function sweptAt(id: string) {
    const { check_at: _, ...row } = await dispatchRow(id);
    return row;
  }

  /** A run that exists, whatever it does. */
  async function startErringFree(id: string): Promise<void> {
    await env.DISPATCH_WORKFLOW.createBatch({ instances: [{ id, params: { id, dueAt: Date.now() + DAY_MS } }] });
  }
});

describe.concurrent("a run that lives", () => {
  it("is left alone until its dispatch is due, and looked at a minute after", async () => {
    const id = await storedDispatch({ type: "later.early", data: 1 });
    await startRun(id);
    await rows("UPDATE dispatches SET check_at = 1, recoveries = 2, overdue_since = 7 WHERE id = ?", id);
    const { runs, orders } = engineWith();
    await reconcileOverdue([id], envWith({ DISPATCH_WORKFLOW: runs }));
    const { due_at, check_at } = await dispatchRow(id);
    expect([orders, check_at]).toEqual([[], due_at + CHECK.graceMs]);
    expect(await repairColumns(id)).toEqual(AFRESH);
    expect(await notesOf(id)).toEqual([]);
  });

  it("is woken while its call may last, which is noted as no repair: what sleeps goes on, and it is looked at when the call must be over", async () => {
    const id = await storedDispatch({ type: "fast.nudged", data: 1, delay: "700ms" });
    await startRun(id);
    await fallAsleep(id);
    const { due_at } = await dispatchRow(id);
    await scheduler.wait(Math.max(0, due_at - Date.now()) + 50);
    await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
    const { runs, orders } = engineWith();
    await reconcileOverdue([id], envWith({ DISPATCH_WORKFLOW: runs }));
    expect(orders).toEqual([["sendEvent", id]]);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await notesOf(id)).toMatchObject([nudge]);
  });

  it("and is in its call keeps it when it is woken: the destination is called once", async () => {
    const id = await storedDispatch({ type: "fast.calling", data: { script: [{ takesMs: 1_500, reply: "complete" }] } });
    await startRun(id);
    await called(id);
    await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
    await reconcileOverdue([id]);
    const { due_at, check_at } = await dispatchRow(id);
    expect(check_at).toBe(due_at + AFTER_CALL_MS);
    expect(await repairColumns(id)).toEqual(AFRESH);
    expect(await notesOf(id)).toMatchObject([nudge]);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await callsOf(id)).toHaveLength(1);
  });

  const asleep: readonly [string, () => Promise<string>, number[]][] = [
    [
      "before its time came",
      async () => {
        const id = await storedDispatch({ type: "delayed.asleep", data: 1 });
        await startRun(id);
        return id;
      },
      [1],
    ],
    ["while it waited to retry", waitingToRetry, [1, 2]],
    [
      "during its call, which is made again",
      async () => {
        const id = await storedDispatch({ type: "fast.asleep", data: { script: [{ takesMs: 1_000, reply: "complete" }] } });
        await startRun(id);
        await called(id);
        return id;
      },
      [1, 1],
    ],
  ];
  for (const [when, start, attempts] of asleep) {
    it(`and fell asleep ${when} is woken at the first look`, async () => {
      const id = await start();
      await fallAsleep(id);
      await passTimeToCheck(id);
      await passTime(id, TIMEOUT_MS);
      await reconcileOverdue([id]);
      await expectCheckedIn(id, AFTER_CALL_MS);
      expect(await settled(id)).toMatchObject({ status: "complete", attempts: Math.max(...attempts) });
      expect((await callsOf(id)).map(({ delivery }) => delivery["attempt"])).toEqual(attempts);
      expect(await notesOf(id)).toMatchObject([repair("late", { run: "running", remedy: "wake" })]);
    });
  }

  it("and says that it waits is treated as one that says that it runs", async () => {
    const id = await storedDispatch({ type: "later.waits", data: 1 });
    await startRun(id);
    await passTime(id, 31 * DAY_MS);
    const { runs, orders } = engineWith({ status: saying("waiting") });
    await reconcileOverdue([id], envWith({ DISPATCH_WORKFLOW: runs }));
    expect(orders).toEqual([["sendEvent", id]]);
    expect(await notesOf(id)).toMatchObject([repair("late", { run: "waiting", remedy: "wake" })]);
  });

  it("is late only when its call must be over: until then waking it is a precaution, and then the first repair", async () => {
    const id = await storedDispatch({ type: "later.late", data: 1 });
    await startRun(id);
    const { runs, orders } = engineWith({ sendEvent: async () => undefined });
    const deaf = envWith({ DISPATCH_WORKFLOW: runs });
    const lookWhenLateBy = async (ms: number) => {
      await rows("UPDATE dispatches SET due_at = ?2, check_at = 1 WHERE id = ?1", id, Date.now() - ms);
      await reconcileOverdue([id], deaf);
      return (await dispatchRow(id)).due_at;
    };
    const dueAt = await lookWhenLateBy(AFTER_CALL_MS - 5 * SECOND_MS);
    expect(await dispatchRow(id)).toMatchObject({ check_at: dueAt + AFTER_CALL_MS, recoveries: 0 });
    expect(await repairColumns(id)).toEqual(AFRESH);
    expect(await notesOf(id)).toMatchObject([nudge]);

    await lookWhenLateBy(AFTER_CALL_MS);
    await expectCheckedIn(id, AFTER_CALL_MS);
    expect(await repairColumns(id)).toEqual({ recoveries: 0, overdue_since: expect.any(Number) });
    expect(await notesOf(id)).toMatchObject([nudge, repair("late", { run: "running", remedy: "wake" })]);
    expect(orders).toEqual([
      ["sendEvent", id],
      ["sendEvent", id],
    ]);
  });

  it("and had to be created long before its time is woken first too, when that has come: it may be in its call", async () => {
    const id = await storedDispatch({ type: "later.created", data: 1 });
    await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
    await reconcileOverdue([id]);
    await passTime(id, 30 * DAY_MS + HOUR_MS);
    const { runs, orders } = engineWith();
    await reconcileOverdue([id], envWith({ DISPATCH_WORKFLOW: runs }));
    expect(orders).toEqual([["sendEvent", id]]);
  });

  it("and makes no progress after it was woken is restarted, when as long as a call may take has passed", async () => {
    const id = await storedDispatch({ type: "later.stuck", data: 1 });
    await startRun(id);
    await passTime(id, 31 * DAY_MS);
    const { runs, orders } = engineWith({ sendEvent: async () => undefined });
    const deaf = envWith({ DISPATCH_WORKFLOW: runs });
    await reconcileOverdue([id], deaf);
    await expectCheckedIn(id, AFTER_CALL_MS);
    expect(await repairColumns(id)).toEqual({ recoveries: 0, overdue_since: expect.any(Number) });

    await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
    await reconcileOverdue([id], deaf);
    await expectCheckedIn(id, AFTER_CALL_MS);
    expect(orders).toEqual([["sendEvent", id]]);

    await nextLook(id, deaf);
    expect(orders.slice(1)).toEqual([
      ["restart", id, "record 1"],
      ["restart", id],
    ]);
    expect(await repairColumns(id)).toEqual({ recoveries: 1, overdue_since: expect.any(Number) });
    expect(await notesOf(id)).toMatchObject([
      repair("late", { run: "running", remedy: "wake" }),
      repair("stuck", { run: "running", remedy: "restart" }),
    ]);
  });
});

describe.concurrent("a run that is over", () => {
  it("because somebody terminated it is restarted and counts on", async () => {
    const id = await waitingToRetry();
    await (await runOf(id)).terminate();
    await nextLook(id);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
    expect(await notesOf(id)).toMatchObject([repair("unrecorded", { run: "terminated", remedy: "restart" })]);
    expect((await callsOf(id)).map(({ delivery }) => delivery["attempt"])).toEqual([1, 2]);
  });

  it("because it was terminated during its call makes that attempt again, and only the second answer is recorded", async () => {
    const script = [{ takesMs: 1_200, reply: "complete" }];
    const id = await storedDispatch({ type: "fast.terminated", data: { script } });
    await startRun(id);
    await called(id);
    await (await runOf(id)).terminate();
    await scheduler.wait(1_500);
    expect(await executionsOf(id)).toEqual([]);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 0 });
    await nextLook(id);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await executionsOf(id)).toHaveLength(1);
    expect((await callsOf(id)).map(({ delivery }) => [delivery["attempt"], delivery["dispatchId"]])).toEqual([
      [1, id],
      [1, id],
    ]);
  });

  it("because it errored is restarted", async () => {
    const id = await storedDispatch({ type: "fast.errored", data: 1 });
    await startErring(id);
    const { runs, orders } = engineWith();
    await nextLook(id, envWith({ DISPATCH_WORKFLOW: runs }));
    expect(orders.at(-1)).toEqual(["restart", id]);
    expect(await repairColumns(id)).toEqual({ recoveries: 1, overdue_since: expect.any(Number) });
    expect(await notesOf(id)).toMatchObject([repair("unrecorded", { run: "errored", remedy: "restart" })]);
  });

  const outputs: readonly [string, string[], string][] = [
    ["complete", ["complete"], "fast"],
    ["ignored", ["ignored"], "fast"],
    ["failed", ["failed"], "once"],
  ];
  for (const [status, script, route] of outputs) {
    it(`and said ${status} without a record settles its dispatch so, and the destination is not called again`, async () => {
      const id = await storedDispatch({ type: `${route}.unrecorded`, data: { script } as never });
      await startRun(id);
      await settled(id);
      await runIs(id, "complete");
      await backToOngoing(id);
      await reconcileOverdue([id]);
      expect(await dispatchRow(id)).toMatchObject({ status, check_at: null, settled_at: expect.any(Number) });
      expect(await notesOf(id)).toMatchObject([repair("unrecorded", { run: "complete", remedy: "settle" })]);
      await scheduler.wait(300);
      expect(await callsOf(id)).toHaveLength(1);
    });
  }

  it("and completed without a record leaves no word of the failure before it", async () => {
    const id = await storedDispatch({ type: "fast.unrecorded", data: { script: ["failed", "complete"] } });
    await startRun(id);
    await settled(id);
    await runIs(id, "complete");
    await rows("DELETE FROM executions WHERE dispatch_id = ? AND attempt = 2", id);
    await rows("UPDATE dispatches SET attempts = 1, reason = 'the destination replied failed' WHERE id = ?", id);
    await backToOngoing(id);
    await reconcileOverdue([id]);
    expect(await dispatchRow(id)).toMatchObject({ status: "complete", reason: null });
  });

  it("because it found no dispatch is restarted once there is one", async () => {
    const id = await storedDispatch({ type: "fast.gone", data: 1 });
    const { event_id } = await dispatchRow(id);
    await rows("CREATE TABLE aside AS SELECT * FROM dispatches WHERE id = ?", id);
    await rows("DELETE FROM dispatches WHERE id = ?", id);
    await env.DISPATCH_WORKFLOW.createBatch({ instances: [{ id, params: { id, dueAt: 0 } }] });
    expect((await runIs(id, "complete")).output).toBe("gone");
    await rows("INSERT INTO dispatches SELECT * FROM aside");
    expect((await dispatchRow(id)).event_id).toBe(event_id);
    await nextLook(id);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await notesOf(id)).toMatchObject([repair("unrecorded", { run: "complete", remedy: "restart" })]);
  });

  async function backToOngoing(id: string): Promise<void> {
    await rows("UPDATE dispatches SET status = 'ongoing', settled_at = NULL, check_at = 1 WHERE id = ?", id);
  }
});

describe.concurrent("restarts", () => {
  it("come 1, 2, 4 … 60 minutes apart, an attempt and its grace at least; five of them and a day make a dispatch lost, neither alone", async () => {
    const id = await storedDispatch({ type: "fast.lost", data: 1 });
    await startErring(id);
    for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await nextLook(id);
      await expectCheckedIn(id, Math.max(minutes * MINUTE_MS, AFTER_CALL_MS));
      await runIs(id, "errored");
    }
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", recoveries: 8 });
    await passTime(id, DAY_MS - 4 * HOUR_MS);
    await reconcileOverdue([id]);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", recoveries: 9 });
    await runIs(id, "errored");
    await passTime(id, 2 * HOUR_MS);
    await reconcileOverdue([id]);

    const { status, reason, check_at, settled_at } = await dispatchRow(id);
    expect([status, check_at]).toEqual(["lost", null]);
    expect(reason).toBe("unrecorded: given up after 9 restarts, the last attempt recorded was 0");
    expect(Math.abs((settled_at ?? 0) - Date.now())).toBeLessThan(10_000);
    const notes = await notesOf(id);
    expect(notes.map(({ kind }) => kind)).toEqual([...Array.from({ length: 9 }, () => "repair"), "lost"]);
    expect(notes.at(-1)).toMatchObject({ by: "reconciler", reason: "unrecorded", detail: { run: "errored", remedy: "lose" } });
    expect((await hub.listDispatches({ status: "lost" })).items.map((item) => item.id)).toContain(id);
  });

  it("that are fewer than five do not make a dispatch lost, be it a week", async () => {
    const id = await storedDispatch({ type: "fast.week", data: 1 });
    await startErring(id);
    await wornOut(id, { recoveries: 4, forMs: 7 * DAY_MS });
    await nextLook(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", recoveries: 5 });
  });

  it("of a delayed dispatch are counted from when it was due: that its run had to be created long before makes it no sooner lost", async () => {
    const id = await storedDispatch({ type: "later.counted", data: 1 });
    await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
    await reconcileOverdue([id]);
    await env.DISPATCH_WORKFLOW.deleteBatch([id]);
    await startErring(id);
    for (let restarts = 1; restarts <= 6; restarts++) {
      await nextLook(id);
      expect((await dispatchRow(id)).status).toBe("ongoing");
      await runIs(id, "errored");
    }
    const { due_at } = await dispatchRow(id);
    expect(Date.now() - due_at).toBeLessThan(2 * HOUR_MS);
  });

  it("are forgotten when an attempt is recorded", async () => {
    const id = await storedDispatch({ type: "fast.forgotten", data: { script: ["failed"] } });
    await wornOut(id, { recoveries: 4 });
    await look(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 1 });
    expect(await repairColumns(id)).toEqual({ recoveries: 0, overdue_since: null });
  });

  it("of a run that gets on again leave the dispatch as settled by its attempt, and the notes tell of them", async () => {
    const id = await waitingToRetry();
    await (await runOf(id)).terminate();
    await wornOut(id, { recoveries: 4 });
    await nextLook(id);
    await settled(id);
    expect(await hub.getDispatch(id)).toMatchObject({ status: "complete", recoveries: 0, notes: [{ kind: "repair" }] });
    expect(await repairColumns(id)).toEqual({ recoveries: 0, overdue_since: null });
  });
});
