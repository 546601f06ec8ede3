import { introspectWorkflowInstance } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { DestinationControl } from "../../schema/contract/destinations.ts";
import type { Operation as Said } from "../../schema/contract/operations.ts";
import type { Status } from "../../schema/contract/statuses.ts";
import { CHECK, CONTROL, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../schema/limits.ts";
import { destinationSubject } from "../../schema/storage/subjects.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { retryDispatch } from "../../src/hub/operate/retry-dispatch.ts";
import { runNow } from "../../src/hub/operate/run-now.ts";
import { listDestinations, pauseDestination, resumeDestination } from "../../src/hub/pause/control-destination.ts";
import { callsOf, look, lookToTheEnd } from "./support/attempts.ts";
import { bulkDispatches } from "./support/bulk.ts";
import { failingD1, type Operation, withEachTripFailing } from "./support/failing-d1.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { deafQueue, envWith, hub, only, startedDispatch, store, storedDispatch, unique } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { idAt } from "./support/old-chains.ts";
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
    /** As if it had been paused for an hour: no call from before can be under way. */
    pausedLongAgo: async () => await rows("UPDATE controls SET since = since - ? WHERE destination = ?", HOUR_MS, name),
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

/** As if the minute were over after which a run looks again: another takes its place. */
async function afterAMinute(...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await env.DISPATCH_WORKFLOW.deleteBatch([id]);
    await startRun(id);
  }
}

describe("while a destination is paused", () => {
  afterEach(async () => {
    await hub.resumeDestination("pausable");
  });

  it("emit works as ever, nothing is attempted, no attempt is used up, and the resumption delivers", async () => {
    const id = await storedDispatch({ type: "pausable.held", data: { script: ["failed", "complete"] } });
    await hub.pauseDestination("pausable", { by: "anna" });
    await using run = await introspectWorkflowInstance(env.DISPATCH_WORKFLOW, id);
    await run.modify(async (modifier) => await modifier.disableRetryDelays([{ name: "deliver" }]));
    await startRun(id);
    const [receipt] = await hub.emit({ type: "pausable.meanwhile", data: 1 });
    const meanwhile = receipt?.dispatches[0]?.id ?? "";
    await runIs(meanwhile, "running");
    await scheduler.wait(300);
    expect([receipt?.durability, await callsOf(id), await callsOf(meanwhile)]).toEqual(["stored", [], []]);
    expect([await executionsOf(id), await executionsOf(meanwhile)]).toEqual([[], []]);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 0 });
    await hub.resumeDestination("pausable");
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
    await afterAMinute(meanwhile);
    expect(await settled(meanwhile)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await callsOf(meanwhile)).toHaveLength(1);
  });

  it("retries, and what is run now, wait too", async () => {
    const failed = await settledDispatch("failed", { type: "pausable.retried", data: 1 });
    const later = await startedDispatch({ type: "pausable.hurried", data: 1, delay: "1 hour" });
    await hub.pauseDestination("pausable");
    await hub.retryDispatch(failed);
    await runIs(later, "running");
    expect(await operate(env, async (operator) => await runNow(operator, later, {}))).toMatchObject({ stage: "running" });
    const held = [`${failed}-r1`, later];
    for (const id of held) await runIs(id, "running");
    await scheduler.wait(300);
    for (const id of held) expect([await callsOf(id), (await dispatchRow(id)).status]).toEqual([[], "ongoing"]);
    await hub.resumeDestination("pausable");
    await afterAMinute(...held);
    for (const id of held) expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
  });

  it("the attempt under way is recorded, and the next one waits", async () => {
    const id = await startedDispatch({ type: "pausable.call", data: { script: [{ takesMs: 1_500, reply: "failed" }, "complete"] } });
    await called(id);
    await hub.pauseDestination("pausable");
    await attempted(id);
    await scheduler.wait(400);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 1 });
    expect(await callsOf(id)).toHaveLength(1);
    await hub.resumeDestination("pausable");
    await afterAMinute(id);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
  });

  it("what waits for it can be cancelled, and its run ends at its next look", async () => {
    await hub.pauseDestination("pausable");
    const id = await startedDispatch({ type: "pausable.cancelled", data: 1 });
    await runIs(id, "running");
    expect(await hub.cancelDispatch(id)).toMatchObject({ status: "cancelled" });
    await hub.resumeDestination("pausable");
    expect(await look(id)).toBe('{"status":"cancelled"}');
    expect(await callsOf(id)).toEqual([]);
    await env.DISPATCH_WORKFLOW.deleteBatch([id]);
  });

  it("other destinations are delivered to", async () => {
    await hub.pauseDestination("pausable");
    const id = await startedDispatch({ type: "fast.other", data: 1 });
    expect(await settled(id)).toMatchObject({ status: "complete" });
  });

  it("the reconciler leaves what waits for it alone, and the audit has nothing unexplained, however late it is", async () => {
    const from = new Date();
    await hub.pauseDestination("pausable");
    const id = await startedDispatch({ type: "pausable.late", data: 1 });
    await runIs(id, "running");
    await passTime(id, 3 * HOUR_MS);
    for (let looks = 0; looks < 3; looks++) await nextLook(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 0, recoveries: 0 });
    expect(await auditSince(from)).toMatchObject({ dispatches: { ongoing: 1 }, repairing: 0, unexplained: 0, mismatches: {} });
    await hub.resumeDestination("pausable");
    await afterAMinute(id);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
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
    expect(control).toEqual({ destination: own.name, state: "paused", since: expect.any(String), by: "anna", reason: "they deploy" });
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

  it("without a rate leaves every moment as it was", async () => {
    const own = ownHub();
    await own.pause();
    const ids = await own.owe(3);
    const before = await Promise.all(ids.map(dispatchRow));
    await own.resume();
    expect(await Promise.all(ids.map(dispatchRow))).toEqual(before);
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

describe.concurrent("a resumption with a rate", () => {
  const rates: readonly [rate: number, everyMs: number][] = [
    [4, 250],
    [3, 1_000 / 3],
    [0.5, 2_000],
    [0.01, 100_000],
    [1_000, 1],
  ];
  it.each(rates)(
    "of %d a second gives each dispatch a moment of its own, %d ms apart, in the order of emission, from a minute on",
    async (rate, everyMs) => {
      const own = ownHub();
      await own.pause();
      const ids = await own.owe(7);
      const before = await Promise.all(ids.map(dispatchRow));
      const asked = Date.now();
      await own.resume({ rate });
      const [first = 0, ...others] = await momentsOf(ids);
      expect(first).toBeGreaterThanOrEqual(asked + MINUTE_MS);
      expect(first).toBeLessThanOrEqual(Date.now() + MINUTE_MS);
      expect(others).toEqual(others.map((_, index) => first + Math.floor((index + 1) * everyMs)));
      for (const [index, id] of ids.entries()) {
        const { due_at, check_at, ...rest } = await dispatchRow(id);
        expect({ due_at: 0, check_at: 0, ...rest }).toEqual({ ...before[index], due_at: 0, check_at: 0 });
        expect(check_at).toBe(due_at + CHECK.graceMs);
      }
    },
  );

  it("delivers each at its moment, once, and not before", async () => {
    const own = ownHub();
    await own.pause();
    const ids = await own.owe(4);
    for (const id of ids) expect(await look(id, own.given)).toBe("retry:60000");
    await own.resume({ rate: 0.5 });
    for (const id of ids) expect(await look(id, own.given)).toMatch(/^retry:[56]\d{4}$/);
    for (const [index, id] of ids.entries()) {
      await passTime(id, MINUTE_MS + index * 2 * SECOND_MS);
      expect(await look(id, own.given)).toBe('{"status":"complete"}');
    }
    for (const id of ids) expect([await look(id, own.given), (await callsOf(id)).length]).toEqual(['{"status":"complete"}', 1]);
  });

  it("spreads what waits to retry and what is a redrive too, where its event was emitted, and leaves their attempts as they were", async () => {
    const own = ownHub();
    const [first = "", second = "", third = ""] = await own.owe(3);
    await settleBySql(first);
    await replyWith(second, "failed");
    expect(await look(second, own.given)).toMatch(/^retry:/);
    await own.pause();
    await own.pausedLongAgo();
    await operate(deafHub, async (operator) => await retryDispatch(operator, first, {}));
    await own.resume({ rate: 1 });
    const [one = 0, two = 0, three = 0] = await momentsOf([`${first}-r1`, second, third]);
    expect([two - one, three - two]).toEqual([1_000, 1_000]);
    expect(await dispatchRow(second)).toMatchObject({ attempts: 1, status: "ongoing" });
  });

  it("leaves a call alone that may still be under way: its dispatch keeps its moment, is recorded, and can be cancelled", async () => {
    const own = ownHub();
    const [called = ""] = await own.owe(1);
    const { due_at } = await dispatchRow(called);
    await own.pause();
    const [owed = ""] = await own.owe(1);
    await own.resume({ rate: 1 });
    expect((await dispatchRow(called)).due_at).toBe(due_at);
    expect((await dispatchRow(owed)).due_at).toBeGreaterThan(Date.now() + 50_000);
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
    const inHalfAMinute = only(only(await store({ type: "one.soon", data: 1, delay: "30s" }, own.given)).dispatches).id;
    const [over = ""] = await own.owe(1);
    await settleBySql(over, "cancelled");
    const [elsewhere = ""] = await own.owe(1, "two.owed");
    const untouched = [inAnHour, over, elsewhere];
    const before = await Promise.all(untouched.map(dispatchRow));
    await own.resume({ rate: 1 });
    expect(await Promise.all(untouched.map(dispatchRow))).toEqual(before);
    const [first = 0, second = 0] = await momentsOf([now, inHalfAMinute]);
    expect(second - first).toBe(1_000);
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
      run: async (DB, { own }) => await own.resume({ rate: 10 }, { DB }),
      check: async ({ own, ids }, result) => {
        expect(result).toEqual({ destination: own.name, state: "active" });
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

describe("a large backlog", () => {
  const COUNT = CONTROL.spreadRows + 503;

  /** Straight into the database: those of the destination, and among them some of another and some that have settled. */
  async function backlog(destination: string, count: number): Promise<void> {
    const now = Date.now();
    const bulk = Array.from({ length: count }, (_, nth) => {
      const id = idAt(now + nth);
      return { id: `${id}-0`, eventId: id, route: "r", destination, status: "ongoing" as Status, checkAt: now + HOUR_MS };
    });
    const others = bulk.slice(0, 100).flatMap((one) => [
      { ...one, id: `${one.eventId}-1`, destination: unique("d-") },
      { ...one, id: `${one.eventId}-2`, status: "complete" as Status, checkAt: null },
    ]);
    await bulkDispatches([...bulk, ...others]);
    await rows("UPDATE dispatches SET due_at = ? WHERE destination = ? AND status = 'ongoing'", now + HOUR_MS / 60, destination);
  }

  it("is spread in pieces that follow one another, two rows written each, and nothing else is", async () => {
    const own = ownHub();
    await own.pause();
    await backlog(own.name, COUNT);
    const { d1, measure, trips } = meteredD1(env.DB);
    await listDestinations(createHub(envWith({ ...own.given, DB: d1 })));
    const { cost } = await measure(async () => await own.resume({ rate: 400 }, { DB: d1 }));
    const spread = trips().filter(([statement]) => statement?.sql.includes("UPDATE dispatches"));
    const [beyond = 0] = [cost.rowsWritten - 2 * COUNT];
    expect([spread.length, beyond]).toEqual([2, 2]);
    const [figures] = await rows<Record<string, number>>(
      `SELECT count(*) AS count, count(DISTINCT due_at) AS moments, max(due_at) - min(due_at) AS span, min(wait) AS least, max(wait) AS most,
         min(check_at - due_at) AS earliest, max(check_at - due_at) AS latest
       FROM (SELECT due_at, check_at, due_at - lag(due_at) OVER (ORDER BY id) AS wait FROM dispatches WHERE destination = ? AND status = 'ongoing')`,
      own.name,
    );
    const grace = { earliest: CHECK.graceMs, latest: CHECK.graceMs };
    expect(figures).toEqual({ count: COUNT, moments: COUNT, span: Math.floor((COUNT - 1) * 2.5), least: 2, most: 3, ...grace });
    await rows("DELETE FROM dispatches WHERE route = 'r'");
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
