import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Cancelled, Operation as Said } from "../../schema/contract/operations.ts";
import { type SettledStatus, STATUSES } from "../../schema/contract/statuses.ts";
import { MINUTE_MS } from "../../schema/limits.ts";
import { cancelDispatch, cancelEvent } from "../../src/hub/operate/cancel.ts";
import { callsOf, look } from "./support/attempts.ts";
import { failingD1, type Operation, withEachTripFailing } from "./support/failing-d1.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { envWith, hub, only, startedDispatch, store, storedDispatch, unique } from "./support/hub.ts";
import { auditSince, hubOf, nthRedrive, operate, replyWith, settleBySql, settledDispatch, storedNotes } from "./support/operating.ts";
import { attempted, called, notesOf, startRun } from "./support/reconciling.ts";
import { dispatchRow, eventsCausedBy, executionsOf, rows, settled, until } from "./support/rows.ts";
import { type EngineChanges, engineWith, runIs, runOf } from "./support/runs.ts";

const SETTLED = STATUSES.filter((status): status is SettledStatus => status !== "ongoing");

const eventOf = (dispatchId: string) => dispatchId.slice(0, 36);

/** A dispatch whose attempt takes two seconds, and has begun. */
async function inCall(reply: unknown, more: readonly unknown[] = []): Promise<string> {
  const id = await startedDispatch({ type: "constant.call", data: { script: [{ takesMs: 2_000, reply }, ...more] } as never });
  await called(id);
  return id;
}

/** A dispatch that failed once and waits an hour for its next attempt. */
async function waitingToRetry(): Promise<string> {
  const id = await startedDispatch({ type: "fast.waiting", data: { script: [{ status: "failed", retryAfter: "1 hour" }, "complete"] } });
  await attempted(id);
  return id;
}

async function scheduled(): Promise<string> {
  const id = await startedDispatch({ type: "later.scheduled", data: 1 });
  await runIs(id, "running");
  return id;
}

/** An operation with an engine of the test's own. */
const withEngine = async (changes: EngineChanges, id: string) => {
  const { runs, orders } = engineWith(changes);
  const view = await operate(envWith({ DISPATCH_WORKFLOW: runs }), async (operator) => await cancelDispatch(operator, id, {}));
  return { view, orders };
};

describe.concurrent("a dispatch that is cancelled", () => {
  it("settles so at once, with the reason, and nobody looks at it any more", async () => {
    const id = await scheduled();
    const before = Date.now();
    const view = await hub.cancelDispatch(id, { by: "anna", reason: "order withdrawn" });
    const row = await dispatchRow(id);
    expect(row).toMatchObject({ status: "cancelled", reason: "order withdrawn", check_at: null, attempts: 0 });
    expect(row.settled_at).toBeGreaterThanOrEqual(before);
    expect(row.settled_at).toBeLessThanOrEqual(Date.now());
    expect(view).toEqual({
      ...{ id, eventId: eventOf(id), route: "later", destination: "scripted", status: "cancelled", stage: "cancelled", attempts: 0 },
      ...{ dueAt: new Date(row.due_at).toISOString(), settledAt: new Date(row.settled_at ?? 0).toISOString(), reason: "order withdrawn" },
    });
  });

  it("while it is scheduled is never attempted, and its sleeping run is ended", async () => {
    const id = await scheduled();
    await hub.cancelDispatch(id);
    await runIs(id, "terminated");
    expect([await callsOf(id), await executionsOf(id)]).toEqual([[], []]);
    expect((await dispatchRow(id)).status).toBe("cancelled");
  });

  it("while it waits to retry keeps its attempts and gets no other, and its sleeping run is ended", async () => {
    const id = await waitingToRetry();
    await hub.cancelDispatch(id);
    await runIs(id, "terminated");
    expect(await dispatchRow(id)).toMatchObject({ status: "cancelled", attempts: 1, reason: null });
    expect(await executionsOf(id)).toMatchObject([{ attempt: 1, outcome: "failed" }]);
    expect(await callsOf(id)).toHaveLength(1);
  });

  it("shortly before it is due is not attempted, and its run ends by itself", async () => {
    const id = await startedDispatch({ type: "fast.soon", data: 1, delay: "3s" });
    await runIs(id, "running");
    const { orders } = await withEngine({}, id);
    expect(orders).toEqual([]);
    expect(await runIs(id, "complete")).toMatchObject({ output: "cancelled" });
    expect(await callsOf(id)).toEqual([]);
  });

  it("before it was started is not attempted when it is started after all", async () => {
    const id = await storedDispatch({ type: "fast.unstarted", data: 1 });
    await hub.cancelDispatch(id);
    await startRun(id);
    expect(await runIs(id, "complete")).toMatchObject({ output: "cancelled" });
    expect(await callsOf(id)).toEqual([]);
  });

  it("stays cancelled when its run cannot be ended: the run finds out at its next look", async () => {
    const id = await scheduled();
    const refuses = async () => await Promise.reject(new Error("workflows.api.error.internal_server"));
    const { view, orders } = await withEngine({ terminate: refuses }, id);
    expect([view.status, orders]).toEqual(["cancelled", [["terminate", id]]]);
    expect(await look(id)).toBe('{"status":"cancelled"}');
    expect(await callsOf(id)).toEqual([]);
    await (await runOf(id)).terminate();
  });
});

describe.concurrent("an attempt under way when its dispatch is cancelled", () => {
  const recorded = async (id: string) =>
    await until(async () => ((await executionsOf(id)).length > 0 ? true : undefined), { what: `an execution of ${id}` });

  const replies: readonly [string, unknown, string][] = [
    ["complete", "complete", "complete"],
    ["ignored", "ignored", "ignored"],
    ["a failure that would be retried", "failed", "failed"],
    ["a failure that would not", { status: "failed", retryable: false, reason: "no" }, "failed"],
  ];
  it.each(replies)("is recorded with its answer and nothing follows: %s", async (_, reply, outcome) => {
    const id = await inCall(reply, ["complete"]);
    const { view, orders } = await withEngine({}, id);
    const stand = await dispatchRow(id);
    expect([view.status, view.attempts, orders]).toEqual(["cancelled", 0, []]);
    await recorded(id);
    expect(await dispatchRow(id)).toEqual({ ...stand, attempts: 1 });
    expect(await executionsOf(id)).toMatchObject([{ attempt: 1, outcome }]);
    expect(await runIs(id, "complete")).toMatchObject({ output: "cancelled" });
    expect(await callsOf(id)).toHaveLength(1);
  });

  it("emits nothing: the events of its reply are not stored", async () => {
    const type = unique("fast.reply.");
    const emitted = [
      { type, data: 1, source: "s", key: unique("k") },
      { type, data: 2 },
    ];
    const id = await inCall({ status: "complete", emit: emitted });
    await hub.cancelDispatch(id, { reason: "too late" });
    await recorded(id);
    await runIs(id, "complete");
    expect(await dispatchRow(id)).toMatchObject({ status: "cancelled", reason: "too late", attempts: 1 });
    expect(await eventsCausedBy(id)).toEqual([]);
    expect(await rows("SELECT id FROM events WHERE type = ?", type)).toEqual([]);
  });
});

describe.concurrent("what cannot be cancelled", () => {
  it.each(SETTLED)("is a dispatch that is %s: it stays as it was, and nothing is noted", async (status) => {
    const id = await settledDispatch(status);
    const before = await dispatchRow(id);
    expect(await failureOf(hub.cancelDispatch(id, { reason: "please" }))).toContain(
      `(dispatch.settled) Dispatch ${id} cannot be cancelled: it is ${status}.`,
    );
    expect([await dispatchRow(id), await storedNotes(id)]).toEqual([before, []]);
  });

  it.each(["x", "0198c5b2-0000-7000-8000-000000000000-0", "%"])("is a dispatch that there is not: %j", async (id) => {
    expect(await failureOf(hub.cancelDispatch(id))).toContain(`(dispatch.unknown) There is no dispatch ${id}.`);
  });

  it.each([[""], [7], [null], [undefined]])("is what is no id: %j", async (id) => {
    expect(await faultOf(hub.cancelDispatch(id as string))).toBe("query.invalid");
    expect(await faultOf(hub.cancelEvent(id as string))).toBe("query.invalid");
  });

  const options: readonly [unknown, string][] = [
    [{ reason: "" }, "reason: must be at least 1 character long"],
    [{ reason: "r".repeat(1_001) }, "reason: must be at most 1000 characters long"],
    [{ by: "b".repeat(201) }, "by: must be at most 200 characters long"],
    [{ delay: "5s" }, 'unknown field "delay"'],
    ["order withdrawn", "expected an object"],
  ];
  it.each(options)("is what is asked for with %j: it goes on, and the option is named", async (given, problem) => {
    const id = await storedDispatch({ type: "later.options", data: 1 });
    const before = await dispatchRow(id);
    expect(await failureOf(hub.cancelDispatch(id, given as Said))).toContain(`(options.invalid) ${problem}`);
    expect(await failureOf(hub.cancelEvent(eventOf(id), given as Said))).toContain(`(options.invalid) ${problem}`);
    expect([await dispatchRow(id), await storedNotes(id)]).toEqual([before, []]);
  });
});

describe.concurrent("cancelling again", () => {
  it("is refused, and who was first stands", async () => {
    const id = await storedDispatch({ type: "later.twice", data: 1 });
    await hub.cancelDispatch(id, { by: "anna", reason: "first" });
    const stand = await dispatchRow(id);
    expect(await faultOf(hub.cancelDispatch(id, { by: "bert", reason: "second" }))).toBe("dispatch.settled");
    expect(await dispatchRow(id)).toEqual(stand);
    expect(await storedNotes(id)).toMatchObject([{ by: "anna", reason: "first" }]);
  });

  it("at once is done once", async () => {
    const id = await scheduled();
    const said = await Promise.all(
      Array.from({ length: 10 }, async (_, nth) => await faultOf(hub.cancelDispatch(id, { by: `hand ${nth}` }))),
    );
    expect(new Set(said).isSubsetOf(new Set(["no failure", "dispatch.settled"]))).toBe(true);
    expect(said).toContain("no failure");
    expect(await storedNotes(id)).toHaveLength(1);
    await runIs(id, "terminated");
  });
});

describe.concurrent("the note of a cancellation", () => {
  it("says who, when and why", async () => {
    const id = await storedDispatch({ type: "later.noted", data: 1 });
    const { settledAt } = await hub.cancelDispatch(id, { by: "anna", reason: "order withdrawn" });
    expect(await notesOf(id)).toEqual([{ at: settledAt, kind: "cancel", by: "anna", reason: "order withdrawn" }]);
  });

  it("says whom the binding names, and what a caller says of itself wins; without either it is rpc", async () => {
    const doers = async (of: typeof hub, by?: string) => {
      const id = await storedDispatch({ type: "later.by", data: 1 });
      await of.cancelDispatch(id, { by });
      return (await notesOf(id)).map((note) => [note.by, "reason" in note]);
    };
    expect(await doers(hub)).toEqual([["rpc", false]]);
    expect(await doers(hubOf("shop"))).toEqual([["shop", false]]);
    expect(await doers(hubOf("shop"), "anna")).toEqual([["anna", false]]);
  });

  it.each([
    [`'); DROP TABLE notes; --`, `{"a":1}`],
    ["<script>alert(1)</script>", "\u202E\u2028 👩‍🚒"],
    ["b".repeat(200), "r".repeat(1_000)],
  ])("and the dispatch keep any text as it is: %j", async (by, reason) => {
    const id = await storedDispatch({ type: "later.hostile", data: 1 });
    expect(await hub.cancelDispatch(id, { by, reason })).toMatchObject({ reason });
    expect(await hub.getDispatch(id)).toMatchObject({ reason, notes: [{ by, reason }] });
  });
});

/** An event owed to five: one complete, one failed with a redrive that is ongoing, three ongoing. */
async function mixed(): Promise<{ event: string; ongoing: string[]; over: string[] }> {
  const event = only(await store({ type: "fan.mixed", data: 1, delay: "1 hour" })).id;
  const of = (ordinal: number) => `${event}-${ordinal}`;
  await settleBySql(of(0), "complete");
  await settleBySql(of(1), "failed");
  const redrive = await hub.retryDispatch(of(1), { delay: "1 hour" });
  return { event, ongoing: [of(2), of(3), of(4), redrive.id], over: [of(0), of(1)] };
}

describe.concurrent("cancelling an event", () => {
  it("cancels everything that it is still owed to, redrives too, each with the note, and says what was over", async () => {
    const { event, ongoing, over } = await mixed();
    const before = await Promise.all(over.map(dispatchRow));
    const { cancelled, settledBefore } = await hub.cancelEvent(event, { by: "anna", reason: "test order" });
    expect(cancelled.map(({ id, status, reason }) => [id, status, reason])).toEqual(ongoing.map((id) => [id, "cancelled", "test order"]));
    expect(settledBefore).toBe(2);
    // What the cancelled redrive was made of is the dead letter again.
    expect(await Promise.all(over.map(dispatchRow))).toEqual(before.map((row) => ({ ...row, superseded: 0 })));
    for (const id of ongoing) {
      expect(await dispatchRow(id)).toMatchObject({ status: "cancelled", check_at: null });
      expect(await storedNotes(id)).toMatchObject([{ kind: "cancel", by: "anna", reason: "test order", detail: null }]);
    }
    expect((await Promise.all(over.map(storedNotes))).flat().filter(({ kind }) => kind === "cancel")).toEqual([]);
  });

  it("ends its sleeping runs, and lets an attempt under way be recorded", async () => {
    const scripts = { scripted: [{ takesMs: 2_000, reply: "failed" }], second: [{ status: "failed", retryAfter: "1 hour" }] };
    const { id: event, dispatches } = only(await hub.emit({ type: "fan.running", data: { scripts } as never }));
    const [inFlight = "", waiting = ""] = dispatches.map(({ id }) => id);
    await Promise.all([called(inFlight), attempted(waiting), settled(`${event}-2`), settled(`${event}-3`), settled(`${event}-4`)]);
    expect(await hub.cancelEvent(event)).toMatchObject({ cancelled: [{ id: inFlight }, { id: waiting }], settledBefore: 3 });
    const { attempts } = await dispatchRow(inFlight);
    await runIs(waiting, "terminated");
    expect(await runIs(inFlight, "complete")).toMatchObject({ output: "cancelled" });
    expect(await dispatchRow(inFlight)).toMatchObject({ status: "cancelled", attempts: attempts + 1 });
    expect(await dispatchRow(waiting)).toMatchObject({ status: "cancelled", attempts: 1 });
    expect(await callsOf(inFlight)).toHaveLength(attempts + 1);
  });

  it("again, or of one that is owed to nobody, cancels nothing and is no fault", async () => {
    const { event } = await mixed();
    await hub.cancelEvent(event);
    expect(await hub.cancelEvent(event)).toEqual({ cancelled: [], settledBefore: 6 });
    const unrouted = only(await hub.emit({ type: unique("unrouted."), data: 1 })).id;
    expect(await hub.cancelEvent(unrouted)).toEqual({ cancelled: [], settledBefore: 0 });
  });

  it("touches no other event", async () => {
    const [one, other] = [await mixed(), await mixed()];
    await hub.cancelEvent(one.event);
    for (const id of other.ongoing) expect((await dispatchRow(id)).status).toBe("ongoing");
  });

  it.each(["x", "0198c5b2-0000-7000-8000-000000000000", "%"])("that there is not says event.unknown: %j", async (id) => {
    expect(await failureOf(hub.cancelEvent(id))).toContain(`(event.unknown) There is no event ${id}.`);
  });

  it("that is a dispatch says event.unknown", async () => {
    const id = await storedDispatch({ type: "later.nonevent", data: 1 });
    expect(await faultOf(hub.cancelEvent(id))).toBe("event.unknown");
    expect((await dispatchRow(id)).status).toBe("ongoing");
  });
});

describe.concurrent("a cancellation whose database fails", () => {
  const said = { by: "anna", reason: "order withdrawn" };
  const one: Operation<string> = {
    prepare: async () => await storedDispatch({ type: "later.fault", data: 1 }),
    run: async (d1, id) => await operate(envWith({ DB: d1 }), async (operator) => await cancelDispatch(operator, id, said)),
    check: async (id, result) => {
      expect(result).toMatchObject({ id, status: "cancelled" });
      expect(await dispatchRow(id)).toMatchObject({ status: "cancelled", reason: said.reason });
      expect(await storedNotes(id)).toMatchObject([{ kind: "cancel", ...said }]);
    },
  };

  it("once, whichever of its round trips is lost or goes unheard, is neither refused nor noted twice", async () => {
    expect(await withEachTripFailing(one)).toEqual([]);
  });

  it("once does the same for an event", async () => {
    const whole: Operation<Awaited<ReturnType<typeof mixed>>> = {
      prepare: mixed,
      run: async (d1, { event }) => await operate(envWith({ DB: d1 }), async (operator) => await cancelEvent(operator, event, said)),
      check: async ({ ongoing }, result) => {
        const { cancelled, settledBefore } = result as Cancelled;
        expect([cancelled.map(({ id }) => id), settledBefore]).toEqual([ongoing, 2]);
        for (const id of ongoing) expect(await storedNotes(id)).toMatchObject([{ kind: "cancel", ...said }]);
      },
    };
    expect(await withEachTripFailing(whole)).toEqual([]);
  });

  it("to the end says storage.unavailable, and the dispatch goes on", async () => {
    const id = await storedDispatch({ type: "later.down", data: 1 });
    const before = await dispatchRow(id);
    expect(await faultOf(one.run(failingD1((nth) => (nth > 2 ? "lost" : "none")).d1, id))).toBe("storage.unavailable");
    expect([await dispatchRow(id), await storedNotes(id)]).toEqual([before, []]);
  });
});

describe.concurrent("a retry of a cancelled dispatch", () => {
  it("delivers it, and what was cancelled stays so", async () => {
    const id = await scheduled();
    await hub.cancelDispatch(id);
    await hub.retryDispatch(id);
    expect(await settled(await nthRedrive(id, 1))).toMatchObject({ status: "complete", attempts: 1 });
    expect([(await dispatchRow(id)).status, await callsOf(id)]).toEqual(["cancelled", []]);
    expect((await notesOf(id)).map(({ kind }) => kind)).toEqual(["cancel", "retry"]);
  });

  it("delivers it though the attempt that was under way has not answered yet: each answer is recorded where it belongs", async () => {
    const id = await inCall("complete");
    await hub.cancelDispatch(id);
    await replyWith(id, "ignored");
    await hub.retryDispatch(id);
    expect(await settled(await nthRedrive(id, 1))).toMatchObject({ status: "ignored" });
    await runIs(id, "complete");
    expect(await dispatchRow(id)).toMatchObject({ status: "cancelled", attempts: 1 });
    expect(await executionsOf(id)).toMatchObject([{ outcome: "complete" }]);
  });

  it("can itself be cancelled", async () => {
    const id = await settledDispatch();
    await hub.retryDispatch(id, { delay: "1 hour" });
    await runIs(await nthRedrive(id, 1), "running");
    await hub.cancelDispatch(await nthRedrive(id, 1));
    await runIs(await nthRedrive(id, 1), "terminated");
    expect([(await dispatchRow(id)).status, (await dispatchRow(await nthRedrive(id, 1))).status]).toEqual(["failed", "cancelled"]);
  });
});

describe("the audit", () => {
  it("has nothing unexplained about what was cancelled, whenever it was, and finds no run that outlived it", async () => {
    const from = new Date();
    const [early, late, under] = await Promise.all([scheduled(), waitingToRetry(), inCall("complete")]);
    await Promise.all([early, late, under].map(async (id) => await hub.cancelDispatch(id)));
    await runIs(under, "complete");
    await rows("UPDATE dispatches SET settled_at = settled_at - ? WHERE id IN (?, ?, ?)", 30 * MINUTE_MS, early, late, under);
    expect(await auditSince(from)).toMatchObject({
      ...{ events: 3, executions: 2, unexplained: 0, mismatches: {}, ended: 0 },
      dispatches: { cancelled: 3, ongoing: 0 },
    });
  });

  it("ends the run of a cancelled dispatch that could not be ended then", async () => {
    const from = new Date();
    const id = await scheduled();
    await withEngine({ terminate: async () => await Promise.reject(new Error("internal error")) }, id);
    await rows("UPDATE dispatches SET settled_at = settled_at - ? WHERE id = ?", 30 * MINUTE_MS, id);
    expect(await auditSince(from)).toMatchObject({ ended: 1, unexplained: 0, mismatches: {}, dispatches: { cancelled: 1 } });
    expect((await (await env.DISPATCH_WORKFLOW.get(id)).status()).status).toBe("terminated");
  });
});
