import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DispatchQuery } from "../../schema/contract/dispatches.ts";
import type { EmitInput } from "../../schema/contract/emit.ts";
import type { EventQuery } from "../../schema/contract/events.ts";
import { BULK, GIVEN_UP, READ, STATS } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { emit } from "../../src/hub/emit/emit.ts";
import { previewBulk } from "../../src/hub/operate/bulk.ts";
import { cancelDispatch } from "../../src/hub/operate/cancel.ts";
import { dismissDispatch } from "../../src/hub/operate/dismiss-dispatch.ts";
import { retryDispatch } from "../../src/hub/operate/retry-dispatch.ts";
import { purge } from "../../src/hub/purge/purge.ts";
import { deadLetters } from "../../src/hub/read/dead-letters.ts";
import { getDispatch, listDispatches } from "../../src/hub/read/dispatches.ts";
import { getEvent, listEvents, searchEvents } from "../../src/hub/read/events.ts";
import { health } from "../../src/hub/read/health.ts";
import { stats } from "../../src/hub/read/stats.ts";
import { sweep } from "../../src/reconciler/sweep.ts";
import { look, makeDue, reply, replying } from "./support/attempts.ts";
import { bulkDispatches, bulkEvents } from "./support/bulk.ts";
import { consume } from "./support/consume.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { deafQueue, emitWith, envWith, hub, hubAt, only, storedDispatch, unique } from "./support/hub.ts";
import { keptQueue } from "./support/kept-queue.ts";
import { type Meter, meteredD1 } from "./support/metered-d1.ts";
import { idAt, storeOld } from "./support/old-chains.ts";
import { nthRedrive, operate } from "./support/operating.ts";
import { dispatchRow, rows } from "./support/rows.ts";

const { d1, measure, trips } = meteredD1(env.DB);
const metered = envWith({ DB: d1, DISPATCH_QUEUE: deafQueue });

/** What each thing costs, printed at the end. */
const figures: Record<string, Meter> = {};

async function costOf(what: string, work: () => Promise<unknown>): Promise<Meter> {
  const { cost } = await measure(work);
  figures[what] = cost;
  return cost;
}

const emitOne = async (input: EmitInput) => only(await emitWith(metered, input));

beforeAll(async () => {
  await emitOne({ type: "unrouted.first-use", data: 1 });
});

afterAll(() => {
  const lines = Object.entries(figures).map(
    ([what, { rowsWritten, rowsRead, roundTrips }]) =>
      `${String(rowsWritten).padStart(12)} ${String(rowsRead).padStart(9)} ${String(roundTrips).padStart(11)}  ${what}`,
  );
  console.log(["rows written rows read round trips", ...lines].join("\n"));
});

describe("rows written", () => {
  const keyed = (): EmitInput => ({ type: "unrouted.budget", data: { a: 1, b: 2 }, source: "tests", key: unique("k") });
  const events: readonly [string, () => EmitInput, number][] = [
    ["an event", () => ({ type: "unrouted.budget", data: { total: 1 }, source: "tests" }), 2],
    ["an event with a key", keyed, 3],
    ["an event with a subject", () => ({ type: "unrouted.budget", data: 1, subject: "s" }), 3],
    [
      "an event with a cause",
      () => ({ type: "unrouted.budget", data: 1, causedBy: { correlationId: "c", causationId: "d-0", depth: 0 } }),
      3,
    ],
  ];
  for (const [what, input, most] of events) {
    it(`${what} costs at most ${most} rows and one round trip`, async () => {
      const { rowsWritten, roundTrips } = await costOf(`emit ${what}`, () => emitOne(input()));
      expect(rowsWritten).toBeLessThanOrEqual(most);
      expect(roundTrips).toBe(1);
    });
  }

  it("a duplicate costs no row and one round trip", async () => {
    const input = keyed();
    await emitOne(input);
    const { rowsWritten, roundTrips } = await costOf("emit a duplicate", () => emitOne(input));
    expect([rowsWritten, roundTrips]).toEqual([0, 1]);
  });

  it("1,000 events with a dispatch each cost 4 rows each and one round trip", async () => {
    const many = Array.from({ length: 1_000 }, (_, number) => ({ type: "fast.budget", data: number }));
    const { rowsWritten, roundTrips } = await costOf("emit 1,000 events, one dispatch each", () => emitWith(metered, many));
    expect(rowsWritten).toBeLessThanOrEqual(4_000);
    expect(roundTrips).toBe(1);
  });

  it("an immediate dispatch that completes costs at most 4 rows, and its attempt two round trips", async () => {
    const emitted = await costOf("emit an event with a dispatch", () => emitOne({ type: "fast.budget", data: 1 }));
    const id = await storedDispatch({ type: "fast.budget", data: 1 }, metered);
    const attempted = await costOf("attempt that completes", () => look(id, metered));
    expect(emitted.rowsWritten - 2 + attempted.rowsWritten).toBeLessThanOrEqual(4);
    expect(attempted.roundTrips).toBe(2);
  });

  it("of these, the attempt costs its execution and its settlement, and nothing for being counted", async () => {
    const id = await storedDispatch({ type: "fast.budget", data: 1 }, metered);
    const { rowsWritten } = await costOf("attempt that completes, alone", () => look(id, metered));
    expect(rowsWritten).toBe(2);
    expect((await dispatchRow(id)).attempts).toBe(1);
  });

  it("a failed attempt costs at most 3 rows and two round trips, the second like the first", async () => {
    const id = await storedDispatch({ type: "constant.budget", data: { script: ["failed"] } });
    for (const nth of ["first", "second"]) {
      const { rowsWritten, roundTrips } = await costOf(`attempt that fails, the ${nth}`, () => look(id, metered));
      expect(rowsWritten).toBeLessThanOrEqual(3);
      expect(roundTrips).toBe(2);
      await makeDue(id);
    }
  });

  it("an attempt that settles as failed costs at most 3 rows", async () => {
    const id = await storedDispatch({ type: "once.budget", data: { script: ["failed"] } });
    const { rowsWritten } = await costOf("attempt that settles as failed", () => look(id, metered));
    expect(rowsWritten).toBeLessThanOrEqual(3);
  });

  it("events of a reply cost what emitted ones do, and no further round trip", async () => {
    const id = await storedDispatch({ type: "fast.budget", data: 1 });
    const answering = replying(() => reply({ status: "complete", emit: [{ type: "unrouted.budget", data: 1 }] }), { DB: d1 });
    const { rowsWritten, roundTrips } = await costOf("attempt that completes and emits one event", () => look(id, answering));
    expect(rowsWritten).toBeLessThanOrEqual(2 + 3);
    expect(roundTrips).toBe(2);
  });

  it("a look that finds nothing to do costs no row and one round trip", async () => {
    const id = await storedDispatch({ type: "later.budget", data: 1 });
    const { rowsWritten, roundTrips } = await costOf("look at a dispatch that is not due", () => look(id, metered));
    expect([rowsWritten, roundTrips]).toEqual([0, 1]);
  });
});

describe("rows written by operations on a line: the dispatch, its note and that in the index by time, and two for each link whose standing changes", () => {
  async function failed(): Promise<string> {
    const id = await storedDispatch({ type: "once.budget", data: { script: ["failed"] } });
    await look(id);
    return id;
  }
  const retry = async (id: string) => (await operate(metered, async (operator) => await retryDispatch(operator, id, {}))).id;
  const costs = async (what: string, work: () => Promise<unknown>) => (await costOf(what, work)).rowsWritten;

  it("a redrive costs 6, 3 when it fails and is the dead letter, 2 when it completes", async () => {
    const id = await failed();
    expect(await costs("redrive of a dead letter", () => retry(id))).toBe(6);
    const first = await nthRedrive(id, 1);
    expect(await costs("redrive that fails", () => look(first, metered))).toBe(3);
    expect(await costs("redrive from the first of the line", () => retry(id))).toBe(6);
    const [second, completing] = [await nthRedrive(id, 2), replying(() => "complete", { DB: d1 })];
    expect(await costs("redrive that completes", () => look(second, completing))).toBe(2);
  });

  it("one that is cancelled costs 5, its dead letter is one again; to dismiss that costs 4", async () => {
    const id = await failed();
    const redrive = await retry(id);
    const cancelling = () => operate(metered, async (operator) => await cancelDispatch(operator, redrive, {}));
    expect(await costs("redrive that is cancelled", cancelling)).toBe(5);
    const dismissing = () => operate(metered, async (operator) => await dismissDispatch(operator, id, {}));
    expect(await costs("dead letter that is dismissed", dismissing)).toBe(4);
  });
});

describe("what repairs cost", () => {
  /** Overdue at a moment long ago, at which nothing else is. */
  async function overdue(changes: string): Promise<string> {
    const id = await storedDispatch({ type: "fast.budget", data: 1 });
    await rows(`UPDATE dispatches SET check_at = -1000, ${changes} WHERE id = ?`, id);
    return id;
  }

  /** What a sweep costs that takes nothing: it writes down that it ended. */
  const SWEPT = { rows: 1, roundTrips: 1 };

  /** Sweeps, and gives what was put on the queue to the reconciler, which finds a run that stands so. */
  async function repair(run: string): Promise<{ swept: Meter; repaired: Meter; messages: number }> {
    const kept = keptQueue();
    const swept = await costOf("sweep that takes one dispatch", () =>
      sweep(hubAt(-1_000, envWith({ DB: d1, DISPATCH_QUEUE: kept.queue }))),
    );
    const instance = { status: async () => ({ status: run }), restart: async () => undefined, sendEvent: async () => undefined };
    const get = async () => (run === "missing" ? await Promise.reject(new Error("instance.not_found")) : instance);
    const engine = { get, createBatch: async () => ({ created: [], errors: [] }) };
    const given = envWith({ DB: d1, DISPATCH_QUEUE: deafQueue, DISPATCH_WORKFLOW: engine });
    const repaired = await costOf(`repair of a run that is ${run}`, () => consume(kept.messages, given));
    return { swept, repaired, messages: kept.messages.length };
  }

  /** A restart is counted when it was made: a row and a round trip more. */
  const repairs: readonly [run: string, changes: string, rows: number, roundTrips: number][] = [
    ["missing", "due_at = 0", 4, 2],
    ["waiting", "due_at = 0", 4, 2],
    ["errored", "due_at = 0", 5, 3],
    ["queued", "due_at = 0", 4, 2],
    ["paused", "due_at = 0", 2, 2],
  ];
  for (const [run, changes, most, roundTrips] of repairs) {
    it(`a dispatch whose run is ${run} costs 2 rows and two round trips to be taken, at most ${most} rows and ${roundTrips} round trips to be repaired, and a message`, async () => {
      const id = await overdue(changes);
      const { swept, repaired, messages } = await repair(run);
      expect([swept.rowsWritten - SWEPT.rows, swept.roundTrips - SWEPT.roundTrips, messages]).toEqual([2, 2, 1]);
      expect(repaired.rowsWritten).toBeLessThanOrEqual(most);
      expect(repaired.roundTrips).toBe(roundTrips);
      expect((await dispatchRow(id)).check_at).toBeGreaterThan(Date.now());
    });
  }

  it("a hundred overdue dispatches are one message, and are loaded in one round trip", async () => {
    const ids = (
      await emitWith(
        metered,
        Array.from({ length: 100 }, () => ({ type: "fast.budget", data: 1 })),
      )
    ).map(({ id }) => `${id}-0`);
    await rows("UPDATE dispatches SET check_at = -1000, due_at = 0 WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
    const { swept, repaired, messages } = await repair("missing");
    expect([swept.rowsWritten - SWEPT.rows, swept.roundTrips - SWEPT.roundTrips, messages]).toEqual([200, 2, 1]);
    expect([repaired.rowsWritten <= 400, repaired.roundTrips]).toEqual([true, 101]);
  });
});

describe("what a queued emit costs", () => {
  it("is one message, whatever it holds, as many rows and round trips as a stored one, and two rows for the note of the message", async () => {
    const kept = keptQueue();
    const away = envWith({ DB: faultyD1(env.DB, { of: /./, faultOf: () => "lost" }), DISPATCH_QUEUE: kept.queue });
    const emitter = { hub: createHub(away), caller: {}, afterReply: () => undefined };
    await emit(
      emitter,
      Array.from({ length: 20 }, () => ({ type: "fast.budget", data: 1 })),
      { allowQueued: true },
    );
    expect(kept.messages).toHaveLength(1);
    const { rowsWritten, roundTrips } = await costOf("store a queued emit of 20 events, one dispatch each", () =>
      consume(kept.messages, metered),
    );
    expect([rowsWritten <= 20 * 4 + 2, roundTrips]).toEqual([true, 1]);
    const { rowsWritten: again } = await costOf("store it again", () => consume(kept.messages, metered));
    expect(again).toBe(0);
  });

  it("is nothing while the database answers", async () => {
    const kept = keptQueue();
    const emitter = {
      hub: createHub(envWith({ DB: d1, DISPATCH_QUEUE: kept.queue })),
      caller: {},
      afterReply: () => undefined,
    };
    const input = { type: "unrouted.budget", data: 1 };
    await emit(emitter, input);
    const { rowsWritten, roundTrips } = await costOf("emit an event with allowQueued", () => emit(emitter, input, { allowQueued: true }));
    expect([rowsWritten, roundTrips, kept.messages]).toEqual([2, 1, []]);
  });
});

describe("rows read, of a database of 20,000 settled dispatches", () => {
  const ALL = 20_000;
  const chain = "chain-0";
  const event = (number: number) => {
    const hex = (Date.now() - 3_600_000 + number).toString(16).padStart(12, "0");
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7${(number % 4_096).toString(16).padStart(3, "0")}-8000-000000000000`;
  };
  const ids = Array.from({ length: ALL }, (_, number) => event(number));

  beforeAll(async () => {
    for (let start = 0; start < ALL; start += 5_000) {
      const part = ids.slice(start, start + 5_000).map((id, index) => ({ id, number: start + index }));
      await bulkEvents(
        part
          .map(({ id, number }) => ({
            id,
            type: "bulk",
            subject: "one",
            source: number === 0 ? "rare" : "common",
            key: "same",
            correlationId: number % 2 === 0 ? chain : undefined,
          }))
          .map((row, index) => ({ ...row, key: `same`, source: `${row.source}-${start + index}` })),
      );
      await bulkDispatches(
        part.map(({ id, number }) => ({
          id: `${id}-0`,
          eventId: id,
          route: number === 0 ? "rare" : "bulk",
          destination: number === 0 ? "rare" : "email",
          status: number % 1_000 === 0 ? ("failed" as const) : ("complete" as const),
          checkAt: null,
        })),
      );
    }
  });

  const LIST = 2 * READ.scanRows;
  const eventLists: readonly EventQuery[] = [
    {},
    { limit: 200 },
    { type: "bulk" },
    { type: "bulk", source: "rare-0" },
    { type: "nothing" },
    { source: "rare-0" },
    { source: "rare-0", to: new Date() },
    { subject: "one" },
    { subject: "one", type: "other" },
    { subject: "one", source: "rare-0" },
    { correlationId: chain },
    { correlationId: chain, source: "rare-0" },
    { key: "same", source: "rare-0" },
    { key: "same" },
    { key: "same", type: "other" },
  ];
  for (const query of eventLists) {
    it(`the list of events by ${JSON.stringify(query)} reads at most ${LIST} rows and a page`, async () => {
      const { rowsRead } = await costOf(`listEvents ${JSON.stringify(query)}`, () => listEvents(createHub(metered), query));
      expect(rowsRead).toBeLessThanOrEqual(LIST + READ.maxPage);
    });
  }

  const dispatchLists: readonly DispatchQuery[] = [
    {},
    { limit: 200 },
    { status: "complete" },
    { status: "cancelled" },
    { status: "failed" },
    { status: "lost" },
    { status: "ongoing" },
    { status: "ongoing", destination: "rare" },
    { destination: "rare" },
    { route: "rare", status: "complete" },
    { eventId: ids[7] },
    { from: new Date(0), destination: "rare" },
  ];
  for (const query of dispatchLists) {
    it(`the list of dispatches by ${JSON.stringify(query)} reads at most ${LIST} rows and a page`, async () => {
      const { rowsRead } = await costOf(`listDispatches ${JSON.stringify(query)}`, () => listDispatches(createHub(metered), query));
      expect(rowsRead).toBeLessThanOrEqual(LIST + READ.maxPage);
    });
  }

  it("statistics read a bounded number of rows in one round trip, and what was given up only what was", async () => {
    const counted = await costOf("stats", () => stats(createHub(metered), {}));
    expect([counted.rowsRead <= 4 * STATS.rows, counted.roundTrips]).toEqual([true, 1]);
    const given = await costOf("deadLetters of 20", () => deadLetters(createHub(metered), { destination: "email" }));
    expect([given.rowsRead <= 300, given.roundTrips]).toEqual([true, 1]);
    await costOf("searchEvents for text that is not there", () => searchEvents(createHub(metered), { text: "nothing" }));
    await costOf("searchEvents for text that is everywhere", () => searchEvents(createHub(metered), { text: "0" }));
  });

  it("the few failed among the many are found by reading just these", async () => {
    const { cost, result } = await measure(() => listDispatches(createHub(metered), { status: "failed" }));
    expect(result.items.length).toBeGreaterThanOrEqual(20);
    expect(cost.rowsRead).toBeLessThanOrEqual(100);
  });

  it("what a bulk operation would do is counted by reading what may match once, and a page of it as an example", async () => {
    // With what the tests above have let fail. Whether one has been retried is seen at one row more, and its redrives are counted at another.
    const failed = ALL / 1_000 + 5;
    const { rowsRead } = await costOf("previewBulk of 20", () => previewBulk(createHub(metered), "retry", { destination: "email" }));
    expect(rowsRead).toBeLessThanOrEqual(2 * failed + 3 * (BULK.sample + 1));
  });

  it("an event and a dispatch are found without looking at others", async () => {
    const found = await costOf("getEvent", () => getEvent(createHub(metered), ids[7]));
    const detail = await costOf("getDispatch", () => getDispatch(createHub(metered), `${ids[7]}-0`));
    expect(found.rowsRead).toBeLessThanOrEqual(5);
    expect(detail.rowsRead).toBeLessThanOrEqual(5);
  });

  it("the hub's health is read from a bounded number of rows, each of them once, in one round trip", async () => {
    const { rowsRead, roundTrips } = await costOf("health", () => health(createHub(metered)));
    expect(roundTrips).toBe(1);
    const givenUp = 3 * READ.failureRows + GIVEN_UP.rows;
    expect(rowsRead).toBeLessThanOrEqual(READ.healthRows + givenUp + READ.scanRows + READ.latestEvents + 100);
  });

  it("a sweep with nothing overdue reads next to nothing and writes down that it ended: a row", async () => {
    const { rowsRead, rowsWritten } = await costOf("sweep with nothing overdue", () => sweep(hubAt(0, metered)));
    // A few rows for each destination that is owed something.
    expect([rowsRead <= 40, rowsWritten]).toEqual([true, 1]);
  });

  it("a page of a purge reads what it is about, and none of the others", async () => {
    const before = new Date(Date.now() - 3_600_000 - 60_000);
    const old = before.getTime() - 3_600_000;
    const firsts = Array.from({ length: 25 }, () => ({ id: idAt(old), dispatches: ["complete" as const] }));
    await storeOld([...firsts, ...firsts.map(({ id, dispatches }) => ({ id: idAt(old), chain: id, dispatches }))]);
    const dry = await costOf("purge of 50 events with a dispatch each, dry", () => purge(createHub(metered), before, { dryRun: true }));
    const { cost, result } = await measure(() => purge(createHub(metered), before, {}));
    figures["purge of 50 events with a dispatch each"] = cost;
    expect(result).toMatchObject({ events: 50, dispatches: 50, kept: 0 });
    expect([dry.rowsRead < 2_500, cost.rowsRead < 2_500, cost.rowsWritten, cost.roundTrips <= 4]).toEqual([true, true, 200, true]);
  });

  it("a purge of nothing is five reads in two round trips: of old events, then of what leaves with its own age", async () => {
    for (const query of [{}, { dryRun: true }]) {
      const { roundTrips, rowsRead, rowsWritten } = await costOf("purge of nothing", () => purge(createHub(metered), new Date(0), query));
      expect([roundTrips, trips().flat().length, rowsRead <= 5, rowsWritten]).toEqual([2, 5, true, 0]);
    }
  });

  it("an emit and an attempt read as little as in an empty database", async () => {
    const emitted = await costOf("emit an event with a key, of many", () =>
      emitOne({ type: "bulk", data: 1, source: "tests", subject: "one", key: "same" }),
    );
    const id = await storedDispatch({ type: "fast.budget", data: 1 });
    const attempted = await costOf("attempt, of many", () => look(id, metered));
    expect(emitted.rowsRead).toBeLessThanOrEqual(20);
    expect(attempted.rowsRead).toBeLessThanOrEqual(20);
  });

  it("health over the real door agrees with what is stored", async () => {
    const { counts, truncated } = await hub.health();
    const [latest] = await rows<typeof counts>(
      `SELECT count(*) FILTER (WHERE status = 'ongoing') AS ongoing, count(*) FILTER (WHERE status = 'complete') AS complete,
         count(*) FILTER (WHERE status = 'ignored') AS ignored, count(*) FILTER (WHERE status = 'cancelled') AS cancelled
       FROM (SELECT status FROM dispatches ORDER BY id DESC LIMIT ${READ.healthRows})`,
    );
    expect([truncated, counts]).toEqual([true, expect.objectContaining(latest ?? {})]);
  });
});
