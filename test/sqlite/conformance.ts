import { describe, expect, test } from "vitest";
import { CHECK } from "../../schema/limits.ts";
import type { EmitPlan } from "../../src/domain/emit/plan-emit.ts";
import { claimProbe } from "../../src/store/attempt/auto-pause.ts";
import { loadAttempt } from "../../src/store/attempt/load-attempt.ts";
import { recordAttempt } from "../../src/store/attempt/record-attempt.ts";
import { fenceOf } from "../../src/store/d1/fences.ts";
import { storePlan } from "../../src/store/emit/store-plan.ts";
import { storeQueuedPlan } from "../../src/store/emit/store-queued-plan.ts";
import { cancelDispatches } from "../../src/store/operate/cancel-dispatches.ts";
import { storeRedrive } from "../../src/store/operate/store-redrive.ts";
import { purgeChains } from "../../src/store/purge/purge-chains.ts";
import { readDeadLetters } from "../../src/store/read/read-dead-letters.ts";
import { readDispatch, readDispatches } from "../../src/store/read/read-dispatches.ts";
import { readEvents } from "../../src/store/read/read-events.ts";
import { claimOverdue } from "../../src/store/repair/claim-overdue.ts";
import { claimRepair } from "../../src/store/repair/claim-repair.ts";
import { attemptRecord, freshPlan, newId, note } from "./store-facts.ts";

const NOW = Date.UTC(2026, 10, 21);

async function stored(d1: D1Database, given: Parameters<typeof freshPlan>[0] = {}): Promise<EmitPlan & { readonly id: string }> {
  const plan = freshPlan(given);
  await storePlan(d1, { plan, config: null });
  return { ...plan, id: plan.dispatches[0]?.id ?? "" };
}

/** What the store does with its database, in the same words for each database it is given. */
export function storeConformance(name: string, open: () => D1Database): void {
  describe(`the store on ${name}`, () => {
    test("a statement answers with its rows and how many it changed", async () => {
      const d1 = open();
      const { id } = await stored(d1);
      const update = d1.prepare("UPDATE dispatches SET due_at = ?2 WHERE id = ?1").bind(id, 7);
      expect((await update.run()).meta.changes).toBe(1);
      const returning = d1.prepare("UPDATE dispatches SET due_at = 8 WHERE id = ?1 RETURNING id, due_at AS dueAt").bind(id);
      expect(await returning.all()).toMatchObject({ results: [{ id, dueAt: 8 }], meta: { changes: 1 } });
      expect((await d1.prepare("UPDATE dispatches SET due_at = 9 WHERE id = 'none'").run()).meta.changes).toBe(0);
      const select = d1.prepare("SELECT id, due_at AS dueAt FROM dispatches WHERE id = ?1").bind(id);
      expect(await select.first()).toEqual({ id, dueAt: 8 });
      expect(await select.first("dueAt")).toBe(8);
      expect(await select.raw()).toEqual([[id, 8]]);
      expect(await d1.prepare("SELECT 1 FROM events WHERE id = 'none'").first()).toBeNull();
    });

    test("a batch is one transaction: what fails in it undoes what went before", async () => {
      const d1 = open();
      const { id } = await stored(d1);
      const failing = [
        d1.prepare("UPDATE dispatches SET due_at = 1 WHERE id = ?1").bind(id),
        d1.prepare("UPDATE events SET type = NULL WHERE id = (SELECT event_id FROM dispatches WHERE id = ?1)").bind(id),
      ];
      const error = await d1.batch(failing).catch((thrown: unknown) => thrown);
      expect(fenceOf(error)).toBe("knownKey");
      expect((await readDispatch(d1, id))?.dueAt).not.toBe(1);
    });

    test("changes() in a batch counts the statement before", async () => {
      const d1 = open();
      const { id } = await stored(d1);
      const cancel = { note: note("cancel", NOW) };
      expect(await cancelDispatches(d1, [id, "none"], cancel)).toEqual([id]);
      expect(await cancelDispatches(d1, [id], { note: note("cancel", NOW) })).toEqual([]);
    });

    test("a plan is stored once, however often it is written", async () => {
      const d1 = open();
      const plan = freshPlan({ data: { n: 1.5, text: "\u0001 ☃ 'x'", list: [null, true, {}] } });
      for (let times = 0; times < 3; times++) expect((await storePlan(d1, { plan, config: null })).known.size).toBe(0);
      const correlationId = plan.events[0]?.correlationId;
      const { rows } = await readEvents(d1, { correlationId, limit: 10 }, undefined);
      expect(rows).toEqual(plan.events);
    });

    test("a known key stores nothing again and tells the first; another fact under it is refused", async () => {
      const d1 = open();
      const key = newId();
      const first = await stored(d1, { key, data: { a: 1, b: 2 } });
      const again = freshPlan({ key, data: { b: 2, a: 1 } });
      const { known } = await storePlan(d1, { plan: again, config: null });
      const dispatches = [{ id: first.id, destination: "email", dueAt: first.dispatches[0]?.dueAt, status: "ongoing", superseded: 0 }];
      expect(known.get(again.events[0]?.id ?? "")).toEqual({ id: first.events[0]?.id, dispatches });
      expect(await readDispatch(d1, again.dispatches[0]?.id ?? "")).toBeUndefined();
      await expect(storePlan(d1, { plan: freshPlan({ key, data: { a: 2 } }), config: null })).rejects.toThrow(/^\(key\.conflict\) /);
    });

    test("an attempt is recorded once, with its follow-ups; another answer to it is discarded", async () => {
      const d1 = open();
      const { id } = await stored(d1);
      const followUps = freshPlan();
      const record = attemptRecord(id, { followUps });
      expect((await recordAttempt(d1, record)).effect).toBe("applied");
      expect((await recordAttempt(d1, record)).effect).toBe("applied");
      const other = attemptRecord(id, { next: { status: "failed", reason: "late" }, outcome: "failed", followUps: freshPlan() });
      expect((await recordAttempt(d1, other)).effect).toBe("discarded");
      expect(await loadAttempt(d1, id)).toMatchObject({ status: "complete", past: [{ outcome: "complete" }], control: null });
      expect(await readDispatch(d1, followUps.dispatches[0]?.id ?? "")).toMatchObject({ status: "ongoing" });
      expect(await readDispatch(d1, other.followUps.dispatches[0]?.id ?? "")).toBeUndefined();
    });

    test("an answer to what was settled otherwise is kept, and nothing follows from it", async () => {
      const d1 = open();
      const { id } = await stored(d1);
      await cancelDispatches(d1, [id], { note: note("cancel", NOW) });
      const record = attemptRecord(id, { followUps: freshPlan() });
      expect((await recordAttempt(d1, record)).effect).toBe("kept");
      expect(await readDispatch(d1, id)).toMatchObject({ status: "cancelled", attempts: 1 });
      expect(await readDispatch(d1, record.followUps.dispatches[0]?.id ?? "")).toBeUndefined();
    });

    test("failures in a row trip a destination, and one probe at a time is claimed", async () => {
      const d1 = open();
      const destination = `d-${newId()}`;
      const count = { do: "count", destination, after: 2, probeMs: 10 } as const;
      for (const at of [1, 2]) {
        const { id } = await stored(d1, { destination });
        await recordAttempt(
          d1,
          attemptRecord(id, { outcome: "failed", next: { status: "failed", reason: "no" }, control: count, finishedAt: at }),
        );
      }
      const { id } = await stored(d1, { destination });
      expect(await loadAttempt(d1, id)).toMatchObject({ control: { state: "tripped", probeAt: 12, since: 2, rate: null } });
      const claims = [1, 2].map(() => claimProbe(d1, { destination, probeAt: 12, until: 22 }));
      expect((await Promise.all(claims)).toSorted()).toEqual([false, true]);
    });

    test("overdue dispatches are claimed once", async () => {
      const d1 = open();
      const { id } = await stored(d1, { dueAt: -CHECK.graceMs });
      const claimed = await claimOverdue(d1, { now: 1, until: 5, limit: 100_000 });
      expect(claimed).toContainEqual({ id, checkAt: 5 });
      expect(await claimOverdue(d1, { now: 1, until: 6, limit: 100_000 })).not.toContainEqual(expect.objectContaining({ id }));
    });

    test("a redrive is stored while nothing of its line is ongoing, and what was retried is no dead letter", async () => {
      const d1 = open();
      const destination = `d-${newId()}`;
      const { id } = await stored(d1, { destination });
      const redrive = { id: `${id}-r1`, redriveOf: id, root: id, last: id, policy: "{}", dueAt: 0, checkAt: 1 };
      const retry = () => ({ ...note("retry", NOW), subjectId: id, detail: "{}" });
      expect(await storeRedrive(d1, redrive, retry())).toBe(false);
      await recordAttempt(d1, attemptRecord(id, { outcome: "failed", next: { status: "failed", reason: "no stock" } }));
      expect((await readDeadLetters(d1, { destination })).groups).toMatchObject([
        { destination, reason: "no stock", count: 1, latest: id },
      ]);
      expect(await storeRedrive(d1, redrive, retry())).toBe(true);
      expect((await readDeadLetters(d1, { destination })).total).toBe(0);
      const { rows } = await readDispatches(d1, { eventId: id.slice(0, 36), limit: 10 }, undefined);
      expect(rows.map((row) => row.id).toSorted()).toEqual([id, `${id}-r1`]);
    });

    test("an answer to what was lost and retried since is written with what it makes of the line, whenever the call was over", async () => {
      const d1 = open();
      const { id } = await stored(d1);
      const redrive = { id: `${id}-r1_000000001`, redriveOf: id, root: id, last: id, policy: "{}", dueAt: 0, checkAt: 1 };
      const lost = { status: "lost", settledAt: 100, reason: null } as const;
      await claimRepair(d1, { taken: { id, checkAt: CHECK.graceMs }, to: lost, note: null });
      await storeRedrive(d1, redrive, { ...note("retry", NOW), subjectId: id, detail: "{}" });
      const failed = { outcome: "failed", next: { status: "failed", reason: null } } as const;
      await recordAttempt(d1, attemptRecord(redrive.id, { ...failed, finishedAt: 200 }));
      const standing = async () => await Promise.all([id, redrive.id].map(async (of) => (await readDispatch(d1, of))?.superseded));
      expect(await standing()).toEqual([1, 0]);
      expect((await recordAttempt(d1, attemptRecord(id, { ...failed, finishedAt: 300 }))).effect).toBe("applied");
      expect(await standing()).toEqual([0, 1]);

      const other = await stored(d1);
      await claimRepair(d1, { taken: { id: other.id, checkAt: CHECK.graceMs }, to: lost, note: null });
      await recordAttempt(d1, attemptRecord(other.id, { ...failed, finishedAt: 50 }));
      expect(await readDispatch(d1, other.id)).toMatchObject({ status: "failed", settledAt: 100 });
    });

    test("a chain that is in use is fenced off from a purge", async () => {
      const d1 = open();
      const { id, events } = await stored(d1);
      const going = { chains: events.map((event) => event.id), before: Date.now() + 1_000, deadLetters: false, dryRun: false };
      expect(await purgeChains(d1, going)).toBeNull();
      await cancelDispatches(d1, [id], { note: note("cancel", NOW) });
      expect(await purgeChains(d1, { ...going, before: NOW })).toBeNull();
      expect(await purgeChains(d1, going)).toMatchObject({ events: 1, dispatches: 1, notes: 1 });
      expect(await readDispatch(d1, id)).toBeUndefined();
    });

    test("an answer to a dispatch that was purged is discarded, and nothing of it is written", async () => {
      const d1 = open();
      const gone = `${newId()}-0`;
      const record = attemptRecord(gone, { followUps: freshPlan(), odd: "what", control: { do: "clear", destination: "email" } });
      expect((await recordAttempt(d1, record)).effect).toBe("discarded");
      expect(await readDispatch(d1, record.followUps.dispatches[0]?.id ?? "")).toBeUndefined();
      const left =
        "SELECT (SELECT count(*) FROM executions WHERE dispatch_id = ?1) + (SELECT count(*) FROM notes WHERE subject_id = ?1) AS count";
      expect(await d1.prepare(left).bind(gone).first("count")).toBe(0);
    });

    test("a queued emit is stored once, also when what it stored is gone", async () => {
      const d1 = open();
      const plan = freshPlan();
      const config = { version: newId(), body: "{}", firstSeenAt: 0 };
      const [id = ""] = plan.dispatches.map((dispatch) => dispatch.id);
      for (let times = 0; times < 2; times++)
        expect(await storeQueuedPlan(d1, { plan, config, now: NOW })).toMatchObject({ ongoing: new Set([id]) });
      for (const table of ["dispatches", "events"])
        await d1.prepare(`DELETE FROM ${table} WHERE id >= ?1 AND id <= ?2`).bind(plan.events[0]?.id, id).run();
      expect((await storeQueuedPlan(d1, { plan, config, now: NOW })).ongoing).toEqual(new Set());
      expect(await readDispatch(d1, id)).toBeUndefined();
    });
  });
}
