import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Duration } from "../../schema/config/duration.ts";
import type { RetryOptions } from "../../schema/contract/operations.ts";
import { type SettledStatus, STATUSES } from "../../schema/contract/statuses.ts";
import { redriveId } from "../../schema/ids.ts";
import { CHECK, HOUR_MS, SECOND_MS } from "../../schema/limits.ts";
import { findRun } from "../../src/bindings/dispatch-runs.ts";
import { retryDispatch } from "../../src/hub/operate/retry-dispatch.ts";
import { callsOf } from "./support/attempts.ts";
import { failingD1, type Operation, withEachTripFailing } from "./support/failing-d1.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { deafQueue, envWith, hub, only, startedDispatch, store, unique } from "./support/hub.ts";
import { type KeptQueue, keptQueue, refusingQueue } from "./support/kept-queue.ts";
import { auditSince, hubOf, nthRedrive, operate, replyWith, settleBySql, settledDispatch, storedNotes } from "./support/operating.ts";
import { nextLook, notesOf } from "./support/reconciling.ts";
import { dispatchRow, executionsOf, rows, settled } from "./support/rows.ts";
import { runIs } from "./support/runs.ts";

const SETTLED = STATUSES.filter((status): status is SettledStatus => status !== "ongoing");

/** A dispatch that its destination has failed, over and done with; from now on it replies "complete". */
async function failedDispatch(type = "once.failed"): Promise<string> {
  const id = await startedDispatch({ type, data: { script: ["failed"] } });
  await settled(id);
  await replyWith(id, "complete");
  return id;
}

/** Retries without starting anything. */
const retryOnly = async (id: string, options?: RetryOptions, changes: Parameters<typeof envWith>[0] = {}) =>
  await operate(envWith({ DISPATCH_QUEUE: deafQueue, ...changes }), async (operator) => await retryDispatch(operator, id, options));

const redrivesOf = async (root: string) =>
  (await rows<{ id: string }>("SELECT id FROM dispatches WHERE id GLOB ? ORDER BY length(id), id", `${root}-r*`)).map(({ id }) => id);

describe.concurrent("a redrive", () => {
  it("is a new dispatch of the same event by the same route to the same destination, and links back", async () => {
    const id = await settledDispatch();
    const old = await dispatchRow(id);
    const before = Date.now();
    const view = await retryOnly(id);
    const { due_at, check_at, ...stored } = await dispatchRow(await nthRedrive(id, 1));
    expect(stored).toEqual({
      ...{
        id: await nthRedrive(id, 1),
        event_id: old.event_id,
        route: "fast",
        destination: "scripted",
        policy: old.policy,
        redrive_of: id,
      },
      ...{ status: "ongoing", attempts: 0, recoveries: 0, settled_at: null, reason: null, overdue_since: null, superseded: 0 },
    });
    expect(due_at).toBeGreaterThanOrEqual(before);
    expect(due_at).toBeLessThanOrEqual(Date.now());
    expect(check_at).toBe(due_at + CHECK.graceMs);
    expect(view).toEqual({
      ...{ id: await nthRedrive(id, 1), eventId: old.event_id, route: "fast", destination: "scripted", redriveOf: id },
      ...{ status: "ongoing", stage: "running", dueAt: new Date(due_at).toISOString(), attempts: 0 },
    });
    expect(await dispatchRow(id)).toEqual({ ...old, superseded: 1 });
  });

  it("is delivered by a run of its own, from attempt 1 on, and the old one stays as it settled", async () => {
    const id = await failedDispatch();
    const old = await dispatchRow(id);
    expect((await hub.retryDispatch(id)).id).toBe(await nthRedrive(id, 1));
    expect(await settled(await nthRedrive(id, 1))).toMatchObject({ status: "complete", attempts: 1 });
    const [first, second] = [only(await callsOf(id)), only(await callsOf(await nthRedrive(id, 1)))];
    expect(second.delivery).toEqual({
      ...{ dispatchId: await nthRedrive(id, 1), attempt: 1, destination: "scripted", route: "once" },
      cause: { correlationId: old.event_id, causationId: await nthRedrive(id, 1), depth: 0 },
    });
    expect({ ...second.event, data: null }).toEqual({ ...first.event, data: null });
    expect(await dispatchRow(id)).toEqual({ ...old, superseded: 1 });
    await runIs(await nthRedrive(id, 1), "complete");
    expect((await hub.getEvent(old.event_id))?.dispatches.map((one) => [one.id, one.status])).toEqual([
      [id, "failed"],
      [await nthRedrive(id, 1), "complete"],
    ]);
  });

  it("is started through the queue, with its id and its due time alone", async () => {
    const [id, kept] = [await settledDispatch(), keptQueue()];
    await retryOnly(id, {}, { DISPATCH_QUEUE: kept.queue });
    const { due_at } = await dispatchRow(await nthRedrive(id, 1));
    expect(kept.messages).toEqual([{ kind: "start", runs: [{ id: await nthRedrive(id, 1), dueAt: due_at }] }]);
    expect(await findRun(env.DISPATCH_WORKFLOW, await nthRedrive(id, 1))).toBeNull();
  });

  it("whose message is lost or refused is there all the same, and the next sweep starts it", async () => {
    for (const queue of [deafQueue, refusingQueue()]) {
      const id = await settledDispatch();
      expect(await retryOnly(id, {}, { DISPATCH_QUEUE: queue })).toMatchObject({ id: await nthRedrive(id, 1), status: "ongoing" });
      await nextLook(await nthRedrive(id, 1));
      expect(await settled(await nthRedrive(id, 1))).toMatchObject({ status: "complete", attempts: 1 });
      expect(await notesOf(await nthRedrive(id, 1))).toMatchObject([{ kind: "repair", reason: "never_started" }]);
    }
  });

  it.each(SETTLED)("may follow a dispatch that is %s", async (status) => {
    const id = await settledDispatch(status);
    expect((await retryOnly(id)).id).toBe(await nthRedrive(id, 1));
    expect((await dispatchRow(id)).status).toBe(status);
  });
});

describe.concurrent("the line of a dispatch", () => {
  it("counts on, whichever of it is retried, and each links back to that one", async () => {
    const id = await settledDispatch();
    const made: [string, string | undefined][] = [];
    for (const nth of [0, 0, 1, 3, 0]) {
      const redrive = await retryOnly(nth === 0 ? id : await nthRedrive(id, nth));
      made.push([redrive.id, redrive.redriveOf]);
      await settleBySql(redrive.id);
    }
    expect(made).toEqual([
      [await nthRedrive(id, 1), id],
      [await nthRedrive(id, 2), id],
      [await nthRedrive(id, 3), await nthRedrive(id, 1)],
      [await nthRedrive(id, 4), await nthRedrive(id, 3)],
      [await nthRedrive(id, 5), id],
    ]);
  });

  it("counts past nine", async () => {
    const id = await settledDispatch();
    for (let nth = 1; nth <= 11; nth++) {
      expect((await retryOnly(id)).id).toBe(await nthRedrive(id, nth));
      await settleBySql(await nthRedrive(id, nth));
    }
    expect(await redrivesOf(id)).toHaveLength(11);
  });

  it("has one on its way at a time: none of it is retried while any of it is ongoing", async () => {
    const id = await settledDispatch();
    await retryOnly(id);
    await settleBySql(await nthRedrive(id, 1));
    await retryOnly(id, { delay: "1 hour" });
    for (const of of [id, await nthRedrive(id, 1), await nthRedrive(id, 2)]) {
      const which = of === (await nthRedrive(id, 2)) ? "it" : await nthRedrive(id, 2);
      expect(await failureOf(hub.retryDispatch(of))).toContain(`(dispatch.ongoing) Dispatch ${of} cannot be retried: ${which} is ongoing.`);
    }
    expect(await redrivesOf(id)).toEqual([await nthRedrive(id, 1), await nthRedrive(id, 2)]);
  });

  it("is not mixed up with that of another ordinal that begins alike: 1 and 10", async () => {
    const names = Array.from({ length: 11 }, (_, index) => `d${index}`);
    const destinations = Object.fromEntries(names.map((name) => [name, { worker: "SCRIPTED" }]));
    const given = envWith({ HUB_CONFIG: { destinations, routes: [{ id: "all", on: "*", to: names }] } });
    const event = only(await store({ type: "fan.wide", data: 1 }, given)).id;
    const [one, ten] = [`${event}-1`, `${event}-10`];
    await rows("UPDATE dispatches SET status = 'failed', check_at = NULL, settled_at = 1 WHERE event_id = ?", event);
    expect((await retryOnly(ten)).id).toBe(await nthRedrive(ten, 1));
    expect((await retryOnly(one)).id).toBe(await nthRedrive(one, 1));
    await settleBySql(await nthRedrive(one, 1));
    expect((await retryOnly(one)).id).toBe(await nthRedrive(one, 2));
    expect(await faultOf(retryOnly(ten))).toBe("dispatch.ongoing");
    await settleBySql(await nthRedrive(one, 2));
    await settleBySql(await nthRedrive(ten, 1));
    expect((await retryOnly(ten)).id).toBe(await nthRedrive(ten, 2));
    expect((await dispatchRow(await nthRedrive(ten, 2))).destination).toBe("d10");
    expect((await retryOnly(one)).id).toBe(await nthRedrive(one, 3));
  });

  it("is refused a redrive while its first is ongoing, be it scheduled, waiting or under way", async () => {
    const scheduled = await startedDispatch({ type: "later.ongoing", data: 1 });
    const waiting = await startedDispatch({ type: "fast.ongoing", data: { script: [{ status: "failed", retryAfter: "1 hour" }] } });
    for (const id of [scheduled, waiting]) {
      expect(await failureOf(hub.retryDispatch(id))).toContain(`(dispatch.ongoing) Dispatch ${id} cannot be retried: it is ongoing.`);
      expect(await redrivesOf(id)).toEqual([]);
      expect(await storedNotes(id)).toEqual([]);
    }
  });
});

describe.concurrent("the delivery of a redrive", () => {
  const policyOf = async (id: string) => JSON.parse((await dispatchRow(id)).policy);

  it("differs in what is asked for and in nothing else, and zeros are values", async () => {
    const id = await settledDispatch();
    const old = await policyOf(id);
    await retryOnly(id, { timeout: "7s", retry: { limit: 0, delay: "0s" }, misconfigured: { for: "0s" } });
    expect(await policyOf(await nthRedrive(id, 1))).toEqual({
      timeoutMs: 7_000,
      retry: { ...old.retry, limit: 0, delayMs: 0 },
      misconfigured: { ...old.misconfigured, forMs: 0 },
    });
    await settleBySql(await nthRedrive(id, 1));
    await retryOnly(id);
    expect(await policyOf(await nthRedrive(id, 2))).toEqual(old);
  });

  it("is that of the redrive when a redrive is retried", async () => {
    const id = await settledDispatch();
    await retryOnly(id, { retry: { limit: 7 } });
    await settleBySql(await nthRedrive(id, 1));
    await retryOnly(await nthRedrive(id, 1), { timeout: "1s" });
    expect(await policyOf(await nthRedrive(id, 2))).toMatchObject({ timeoutMs: 1_000, retry: { limit: 7 } });
  });

  it("with a limit of 0 is attempted once; with the limit it had, as often as the first was", async () => {
    const id = await startedDispatch({ type: "instant.limits", data: { script: ["failed"] } });
    expect(await settled(id)).toMatchObject({ status: "failed", attempts: 3 });
    await hub.retryDispatch(id, { retry: { limit: 0 } });
    expect(await settled(await nthRedrive(id, 1))).toMatchObject({ status: "failed", attempts: 1 });
    await hub.retryDispatch(id);
    expect(await settled(await nthRedrive(id, 2))).toMatchObject({ status: "failed", attempts: 3 });
    expect(await callsOf(await nthRedrive(id, 2))).toHaveLength(3);
  });

  const delays: readonly [Duration | undefined, number][] = [
    [undefined, 0],
    ["0s", 0],
    ["1 hour", HOUR_MS],
  ];
  it.each(delays)("with a delay of %j is due so long from now, not from when the event was emitted", async (delay, afterMs) => {
    const id = await settledDispatch("failed", { type: "later.delays", data: 1 });
    const before = Date.now();
    const { stage, dueAt } = await retryOnly(id, { delay });
    const { due_at, check_at } = await dispatchRow(await nthRedrive(id, 1));
    expect(due_at - before - afterMs).toBeGreaterThanOrEqual(0);
    expect(due_at - before - afterMs).toBeLessThan(5 * SECOND_MS);
    expect([check_at, Date.parse(dueAt), stage]).toEqual([due_at + CHECK.graceMs, due_at, afterMs === 0 ? "running" : "scheduled"]);
  });

  it("with a delay waits it out: its run sleeps, and it is delivered then", async () => {
    const id = await failedDispatch();
    await hub.retryDispatch(id, { delay: "1500ms" });
    await runIs(await nthRedrive(id, 1), "running");
    const { due_at } = await dispatchRow(await nthRedrive(id, 1));
    expect(await settled(await nthRedrive(id, 1))).toMatchObject({ status: "complete", attempts: 1 });
    expect(only(await executionsOf(await nthRedrive(id, 1))).started_at).toBeGreaterThanOrEqual(due_at);
  });
});

describe.concurrent("of retries at once", () => {
  it("one is stored, noted and delivered, and the others are refused", async () => {
    const id = await failedDispatch();
    const said = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => await failureOf(hub.retryDispatch(id, { delay: "1 hour", by: `hand ${index}` }))),
    );
    expect(said.filter((message) => message === "no failure")).toHaveLength(1);
    expect(said.filter((message) => message.includes(`(dispatch.ongoing) Dispatch ${id} cannot be retried: `))).toHaveLength(19);
    expect(await redrivesOf(id)).toEqual([await nthRedrive(id, 1)]);
    const winner = `hand ${said.indexOf("no failure")}`;
    expect(await storedNotes(id)).toMatchObject([{ kind: "retry", by: winner }]);
    await hub.runNow(await nthRedrive(id, 1));
    expect(await settled(await nthRedrive(id, 1))).toMatchObject({ status: "complete" });
    expect(await callsOf(await nthRedrive(id, 1))).toHaveLength(1);
  });

  it("of different members of a line one is stored", async () => {
    const id = await settledDispatch();
    await retryOnly(id);
    await settleBySql(await nthRedrive(id, 1));
    const said = await Promise.all(
      [id, await nthRedrive(id, 1), id, await nthRedrive(id, 1)].map(async (of) => await faultOf(retryOnly(of))),
    );
    expect(said.toSorted()).toEqual(["dispatch.ongoing", "dispatch.ongoing", "dispatch.ongoing", "no failure"]);
    expect(await redrivesOf(id)).toEqual([await nthRedrive(id, 1), await nthRedrive(id, 2)]);
  });
});

describe.concurrent("a retry whose database fails", () => {
  const retrying: Operation<{ id: string; kept: KeptQueue }> = {
    prepare: async () => ({ id: await settledDispatch(), kept: keptQueue() }),
    run: async (d1, { id, kept }) => await retryOnly(id, { by: "anna", reason: "again" }, { DB: d1, DISPATCH_QUEUE: kept.queue }),
    check: async ({ id, kept }, result) => {
      expect(result).toMatchObject({ id: await nthRedrive(id, 1), status: "ongoing" });
      expect([await redrivesOf(id), kept.started()]).toEqual([[await nthRedrive(id, 1)], [await nthRedrive(id, 1)]]);
      expect(await storedNotes(id)).toMatchObject([{ kind: "retry", by: "anna", reason: "again" }]);
    },
  };

  it("once, whichever of its round trips is lost or goes unheard, is neither refused nor done twice", async () => {
    expect(await withEachTripFailing(retrying)).toEqual([]);
  });

  it("to the end says storage.unavailable, stores nothing, and can be tried again", async () => {
    const id = await settledDispatch();
    const { d1 } = failingD1((nth) => (nth > 2 ? "lost" : "none"));
    expect(await faultOf(retryOnly(id, {}, { DB: d1 }))).toBe("storage.unavailable");
    expect([await redrivesOf(id), await storedNotes(id)]).toEqual([[], []]);
    expect((await retryOnly(id)).id).toBe(await nthRedrive(id, 1));
  });

  it("to the end after the commit says storage.unavailable, and the redrive that stands is found by the sweep", async () => {
    const id = await settledDispatch();
    const { d1 } = failingD1((nth) => (nth < 4 ? "none" : nth === 4 ? "unheard" : "lost"));
    expect(await faultOf(retryOnly(id, {}, { DB: d1 }))).toBe("storage.unavailable");
    expect(await redrivesOf(id)).toEqual([await nthRedrive(id, 1)]);
    expect(await faultOf(retryOnly(id))).toBe("dispatch.ongoing");
    await nextLook(await nthRedrive(id, 1));
    expect(await settled(await nthRedrive(id, 1))).toMatchObject({ status: "complete" });
  });
});

describe.concurrent("what cannot be retried", () => {
  const nobody = "0198c5b2-0000-7000-8000-000000000000-0";

  it.each([nobody, `${nobody}-r1`, redriveId(nobody, 1, 0), "x", "%", "-r1", "\0"])("is a dispatch that there is not: %j", async (id) => {
    expect(await failureOf(hub.retryDispatch(id))).toContain(`(dispatch.unknown) There is no dispatch ${id}.`);
  });

  it("is an event, or a redrive that was not made", async () => {
    const id = await settledDispatch();
    expect(await faultOf(hub.retryDispatch(id.slice(0, 36)))).toBe("dispatch.unknown");
    expect(await faultOf(hub.retryDispatch(await nthRedrive(id, 1)))).toBe("dispatch.unknown");
  });

  it.each([[""], [7], [null], [undefined], [{ id: "x" }]])("is what is no id: %j", async (id) => {
    expect(await faultOf(hub.retryDispatch(id as string))).toBe("query.invalid");
  });

  const options: readonly [unknown, string][] = [
    [{ retry: { limit: -1 } }, "retry.limit: must be at least 0"],
    [{ retry: { limits: 0 } }, 'retry: unknown field "limits"; did you mean "limit"?'],
    [{ delay: "400 days" }, "delay: "],
    [{ timeout: "0s" }, "timeout: "],
    [{ by: "" }, "by: must be at least 1 character long"],
    [{ by: "b".repeat(201) }, "by: must be at most 200 characters long"],
    [{ reason: "r".repeat(1_001) }, "reason: must be at most 1000 characters long"],
    [{ destination: "second" }, 'unknown field "destination"'],
    ["again", "expected an object"],
  ];
  it.each(options)("is what is asked for with %j: nothing is stored, and the option is named", async (given, problem) => {
    const id = await settledDispatch();
    expect(await failureOf(hub.retryDispatch(id, given as RetryOptions))).toContain(`(options.invalid) ${problem}`);
    expect([await redrivesOf(id), await storedNotes(id)]).toEqual([[], []]);
  });
});

describe.concurrent("the note of a retry", () => {
  it("stands on the dispatch that was retried: who, why, when, and what came of it", async () => {
    const id = await settledDispatch();
    const before = Date.now();
    await hub.retryDispatch(id, { by: "anna", reason: "paid by now", delay: "1 hour" });
    const note = only(await notesOf(id));
    expect(note).toEqual({
      ...{ at: expect.any(String), kind: "retry", by: "anna", reason: "paid by now" },
      detail: { redrive: await nthRedrive(id, 1) },
    });
    expect(Date.parse(note.at)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(note.at)).toBeLessThanOrEqual(Date.now());
    expect(await notesOf(await nthRedrive(id, 1))).toEqual([]);
    await settleBySql(await nthRedrive(id, 1));
    await hub.retryDispatch(await nthRedrive(id, 1), { delay: "1 hour" });
    expect(await notesOf(await nthRedrive(id, 1))).toMatchObject([{ by: "rpc", detail: { redrive: await nthRedrive(id, 2) } }]);
    expect(await notesOf(id)).toHaveLength(1);
  });

  it("says whom the binding names, and what a caller says of itself wins; without either it is rpc", async () => {
    const doers = async (of: typeof hub, by?: string) => {
      const id = await settledDispatch();
      await of.retryDispatch(id, { by, delay: "1 hour" });
      return (await notesOf(id)).map((note) => note.by);
    };
    expect(await doers(hub)).toEqual(["rpc"]);
    expect(await doers(hubOf("shop"))).toEqual(["shop"]);
    expect(await doers(hubOf("shop"), "anna")).toEqual(["anna"]);
  });

  it.each([
    [`'); DROP TABLE notes; --`, `{"redrive":"?1"}`],
    ["<script>alert(1)</script>", "</textarea><img src=x onerror=alert(1)>"],
    ["\u202Eanna", "👩‍🚒 \u2028 \r\n {{env}}"],
    ["b".repeat(200), "\u{1F600}".repeat(500)],
  ])("keeps any text as it is: %j", async (by, reason) => {
    const id = await settledDispatch();
    await hub.retryDispatch(id, { by, reason, delay: "1 hour" });
    expect(await notesOf(id)).toMatchObject([{ by, reason }]);
  });
});

describe("the audit", () => {
  it("has nothing unexplained about a line, whatever came of its members", async () => {
    const from = new Date();
    const type = unique("once.audited.");
    const id = await startedDispatch({ type, data: { script: ["failed"] } });
    await settled(id);
    await hub.retryDispatch(id);
    await settled(await nthRedrive(id, 1));
    await replyWith(id, "complete");
    await hub.retryDispatch(await nthRedrive(id, 1));
    await settled(await nthRedrive(id, 2));
    await hub.retryDispatch(await nthRedrive(id, 2), { delay: "1 hour" });
    await runIs(await nthRedrive(id, 3), "running");
    expect(await auditSince(from)).toMatchObject({
      ...{ events: 1, executions: 3, unexplained: 0, mismatches: {}, ended: 0 },
      dispatches: { failed: 2, complete: 1, ongoing: 1 },
    });
  });
});
