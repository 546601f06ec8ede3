import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { DestinationControl } from "../../schema/contract/destinations.ts";
import type { Operation as Said } from "../../schema/contract/operations.ts";
import { CHECK, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../schema/limits.ts";
import { destinationSubject } from "../../schema/storage/subjects.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { retryDispatch } from "../../src/hub/operate/retry-dispatch.ts";
import { runNow } from "../../src/hub/operate/run-now.ts";
import { listDestinations, pauseDestination, resumeDestination } from "../../src/hub/pause/control-destination.ts";
import { releaseBacklogs } from "../../src/hub/pause/release-backlogs.ts";
import { sweep } from "../../src/reconciler/sweep.ts";
import { callsOf, look, lookToTheEnd, makeDue } from "./support/attempts.ts";
import { failingD1, type Operation, withEachTripFailing } from "./support/failing-d1.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { deafQueue, emitWith, envWith, hub, hubAt, only, startedDispatch, store, storedDispatch, unique } from "./support/hub.ts";
import { keptQueue, refusingQueue } from "./support/kept-queue.ts";
import { auditSince, hubOf, notesOfDestination, operate, replyWith, settleBySql, settledDispatch } from "./support/operating.ts";
import { attempted, called, nextLook, passTime, startRun } from "./support/reconciling.ts";
import { dispatchRow, executionsOf, rows, settled } from "./support/rows.ts";
import { runIs } from "./support/runs.ts";

/** A hub of the test's own, with two destinations that no other test knows. */
function ownHub() {
  const [name, other] = [unique("held-"), unique("free-")];
  const config = {
    destinations: { [name]: { worker: "SCRIPTED" }, [other]: { worker: "SCRIPTED" } },
    routes: [
      { id: "one", on: "one.*", to: name },
      { id: "two", on: "two.*", to: other },
    ],
  };
  const given = envWith({ HUB_CONFIG: config });
  return {
    name,
    other,
    given,
    pause: async (said: Said = {}, changes = {}) =>
      await operate(envWith({ ...given, ...changes }), async (operator) => await pauseDestination(operator, name, said)),
    resume: async (said: Said & { rate?: number } = {}, changes = {}) =>
      await operate(envWith({ ...given, ...changes }), async (operator) => await resumeDestination(operator, name, said)),
    list: async () => (await listDestinations(createHub(given))).filter(({ destination }) => [name, other].includes(destination)),
    /** Stores so many events for the destination, and returns the ids of their dispatches in the order of emission. */
    owe: async (count: number, type = "one.owed") => {
      const receipts = await store(
        Array.from({ length: count }, (_, nth) => ({ type, data: { nth } })),
        given,
      );
      return receipts.map(({ id }) => `${id}-0`).toSorted();
    },
  };
}

type OwnHub = ReturnType<typeof ownHub>;

const momentsOf = async (ids: readonly string[]) => await Promise.all(ids.map(async (id) => (await dispatchRow(id)).due_at));

const deafHub = envWith({ DISPATCH_QUEUE: deafQueue });

/** A minute of the cron that releases backlogs, with no other destination in the way. Returns the ids of the runs it starts. */
async function releasedBy({ name, given }: OwnHub, now = Date.now()): Promise<string[]> {
  const kept = keptQueue();
  await rows("DELETE FROM controls WHERE destination <> ?", name);
  await releaseBacklogs(hubAt(now, envWith({ ...given, DISPATCH_QUEUE: kept.queue })));
  return kept.started();
}

describe("while a destination is paused", () => {
  afterEach(async () => {
    await hub.resumeDestination("pausable");
  });

  it("emit works as ever, nothing is attempted, no attempt is used up, and the resumption delivers", async () => {
    const id = await storedDispatch({ type: "pausable.held", data: { script: ["failed", "complete"] } });
    await hub.pauseDestination("pausable", { by: "anna" });
    await startRun(id);
    const [receipt] = await hub.emit({ type: "pausable.meanwhile", data: 1 });
    const meanwhile = receipt?.dispatches[0]?.id ?? "";
    await runIs(id, "complete");
    expect([receipt?.durability, await callsOf(id), await callsOf(meanwhile)]).toEqual(["stored", [], []]);
    expect([await executionsOf(id), await executionsOf(meanwhile)]).toEqual([[], []]);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 0 });
    expect(await hub.getDispatch(meanwhile)).toMatchObject({ stage: "held", run: { status: "missing" } });
    expect((await hub.listDispatches({ eventId: receipt?.id ?? "" })).items).toMatchObject([{ stage: "held" }]);
    expect((await hub.getEvent(receipt?.id ?? ""))?.dispatches).toMatchObject([{ stage: "held" }]);
    expect(await hub.resumeDestination("pausable")).toEqual({ destination: "pausable", state: "active" });
    expect(await settled(meanwhile)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await callsOf(meanwhile)).toHaveLength(1);
    expect(await attempted(id)).toBeUndefined();
    await makeDue(id);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
  });

  it("what is emitted for later has a run that sleeps, so that it is attempted in time if the pause is over by then", async () => {
    await hub.pauseDestination("pausable");
    const kept = keptQueue();
    const given = envWith({ DISPATCH_QUEUE: kept.queue });
    await emitWith(given, { type: "pausable.now", data: 1 });
    await emitWith(given, { type: "pausable.later", data: 1, delay: "1 hour" });
    await emitWith(given, { type: "fast.other", data: 1 });
    expect(kept.started()).toHaveLength(2);
  });

  it("retries, and what is run now, wait too", async () => {
    const failed = await settledDispatch("failed", { type: "pausable.retried", data: 1 });
    const later = await startedDispatch({ type: "pausable.hurried", data: 1, delay: "1 hour" });
    await hub.pauseDestination("pausable");
    const redrive = await hub.retryDispatch(failed);
    await runIs(later, "running");
    expect(await operate(env, async (operator) => await runNow(operator, later, {}))).toMatchObject({ stage: "held" });
    const held = [redrive.id, later];
    for (const id of held) await runIs(id, "complete");
    for (const id of held) expect([await callsOf(id), (await dispatchRow(id)).status]).toEqual([[], "ongoing"]);
    await hub.resumeDestination("pausable");
    for (const id of held) expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
  });

  it("the attempt under way is recorded, and the next one waits", async () => {
    const id = await startedDispatch({ type: "pausable.call", data: { script: [{ takesMs: 1_500, reply: "failed" }, "complete"] } });
    await called(id);
    await hub.pauseDestination("pausable");
    await attempted(id);
    await makeDue(id);
    await runIs(id, "complete");
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 1 });
    expect(await callsOf(id)).toHaveLength(1);
    await hub.resumeDestination("pausable");
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
  });

  it("a call that is under way through pause and resumption is not made twice", async () => {
    const id = await startedDispatch({ type: "pausable.call", data: { script: [{ takesMs: 1_500, reply: "complete" }] } });
    await called(id);
    await hub.pauseDestination("pausable");
    await scheduler.wait(5);
    await hub.resumeDestination("pausable");
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await callsOf(id)).toHaveLength(1);
  });

  it("what waits for it can be cancelled", async () => {
    await hub.pauseDestination("pausable");
    const id = await startedDispatch({ type: "pausable.cancelled", data: 1 });
    expect(await hub.cancelDispatch(id)).toMatchObject({ status: "cancelled" });
    await hub.resumeDestination("pausable");
    expect(await look(id)).toBe('{"status":"cancelled"}');
    expect(await callsOf(id)).toEqual([]);
  });

  it("a run that ended is started over by the reconciler when the message of its release is lost: nothing was wrong, and no note says so", async () => {
    await hub.pauseDestination("pausable");
    const id = await storedDispatch({ type: "pausable.lost", data: 1 });
    await startRun(id);
    await runIs(id, "complete");
    await scheduler.wait(5);
    await operate(deafHub, async (operator) => await resumeDestination(operator, "pausable", {}));
    await nextLook(id);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await rows("SELECT kind FROM notes WHERE subject_id = ?", id)).toEqual([]);
  });

  it("other destinations are delivered to", async () => {
    await hub.pauseDestination("pausable");
    const id = await startedDispatch({ type: "fast.other", data: 1 });
    expect(await settled(id)).toMatchObject({ status: "complete" });
  });

  it("no sweep takes what waits for it, it is not overdue, and the audit has nothing unexplained, however late it is", async () => {
    const from = new Date();
    await hub.pauseDestination("pausable");
    const ids = [await startedDispatch({ type: "pausable.late", data: 1 }), await storedDispatch({ type: "pausable.lost", data: 1 })];
    for (const id of ids) await passTime(id, 3 * HOUR_MS);
    const kept = keptQueue();
    await sweep(createHub(envWith({ DISPATCH_QUEUE: kept.queue })));
    for (const id of ids) expect(JSON.stringify(kept.messages)).not.toContain(id);
    expect((await hub.health()).overdue).toBe(0);
    expect(await auditSince(from)).toMatchObject({ dispatches: { ongoing: 2 }, repairing: 0, unexplained: 0, mismatches: {} });
    await hub.resumeDestination("pausable");
    for (const id of ids) expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
  });

  it("a pause uses up no patience with a destination that is missing", async () => {
    const config = { destinations: { pausable: { worker: "NOT_THERE" } }, routes: [{ id: "r", on: "gone.*", to: "pausable" }] };
    const given = envWith({ HUB_CONFIG: config, DISPATCH_QUEUE: deafQueue });
    const id = await storedDispatch({ type: "gone.x", data: 1 }, given);
    await look(id, given);
    await hub.pauseDestination("pausable");
    await rows("UPDATE executions SET started_at = started_at - ?, finished_at = finished_at - ?", 25 * HOUR_MS, 25 * HOUR_MS);
    await passTime(id, 25 * HOUR_MS);
    await hub.resumeDestination("pausable");
    await makeDue(id);
    expect(await look(id, given)).toMatch(/^retry:/);
  });
});

describe.concurrent("a pause", () => {
  it("is seen in what it returns and in the list, with since when, by whom and why", async () => {
    const own = ownHub();
    expect(await own.list()).toEqual([
      { destination: own.name, state: "active" },
      { destination: own.other, state: "active" },
    ]);
    const before = Date.now();
    const control = await own.pause({ by: "anna", reason: "they deploy" });
    const held = { count: 0, truncated: false };
    expect(control).toEqual({ destination: own.name, state: "paused", since: expect.any(String), by: "anna", reason: "they deploy", held });
    expect(Date.parse(control.since ?? "")).toBeGreaterThanOrEqual(before);
    expect(await own.list()).toEqual([control, { destination: own.other, state: "active" }]);
    expect(await own.resume()).toEqual({ destination: own.name, state: "active" });
    expect(await own.list()).toEqual([
      { destination: own.name, state: "active" },
      { destination: own.other, state: "active" },
    ]);
  });

  it("again keeps the first operator, when and why, and notes nothing", async () => {
    const own = ownHub();
    const first = await own.pause({ by: "anna", reason: "they deploy" });
    await scheduler.wait(5);
    expect(await own.pause({ by: "bert", reason: "me too" })).toEqual(first);
    expect(await notesOfDestination(own.name)).toMatchObject([{ kind: "pause", by: "anna" }]);
  });

  it("at once by many is one pause, with one note, of the same operator", async () => {
    const own = ownHub();
    const said = await Promise.all(Array.from({ length: 10 }, async (_, nth) => await own.pause({ by: `hand ${nth}` })));
    expect(new Set(said.map(({ by }) => by)).size).toBe(1);
    expect(await notesOfDestination(own.name)).toMatchObject([{ kind: "pause", by: said[0]?.by }]);
  });

  it("and each resumption are noted under the destination, one after the other", async () => {
    const own = ownHub();
    await own.pause({ by: "anna", reason: "they deploy" });
    await own.resume({ by: "bert", reason: "deployed" });
    await own.pause({ by: "cleo" });
    await own.resume({ rate: 50 });
    expect((await notesOfDestination(own.name)).map(({ at: _, ...note }) => note)).toEqual([
      { kind: "pause", by: "anna", reason: "they deploy", detail: null },
      { kind: "resume", by: "bert", reason: "deployed", detail: null },
      { kind: "pause", by: "cleo", reason: null, detail: null },
      { kind: "resume", by: "tests", reason: null, detail: '{"rate":50}' },
    ]);
    expect(await notesOfDestination(own.other)).toEqual([]);
  });

  it("says whom the binding names, and what a caller says of itself wins; without either it is rpc", async () => {
    const doers: (string | undefined)[] = [];
    for (const [of, by] of [[hub], [hubOf("shop")], [hubOf("shop"), "anna"]] as const) {
      doers.push((await of.pauseDestination("fourth", { by })).by);
      await of.resumeDestination("fourth", { by });
    }
    expect(doers).toEqual(["rpc", "shop", "anna"]);
    const noted = (await notesOfDestination("fourth")).map(({ kind, by }) => `${kind} ${by}`);
    expect(noted).toEqual(["pause rpc", "resume rpc", "pause shop", "resume shop", "pause anna", "resume anna"]);
  });

  it("keeps any text as it is", async () => {
    const own = ownHub();
    const said = { by: `<script>'); DROP TABLE controls; --`, reason: `\u202E\u2028 👩‍🚒 {"json":1}` };
    expect(await own.pause(said)).toMatchObject(said);
    expect(await notesOfDestination(own.name)).toMatchObject([said]);
  });
});

describe.concurrent("a resumption", () => {
  it("of a destination that is active changes nothing and is not noted", async () => {
    const own = ownHub();
    expect(await own.resume({ by: "anna" })).toEqual({ destination: own.name, state: "active" });
    await own.pause();
    await own.resume({ by: "anna" });
    expect(await own.resume({ by: "bert" })).toEqual({ destination: own.name, state: "active" });
    expect((await notesOfDestination(own.name)).map(({ kind, by }) => `${kind} ${by}`)).toEqual(["pause tests", "resume anna"]);
  });

  it("without a rate releases all at once, and says how much is held until then", async () => {
    const own = ownHub();
    await own.pause();
    const ids = await own.owe(3);
    expect((await own.list())[0]).toMatchObject({ state: "paused", held: { count: 3, truncated: false } });
    const before = Date.now();
    const kept = keptQueue();
    expect(await own.resume({}, { DISPATCH_QUEUE: kept.queue })).toEqual({ destination: own.name, state: "active" });
    expect(kept.started().toSorted()).toEqual(ids);
    for (const moment of await momentsOf(ids)) expect(moment).toBeGreaterThanOrEqual(before);
  });

  it("whose queue refuses is one all the same: what was released and not started is overdue a minute later", async () => {
    const own = ownHub();
    await own.pause();
    const [id = ""] = await own.owe(1);
    expect(await own.resume({}, { DISPATCH_QUEUE: refusingQueue() })).toEqual({ destination: own.name, state: "active" });
    const { due_at, check_at } = await dispatchRow(id);
    expect(check_at).toBe(due_at + CHECK.graceMs);
  });

  const unknown: readonly [string, string][] = [
    ["pausible", '(destination.unknown) There is no destination "pausible"; did you mean "pausable"? (declared: scripted, second, '],
    ["Pausable", 'did you mean "pausable"?'],
    ["nothing like it", '(destination.unknown) There is no destination "nothing like it" (declared: '],
    ["__proto__", '(destination.unknown) There is no destination "__proto__" (declared: '],
    ["constructor", "(destination.unknown) "],
    ["destination:pausable", "(destination.unknown) "],
    ["", "(query.invalid) "],
    [7 as unknown as string, "(query.invalid) "],
    [undefined as unknown as string, "(query.invalid) "],
  ];
  it.each(unknown)("or a pause of %j, which is not declared, is refused with what may be meant", async (name, problem) => {
    expect(await failureOf(hub.pauseDestination(name))).toContain(problem);
    expect(await failureOf(hub.resumeDestination(name))).toContain(problem);
    expect(await rows("SELECT * FROM controls WHERE destination = ?", String(name))).toEqual([]);
    expect(await notesOfDestination(String(name))).toEqual([]);
  });

  const options: readonly [unknown, string][] = [
    [{ rate: 0 }, "rate: must be at least 0.01"],
    [{ rate: -1 }, "rate: must be at least 0.01"],
    [{ rate: 10_001 }, "rate: must be at most 10000"],
    [{ rate: "50" }, "rate: expected a number"],
    [{ rate: Number.NaN }, "rate: expected a number"],
    [{ rates: 50 }, 'unknown field "rates"; did you mean "rate"?'],
    [{ by: "b".repeat(201) }, "by: must be at most 200 characters long"],
    [{ reason: "" }, "reason: must be at least 1 character long"],
    [50, "expected an object"],
  ];
  it.each(options)("with %j is refused by name, and the destination stays paused", async (given, problem) => {
    const own = ownHub();
    await own.pause();
    const [id = ""] = await own.owe(1);
    const before = await dispatchRow(id);
    expect(await failureOf(own.resume(given as never))).toContain(`(options.invalid) ${problem}`);
    expect((await own.list())[0]?.state).toBe("paused");
    expect(await dispatchRow(id)).toEqual(before);
  });

  it("has a rate, a pause has none", async () => {
    const own = ownHub();
    expect(await failureOf(own.pause({ rate: 5 } as never))).toContain('(options.invalid) unknown field "rate"');
    expect((await own.list())[0]?.state).toBe("active");
  });

  it("or a pause or the list says config.invalid while the configuration cannot be read", async () => {
    const own = ownHub();
    const broken = { HUB_CONFIG: { destinations: {}, routes: "none" } };
    expect(await faultOf(own.pause({}, broken))).toBe("config.invalid");
    expect(await faultOf(own.resume({}, broken))).toBe("config.invalid");
    expect(await faultOf(listDestinations(createHub(envWith(broken))))).toBe("config.invalid");
  });
});

describe("a resumption with a rate", () => {
  const rates: readonly [rate: number, everyMs: number, first: number][] = [
    [4, 250, 7],
    [3, 1_000 / 3, 7],
    [0.05, 20_000, 3],
    [0.01, 100_000, 1],
    [1_000, 1, 7],
  ];
  it.each(rates)(
    "of %d a second gives those of the next minute a moment of their own, %d ms apart, in the order of emission, and holds the others",
    async (rate, everyMs, first) => {
      const own = ownHub();
      await own.pause();
      const ids = await own.owe(7);
      const before = await Promise.all(ids.map(dispatchRow));
      const asked = Date.now();
      const control = await own.resume({ rate });
      const moments = await momentsOf(ids);
      const [from = 0] = moments;
      expect(from).toBeGreaterThanOrEqual(asked);
      expect(from).toBeLessThanOrEqual(Date.now());
      expect(moments.slice(0, first)).toEqual(moments.slice(0, first).map((_, index) => from + Math.floor(index * everyMs)));
      for (const [index, id] of ids.entries()) {
        const { due_at, check_at, ...rest } = await dispatchRow(id);
        expect({ due_at: 0, check_at: 0, ...rest }).toEqual({ ...before[index], due_at: 0, check_at: 0 });
        if (index < first) expect(check_at).toBe(due_at + CHECK.graceMs);
        else expect({ due_at, check_at }).toEqual({ due_at: before[index]?.due_at, check_at: before[index]?.check_at });
      }
      const held = { count: 7 - first, truncated: false };
      expect(control).toMatchObject(first === 7 ? { state: "active" } : { state: "draining", rate, held });
    },
  );

  it("delivers each at its moment, once, and not before", async () => {
    const own = ownHub();
    await own.pause();
    const ids = await own.owe(4);
    for (const id of ids) expect(await look(id, own.given)).toBe('{"status":"held"}');
    await own.resume({ rate: 0.5 });
    expect(await look(ids[0] ?? "", own.given)).toBe('{"status":"complete"}');
    for (const id of ids.slice(1)) expect(await look(id, own.given)).toMatch(/^retry:[1-6]\d{3}$/);
    for (const [index, id] of ids.entries()) {
      await passTime(id, index * 2 * SECOND_MS);
      expect(await look(id, own.given)).toBe('{"status":"complete"}');
    }
    for (const id of ids) expect([await look(id, own.given), (await callsOf(id)).length]).toEqual(['{"status":"complete"}', 1]);
  });

  it("is given anew at any time: the moments that were not given yet go by it", async () => {
    const own = ownHub();
    await own.pause();
    const ids = await own.owe(10);
    await own.resume({ rate: 0.01 });
    expect((await own.list())[0]).toMatchObject({ state: "draining", rate: 0.01, held: { count: 9, truncated: false } });
    expect(await own.resume({ rate: 100 })).toEqual({ destination: own.name, state: "active" });
    for (const moment of await momentsOf(ids)) expect(moment).toBeLessThan(Date.now() + MINUTE_MS);
    expect((await notesOfDestination(own.name)).map(({ kind, detail }) => [kind, detail])).toEqual([
      ["pause", null],
      ["resume", '{"rate":0.01}'],
      ["resume", '{"rate":100}'],
    ]);
  });

  it("given again as it is changes nothing, and is not noted", async () => {
    const own = ownHub();
    await own.pause();
    await own.owe(10);
    const first = await own.resume({ rate: 0.01 });
    expect(await own.resume({ rate: 0.01, by: "bert" })).toEqual(first);
    expect(await notesOfDestination(own.name)).toHaveLength(2);
  });

  it("goes on each minute until nothing is held, and what is emitted meanwhile does not wait for it", async () => {
    const own = ownHub();
    await own.pause();
    const ids = await own.owe(5);
    await own.resume({ rate: 0.04 });
    await scheduler.wait(5);
    const [fresh = ""] = await own.owe(1);
    expect(await look(fresh, own.given)).toBe('{"status":"complete"}');
    const [second, third] = [await releasedBy(own, Date.now() + MINUTE_MS), await releasedBy(own, Date.now() + 2 * MINUTE_MS)];
    expect([...second, ...third]).toEqual(ids.slice(3));
    expect(await own.list()).toContainEqual({ destination: own.name, state: "active" });
  });

  it("of two sweeps at once one gives the moments", async () => {
    const own = ownHub();
    await own.pause();
    const ids = await own.owe(20);
    await rows(
      "UPDATE controls SET state = 'draining', rate = 0.1, since = ?2, moment = ?2 WHERE destination = ?1",
      own.name,
      Date.now() + 1,
    );
    const started = (await Promise.all([1, 2, 3].map(() => releasedBy(own)))).flat();
    expect(started.toSorted()).toEqual(ids.slice(0, 6));
  });

  it("can be paused again, and what was not released is released later", async () => {
    const own = ownHub();
    await own.pause();
    const ids = await own.owe(5);
    await own.resume({ rate: 0.01 });
    expect(await own.pause({ by: "anna" })).toMatchObject({ state: "paused", by: "anna" });
    expect(await releasedBy(own)).toEqual([]);
    const kept = keptQueue();
    await scheduler.wait(5);
    await own.resume({}, { DISPATCH_QUEUE: kept.queue });
    expect(kept.started().toSorted()).toEqual(ids);
  });

  it("spreads what waits to retry and what is a redrive too, and leaves their attempts as they were", async () => {
    const own = ownHub();
    const [first = "", second = "", third = ""] = await own.owe(3);
    await settleBySql(first);
    await replyWith(second, "failed");
    expect(await look(second, own.given)).toMatch(/^retry:/);
    await makeDue(second);
    await own.pause();
    const redrive = await operate(deafHub, async (operator) => await retryDispatch(operator, first, {}));
    await scheduler.wait(5);
    await own.resume({ rate: 1 });
    const moments = (await momentsOf([redrive.id, second, third])).toSorted((one, other) => one - other);
    expect(moments.map((moment) => moment - (moments[0] ?? 0))).toEqual([0, 1_000, 2_000]);
    expect(await dispatchRow(second)).toMatchObject({ attempts: 1, status: "ongoing" });
  });

  it("begins the patience with each anew: what it was restarted for before says nothing about what comes after", async () => {
    const own = ownHub();
    const [id = ""] = await own.owe(1);
    await rows("UPDATE dispatches SET recoveries = 5, overdue_since = 1 WHERE id = ?", id);
    await own.pause();
    await scheduler.wait(5);
    await own.resume();
    expect(await dispatchRow(id)).toMatchObject({ recoveries: 0, overdue_since: null });
  });

  it("finds what failed shortly before the pause, whose next look is far, and leaves what is due later its moment", async () => {
    const own = ownHub();
    const [near = "", far = ""] = await own.owe(2);
    const now = Date.now();
    await rows("UPDATE dispatches SET due_at = ?2, check_at = ?3 WHERE id = ?1", near, now - 1_000, now + 15 * MINUTE_MS);
    await rows("UPDATE dispatches SET due_at = ?2, check_at = ?3 WHERE id = ?1", far, now + 5 * MINUTE_MS, now + 7 * MINUTE_MS);
    await own.pause();
    const kept = keptQueue();
    expect(await own.resume({ rate: 10 }, { DISPATCH_QUEUE: kept.queue })).toMatchObject({ state: "active" });
    expect(kept.started()).toEqual([near]);
    expect((await dispatchRow(far)).due_at).toBe(now + 5 * MINUTE_MS);
  });

  it("that is not held back changes nothing, and notes nothing", async () => {
    const own = ownHub();
    const [owed = ""] = await own.owe(1);
    const before = await dispatchRow(owed);
    expect(await own.resume({ rate: 1 })).toEqual({ destination: own.name, state: "active" });
    expect(await dispatchRow(owed)).toEqual(before);
    expect(await rows("SELECT * FROM notes WHERE subject_id = ?", destinationSubject(own.name))).toEqual([]);
  });

  it("works although the configuration no longer has the destination", async () => {
    const own = ownHub();
    await own.pause();
    const without = { HUB_CONFIG: { destinations: { other: { worker: "SCRIPTED" } }, routes: [] } };
    expect(await listDestinations(createHub(envWith(without)))).toContainEqual(
      expect.objectContaining({ destination: own.name, state: "paused" }),
    );
    expect(await own.resume({}, without)).toEqual({ destination: own.name, state: "active" });
  });

  it("touches nothing that is due later anyway, has settled, or is owed to another destination", async () => {
    const own = ownHub();
    await own.pause();
    const [now = ""] = await own.owe(1);
    const inAnHour = only(only(await store({ type: "one.later", data: 1, delay: "1 hour" }, own.given)).dispatches).id;
    const [over = ""] = await own.owe(1);
    await settleBySql(over, "cancelled");
    const [elsewhere = ""] = await own.owe(1, "two.owed");
    const untouched = [inAnHour, over, elsewhere];
    const before = await Promise.all(untouched.map(dispatchRow));
    await own.resume({ rate: 1 });
    expect(await Promise.all(untouched.map(dispatchRow))).toEqual(before);
    expect((await momentsOf([now]))[0]).toBeGreaterThan(0);
  });

  it("of nothing resumes", async () => {
    const own = ownHub();
    await own.pause();
    expect(await own.resume({ rate: 50 })).toEqual({ destination: own.name, state: "active" });
    expect(await notesOfDestination(own.name)).toMatchObject([{ kind: "pause" }, { kind: "resume", detail: '{"rate":50}' }]);
  });

  it("whose database fails once, whichever of its round trips is lost or goes unheard, spreads once and is noted once", async () => {
    const resuming: Operation<{ own: OwnHub; ids: string[] }> = {
      prepare: async () => {
        const own = ownHub();
        await own.pause();
        return { own, ids: await own.owe(5) };
      },
      run: async (DB, { own }) => await own.resume({ rate: 10 }, { DB, DISPATCH_QUEUE: deafQueue }),
      check: async ({ own, ids }, result) => {
        // A release that failed is the next minute's.
        if ((result as DestinationControl).state === "draining") await releasedBy(own, Date.now() + MINUTE_MS);
        expect(await own.list()).toContainEqual({ destination: own.name, state: "active" });
        const [first = 0, ...others] = await momentsOf(ids);
        expect(others.map((moment) => moment - first)).toEqual([100, 200, 300, 400]);
        expect((await notesOfDestination(own.name)).map(({ kind }) => kind)).toEqual(["pause", "resume"]);
      },
    };
    expect(await withEachTripFailing(resuming)).toEqual([]);
  });

  it("whose database fails to the end says storage.unavailable, and the destination stays paused", async () => {
    const own = ownHub();
    await own.pause();
    const { d1 } = failingD1((nth) => (nth > 2 ? "lost" : "none"));
    expect(await faultOf(own.resume({ rate: 10 }, { DB: d1 }))).toBe("storage.unavailable");
    expect((await own.list())[0]?.state).toBe("paused");
    expect((await notesOfDestination(own.name)).map(({ kind }) => kind)).toEqual(["pause"]);
  });
});

describe.concurrent("a pause whose database fails", () => {
  it("once, whichever of its round trips is lost or goes unheard, holds, and is noted once", async () => {
    const pausing: Operation<OwnHub> = {
      prepare: async () => ownHub(),
      run: async (DB, own) => await own.pause({ by: "anna", reason: "they deploy" }, { DB }),
      check: async (own, result) => {
        expect(result).toMatchObject({ destination: own.name, state: "paused", by: "anna", reason: "they deploy" });
        expect(await own.list()).toEqual([result as DestinationControl, { destination: own.other, state: "active" }]);
        expect(await notesOfDestination(own.name)).toMatchObject([{ kind: "pause", by: "anna" }]);
      },
    };
    expect(await withEachTripFailing(pausing)).toEqual([]);
  });
});

it("what was delayed by a pause ends as it should have", async () => {
  const own = ownHub();
  await own.pause();
  const ids = await own.owe(3);
  await own.resume();
  for (const id of ids) await lookToTheEnd(id, own.given);
  for (const id of ids) expect(await dispatchRow(id)).toMatchObject({ status: "complete", attempts: 1 });
});
