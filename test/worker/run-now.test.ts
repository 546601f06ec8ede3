import { describe, expect, it } from "vitest";
import type { Operation as Said } from "../../schema/contract/operations.ts";
import { type SettledStatus, STATUSES } from "../../schema/contract/statuses.ts";
import { CHECK, SECOND_MS } from "../../schema/limits.ts";
import { runNow } from "../../src/hub/operate/run-now.ts";
import { callsOf } from "./support/attempts.ts";
import { consume } from "./support/consume.ts";
import { failingD1, type Operation, withEachTripFailing } from "./support/failing-d1.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { envWith, hub, startedDispatch, storedDispatch } from "./support/hub.ts";
import { auditSince, engineThat, hubOf, operate, settledDispatch, storedNotes } from "./support/operating.ts";
import { attempted, called, nextLook, notesOf, repairColumns } from "./support/reconciling.ts";
import { dispatchRow, executionsOf, settled, until } from "./support/rows.ts";
import { fallAsleep, runIs, runOf } from "./support/runs.ts";

const SETTLED = STATUSES.filter((status): status is SettledStatus => status !== "ongoing");

/** A dispatch that is due in 30 days, and whose run sleeps until then. */
async function scheduled(data: unknown = 1): Promise<string> {
  const id = await startedDispatch({ type: "later.scheduled", data: data as never });
  await runIs(id, "running");
  return id;
}

/** A dispatch that failed once and waits an hour for its next attempt. */
async function waitingToRetry(...then: readonly unknown[]): Promise<string> {
  const script = [{ status: "failed", retryAfter: "1 hour" }, ...then];
  const id = await startedDispatch({ type: "fast.waiting", data: { script } as never });
  await attempted(id);
  return id;
}

const ordinalsOf = async (id: string) => (await callsOf(id)).map(({ delivery }) => delivery["attempt"]);

const runNowIn = async (id: string, changes: Parameters<typeof envWith>[0], said: Said = {}) =>
  await operate(envWith(changes), async (operator) => await runNow(operator, id, said));

describe.concurrent("a dispatch that is run now", () => {
  it("is delivered within seconds, though it was scheduled for much later", async () => {
    const id = await scheduled();
    const { due_at: planned } = await dispatchRow(id);
    const before = Date.now();
    const view = await hub.runNow(id, { by: "anna", reason: "customer waits" });
    expect(view).toMatchObject({ id, status: "ongoing", stage: "running", attempts: 0 });
    expect(Date.parse(view.dueAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(view.dueAt)).toBeLessThanOrEqual(Date.now());
    expect(await settled(id, 5 * SECOND_MS)).toMatchObject({ status: "complete", attempts: 1, due_at: Date.parse(view.dueAt) });
    expect(await ordinalsOf(id)).toEqual([1]);
    expect(await storedNotes(id)).toEqual([
      { at: Date.parse(view.dueAt), kind: "run_now", by: "anna", reason: "customer waits", detail: JSON.stringify({ dueAt: planned }) },
    ]);
  });

  it("is looked at by the reconciler a minute after, no longer when it was planned", async () => {
    const id = await storedDispatch({ type: "later.checked", data: 1 });
    await runNowIn(id, { DISPATCH_WORKFLOW: engineThat({ creates: async () => ({ created: [], errors: [] }) }) });
    const { due_at, check_at } = await dispatchRow(id);
    expect(check_at).toBe(due_at + CHECK.graceMs);
    expect(Math.abs(due_at - Date.now())).toBeLessThan(5 * SECOND_MS);
  });

  it("gets its next attempt at once when it waits to retry, with the next ordinal, and none is skipped", async () => {
    const id = await waitingToRetry("complete");
    await hub.runNow(id);
    expect(await settled(id, 5 * SECOND_MS)).toMatchObject({ status: "complete", attempts: 2 });
    expect(await ordinalsOf(id)).toEqual([1, 2]);
    expect(await executionsOf(id)).toMatchObject([
      { attempt: 1, outcome: "failed" },
      { attempt: 2, outcome: "complete" },
    ]);
  });

  it("goes on by its policy: the attempts it had count", async () => {
    const id = await waitingToRetry("failed", "failed", "complete");
    await hub.runNow(id);
    expect(await settled(id)).toMatchObject({ status: "failed", attempts: 3 });
    expect(await ordinalsOf(id)).toEqual([1, 2, 3]);
  });

  it("can be run now at each of its waits", async () => {
    const hour = { status: "failed", retryAfter: "1 hour" };
    const id = await waitingToRetry(hour, "complete");
    await hub.runNow(id, { by: "anna" });
    await attempted(id, 2);
    await hub.runNow(id, { by: "bert" });
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 3 });
    expect((await notesOf(id)).map(({ by }) => by)).toEqual(["anna", "bert"]);
  });

  it("is delivered though it has no run, or one that was terminated or paused", async () => {
    const [missing, terminated, paused] = [await storedDispatch({ type: "later.missing", data: 1 }), await scheduled(), await scheduled()];
    await (await runOf(terminated)).terminate();
    await (await runOf(paused)).pause();
    await runIs(paused, "paused");
    for (const id of [missing, terminated, paused]) {
      await hub.runNow(id);
      expect(await settled(id, 5 * SECOND_MS)).toMatchObject({ status: "complete", attempts: 1 });
    }
  });

  it("is delivered once when the message that starts it comes only now, with the time that was planned", async () => {
    const id = await storedDispatch({ type: "later.message", data: 1 });
    const { due_at: dueAt } = await dispatchRow(id);
    await hub.runNow(id);
    await consume([{ kind: "start", runs: [{ id, dueAt }] }]);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    await consume([{ kind: "start", runs: [{ id, dueAt }] }]);
    expect(await ordinalsOf(id)).toEqual([1]);
  });

  it("is delivered once, and noted once, by many at once", async () => {
    const id = await scheduled();
    const said = await Promise.all(Array.from({ length: 10 }, async (_, nth) => await faultOf(hub.runNow(id, { by: `hand ${nth}` }))));
    expect(new Set(said).isSubsetOf(new Set(["no failure", "dispatch.settled"]))).toBe(true);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect([await ordinalsOf(id), (await storedNotes(id)).length]).toEqual([[1], 1]);
  });
});

describe.concurrent("a dispatch that is due already", () => {
  it("is not attempted twice: the call under way goes on, nothing changes and nothing is noted", async () => {
    const id = await startedDispatch({ type: "fast.call", data: { script: [{ takesMs: 2_000, reply: "complete" }] } });
    await called(id);
    const before = await dispatchRow(id);
    expect(await hub.runNow(id)).toMatchObject({ status: "ongoing", stage: "running", dueAt: new Date(before.due_at).toISOString() });
    expect(await dispatchRow(id)).toEqual(before);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect([await ordinalsOf(id), await storedNotes(id)]).toEqual([[1], []]);
  });

  it("is woken when its run sleeps", async () => {
    const id = await startedDispatch({ type: "delayed.asleep", data: 1 });
    await fallAsleep(id);
    const { due_at } = await dispatchRow(id);
    await scheduler.wait(Math.max(0, due_at - Date.now()) + 300);
    expect(await callsOf(id)).toEqual([]);
    await hub.runNow(id);
    expect(await settled(id, 5 * SECOND_MS)).toMatchObject({ status: "complete", attempts: 1 });
  });

  it("and has no run is left to the reconciler, which makes one", async () => {
    const id = await storedDispatch({ type: "fast.missing", data: 1 });
    expect(await hub.runNow(id)).toMatchObject({ status: "ongoing" });
    if ((await dispatchRow(id)).status === "ongoing") await nextLook(id);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
  });
});

describe.concurrent("what cannot be run", () => {
  it.each(SETTLED)("is a dispatch that is %s: it stays as it was, and nothing is noted", async (status) => {
    const id = await settledDispatch(status);
    const before = await dispatchRow(id);
    expect(await failureOf(hub.runNow(id))).toContain(`(dispatch.settled) Dispatch ${id} cannot be run: it is ${status}.`);
    expect([await dispatchRow(id), await storedNotes(id)]).toEqual([before, []]);
  });

  it.each(["x", "0198c5b2-0000-7000-8000-000000000000-0", "%"])("is a dispatch that there is not: %j", async (id) => {
    expect(await failureOf(hub.runNow(id))).toContain(`(dispatch.unknown) There is no dispatch ${id}.`);
  });

  it.each([[""], [7], [null], [undefined]])("is what is no id: %j", async (id) => {
    expect(await faultOf(hub.runNow(id as string))).toBe("query.invalid");
  });

  const options: readonly [unknown, string][] = [
    [{ by: "" }, "by: must be at least 1 character long"],
    [{ by: "b".repeat(201) }, "by: must be at most 200 characters long"],
    [{ reason: "r".repeat(1_001) }, "reason: must be at most 1000 characters long"],
    [{ at: "12:00" }, 'unknown field "at"'],
  ];
  it.each(options)("is what is asked for with %j: it stays scheduled, and the option is named", async (given, problem) => {
    const id = await storedDispatch({ type: "later.options", data: 1 });
    const before = await dispatchRow(id);
    expect(await failureOf(hub.runNow(id, given as Said))).toContain(`(options.invalid) ${problem}`);
    expect([await dispatchRow(id), await storedNotes(id)]).toEqual([before, []]);
  });
});

describe.concurrent("the note of a run", () => {
  it("says whom the binding names, and what a caller says of itself wins; without either it is rpc", async () => {
    const doers = async (of: typeof hub, by?: string) => {
      const id = await storedDispatch({ type: "later.by", data: 1 });
      await of.runNow(id, { by });
      return (await notesOf(id)).map((note) => [note.by, "reason" in note]);
    };
    expect(await doers(hub)).toEqual([["rpc", false]]);
    expect(await doers(hubOf("shop"))).toEqual([["shop", false]]);
    expect(await doers(hubOf("shop"), "anna")).toEqual([["anna", false]]);
  });

  it("keeps any text as it is", async () => {
    const id = await storedDispatch({ type: "later.hostile", data: 1 });
    const said = { by: `<script>'); DROP TABLE notes; --`, reason: "\u202E\u2028 👩‍🚒 {{7*7}}" };
    await hub.runNow(id, said);
    expect(await notesOf(id)).toMatchObject([said]);
  });
});

describe.concurrent("when the engine fails", () => {
  /** What the reconciler does until the dispatch has settled: time passes with its looks. */
  async function repaired(id: string): Promise<void> {
    for (let looks = 0; looks < 10 && (await dispatchRow(id)).status === "ongoing"; looks++) {
      await nextLook(id);
      await until(async () => ((await dispatchRow(id)).status === "ongoing" ? undefined : true), { what: "it", withinMs: 700 }).catch(
        () => undefined,
      );
    }
  }

  const refused = new Error("internal error; reference = 1");
  const creations: readonly [string, () => Promise<unknown>][] = [
    ["throws", async () => await Promise.reject(refused)],
    ["limits the rate", async () => await Promise.reject(new Error("rate limit: too many requests"))],
    ["refuses it", async () => ({ created: [], errors: [{ index: 0, code: 10001, message: "internal" }] })],
  ];
  it.each(creations)("to create the new run and %s, the reconciler does, and the attempts count on", async (_, creates) => {
    const [fresh, tried] = [await scheduled(), await waitingToRetry("complete")];
    for (const id of [fresh, tried]) {
      await runNowIn(id, { DISPATCH_WORKFLOW: engineThat({ creates }) });
      await nextLook(id);
    }
    expect(await settled(fresh)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await settled(tried)).toMatchObject({ status: "complete", attempts: 2 });
    expect([await ordinalsOf(fresh), await ordinalsOf(tried)]).toEqual([[1], [1, 2]]);
    expect((await notesOf(fresh)).map(({ kind }) => kind)).toEqual(["run_now", "repair"]);
  });

  it("to delete the run of a dispatch that waits to retry, the reconciler restarts it, and the attempts count on", async () => {
    const id = await waitingToRetry("complete");
    await runNowIn(id, { DISPATCH_WORKFLOW: engineThat({ deletes: async () => await Promise.reject(refused) }) });
    expect((await dispatchRow(id)).due_at).toBeLessThanOrEqual(Date.now());
    await repaired(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "complete", attempts: 2 });
    expect(await ordinalsOf(id)).toEqual([1, 2]);
    expect(await repairColumns(id)).toEqual({ recoveries: 0, overdue_since: null });
  });
});

describe.concurrent("when the database fails", () => {
  const running: Operation<string> = {
    prepare: async () => await scheduled(),
    run: async (d1, id) => await runNowIn(id, { DB: d1 }, { by: "anna" }),
    check: async (id, result) => {
      expect(result).toMatchObject({ id });
      expect(await settled(id, 5 * SECOND_MS)).toMatchObject({ status: "complete", attempts: 1 });
      expect(await ordinalsOf(id)).toEqual([1]);
      expect(await storedNotes(id)).toMatchObject([{ kind: "run_now", by: "anna" }]);
    },
  };

  it("once, whichever round trip is lost or goes unheard, the dispatch is delivered once and noted once", async () => {
    expect(await withEachTripFailing(running)).toEqual([]);
  });

  it("to the end it says storage.unavailable, and the dispatch stays scheduled", async () => {
    const id = await scheduled();
    const before = await dispatchRow(id);
    expect(await faultOf(running.run(failingD1((nth) => (nth > 2 ? "lost" : "none")).d1, id))).toBe("storage.unavailable");
    expect([await dispatchRow(id), await storedNotes(id)]).toEqual([before, []]);
    await runIs(id, "running");
  });
});

describe("the audit", () => {
  it("has nothing unexplained about what was run now", async () => {
    const from = new Date();
    const [fresh, tried, failing] = await Promise.all([scheduled(), waitingToRetry("complete"), scheduled({ script: ["failed"] })]);
    for (const id of [fresh, tried, failing]) await hub.runNow(id);
    for (const id of [fresh, tried, failing]) await settled(id);
    expect(await auditSince(from)).toMatchObject({
      ...{ events: 3, executions: 6, unexplained: 0, mismatches: {}, ended: 0 },
      dispatches: { complete: 2, failed: 1, ongoing: 0 },
    });
  });
});

it("a scheduled dispatch whose old run could not be deleted is delivered all the same, once the hub looks at it", async () => {
  const id = await scheduled();
  const deletes = async () => await Promise.reject(new Error("internal error; reference = 1"));
  await runNowIn(id, { DISPATCH_WORKFLOW: engineThat({ deletes }) });
  for (let looks = 0; looks < 5 && (await dispatchRow(id)).status === "ongoing"; looks++) {
    await nextLook(id);
    await scheduler.wait(500);
  }
  expect(await dispatchRow(id)).toMatchObject({ status: "complete", attempts: 1 });
});

it("a dispatch that somebody looks at while it is run now can be run now again", async () => {
  const script = [{ status: "failed", retryAfter: "1 hour" }, "complete"];
  const id = await scheduled({ script });
  await hub.runNow(id);
  for (let looks = 0; looks < 20; looks++) {
    await hub.getDispatch(id);
    await scheduler.wait(10);
  }
  await attempted(id);
  await hub.runNow(id);
  expect(await settled(id, 8_000)).toMatchObject({ status: "complete", attempts: 2 });
  expect(await callsOf(id)).toHaveLength(2);
});
