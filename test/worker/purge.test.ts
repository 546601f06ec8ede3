import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { PurgeQuery } from "../../schema/contract/purge.ts";
import { BAD_STATUSES, isBad, type SettledStatus, STATUSES, type Status } from "../../schema/contract/statuses.ts";
import { PURGE } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { readDeliverResult } from "../../src/executor/deliver-result.ts";
import { record } from "../../src/executor/record.ts";
import { purge } from "../../src/hub/purge/purge.ts";
import { aroundD1 } from "./support/around-d1.ts";
import { look, replying } from "./support/attempts.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { deafQueue, envWith, hub, only, storedDispatch, unique } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { idAt, type OldEvent, storeOld, storeOldDispatches, storeUndeliverable } from "./support/old-chains.ts";
import { BEFORE, beforeDeletes, counts, difference, NO_ROWS, NOTHING, OLD, pagesOf, purgeAll, sum, YOUNG } from "./support/purging.ts";
import { dispatchRow, eventRow, executionsOf, rows, settled, until } from "./support/rows.ts";
import { emptyTables, wholeDatabase } from "./support/tables.ts";

/** All of the database goes by age: each test has it for itself. */
beforeEach(async () => {
  await hub.health();
  await emptyTables();
});

const idsLeft = async () => (await rows<{ id: string }>("SELECT id FROM events ORDER BY id")).map(({ id }) => id);

interface Link {
  readonly at?: number;
  readonly dispatches?: readonly Status[];
}

/** Makes whatever is bad something that was retried or dismissed. */
const supersede = async () => await rows("UPDATE dispatches SET superseded = 1");

const linked = ({ at = OLD, dispatches = ["complete"] }: Link): OldEvent => ({ id: idAt(at), dispatches });

/** A chain: the first event, and those it caused. */
function chainOf(...events: Link[]): OldEvent[] {
  const [first, ...caused] = events.map(linked);
  return first === undefined ? [] : [first, ...caused.map((event) => ({ ...event, chain: first.id }))];
}

/** The same with a first event that is stored elsewhere, or not at all. */
function foreignChain(...events: Link[]): OldEvent[] {
  const chain = unique("elsewhere-");
  return events.map((event) => ({ ...linked(event), chain }));
}

describe("what is purged", () => {
  it("is a chain that is older and has settled, with its dispatches, executions and notes; what is younger stays as it is", async () => {
    await storeOld([...chainOf({ at: YOUNG }, { at: YOUNG }), ...chainOf({ at: BEFORE })]);
    await rows(`INSERT INTO controls (destination, state, since, "by") VALUES ('held', 'paused', 0, 'tests')`);
    const before = await wholeDatabase(env.DB);
    await storeOld([...chainOf({ dispatches: ["complete", "ignored"] }, {}, {}), ...chainOf({ at: BEFORE - 1 })]);
    expect(await hub.purge(new Date(BEFORE))).toEqual({ ...NOTHING, events: 4, dispatches: 5, executions: 5, notes: 5, kept: 0 });
    expect(await wholeDatabase(env.DB)).toEqual(before);
  });

  for (const status of STATUSES.filter((one): one is SettledStatus => one !== "ongoing")) {
    it(`is what settled as ${status}${isBad(status) ? ", and was retried or dismissed since" : ""}`, async () => {
      await storeOld(chainOf({ dispatches: [status] }));
      await supersede();
      expect(await purgeAll()).toEqual({ ...NOTHING, events: 1, dispatches: 1, executions: 1, notes: 1, kept: 0 });
      expect(await counts()).toEqual(NO_ROWS);
    });
  }

  const gone: readonly [string, () => OldEvent[]][] = [
    ["an event that was owed to nobody", () => chainOf({ dispatches: [] })],
    ["a chain of events that were owed to nobody", () => chainOf({ dispatches: [] }, { dispatches: [] })],
    ["a chain whose first event is not here", () => foreignChain({}, {})],
    [
      "an event with so many dispatches that their ids do not sort by number",
      () => chainOf({ dispatches: Array.from({ length: 120 }, () => "complete" as const) }),
    ],
  ];
  for (const [what, make] of gone) {
    it(`is ${what}`, async () => {
      const events = make();
      await storeOld(events);
      expect(await purgeAll()).toMatchObject({ events: events.length, kept: 0 });
      expect(await counts()).toEqual(NO_ROWS);
    });
  }

  const kept: readonly [string, () => OldEvent[]][] = [
    ["the first dispatch of its first event is ongoing", () => chainOf({ dispatches: ["ongoing", "complete"] }, {})],
    [
      "the last dispatch of an event in its middle is ongoing",
      () => chainOf({}, { dispatches: [...many<Status>("complete", 10), "ongoing"] }, {}),
    ],
    ["its last event has an ongoing dispatch", () => chainOf({}, {}, { dispatches: ["ongoing"] })],
    ["its last event is younger", () => chainOf({}, {}, { at: YOUNG })],
    ["its last event is of the very moment", () => chainOf({}, { at: BEFORE, dispatches: [] })],
    ["its first event is younger", () => chainOf({ at: YOUNG }, { at: OLD })],
    ["its first event is not here and a dispatch is ongoing", () => foreignChain({}, { dispatches: ["ongoing"] })],
    ["its first event is not here and an event is younger", () => foreignChain({}, { at: YOUNG })],
  ];
  for (const [because, make] of kept) {
    it(`is no part of a chain as long as ${because}`, async () => {
      const events = make();
      await storeOld(events);
      const before = await wholeDatabase(env.DB);
      const old = events.filter(({ id }) => emittedAt(id) < BEFORE);
      expect(await purgeAll()).toEqual({ ...NOTHING, kept: old.length });
      expect(await wholeDatabase(env.DB)).toEqual(before);
    });
  }

  for (const status of STATUSES.filter((one): one is SettledStatus => one !== "ongoing")) {
    it(`is nothing that settled as ${status} a moment ago, however long ago it was emitted`, async () => {
      await storeOld(chainOf({ dispatches: ["complete", status] }, {}));
      await supersede();
      await rows("UPDATE dispatches SET settled_at = ? WHERE id LIKE '%-1'", BEFORE);
      expect(await purgeAll()).toEqual({ ...NOTHING, kept: 2 });
      await rows("UPDATE dispatches SET settled_at = ? WHERE id LIKE '%-1'", BEFORE - 1);
      expect(await purgeAll()).toMatchObject({ events: 2, dispatches: 3, kept: 0 });
    });
  }

  for (const status of BAD_STATUSES) {
    it(`is no chain that holds a dead letter, ${status}, unless told`, async () => {
      await storeOld(chainOf({}, { dispatches: ["complete", status] }, {}));
      for (const dryRun of [true, false]) expect(await purgeAll({ dryRun })).toEqual({ ...NOTHING, kept: 3 });
      for (const dryRun of [true, false]) expect(await purgeAll({ dryRun, deadLetters: true })).toMatchObject({ events: 3, kept: 0 });
      expect(await counts()).toEqual(NO_ROWS);
    });
  }

  it("is no chain that becomes a dead letter, or settles anew, when it is about to be deleted", async () => {
    for (const change of ["status = 'failed'", "settled_at = 9e15"]) {
      await storeOld(chainOf({}, {}));
      const changing = beforeDeletes(async () => void (await rows(`UPDATE dispatches SET ${change}`)));
      expect(await purgeAll({ given: changing })).toEqual({ ...NOTHING, kept: 2 });
      await emptyTables();
    }
  });

  it("is a chain once its last dispatch has settled", async () => {
    const events = chainOf({}, { dispatches: ["ongoing"] });
    await storeOld(events);
    await purgeAll();
    await rows("UPDATE dispatches SET status = 'ignored', check_at = NULL, settled_at = 1 WHERE status = 'ongoing'");
    expect(await purgeAll()).toMatchObject({ events: 2, dispatches: 2, kept: 0 });
  });

  it("is no event of another chain, although the chain has its name", async () => {
    const [first] = chainOf({ at: YOUNG });
    const borrowed: OldEvent = { id: idAt(OLD), chain: first?.id, dispatches: ["complete"] };
    await storeOld([...(first === undefined ? [] : [first]), borrowed, { id: idAt(OLD), chain: borrowed.id, dispatches: ["complete"] }]);
    expect(await purgeAll()).toMatchObject({ events: 1, dispatches: 1, kept: 1 });
    expect(await idsLeft()).toEqual([first?.id, borrowed.id].toSorted());
  });

  it("are executions and notes that have lost their dispatch, with the event they belong to", async () => {
    await storeOld(chainOf({}, {}));
    await rows("DELETE FROM dispatches");
    expect(await purgeAll()).toEqual({ ...NOTHING, events: 2, executions: 2, notes: 2 });
    expect(await counts()).toEqual(NO_ROWS);
  });

  it("are redrives with what they redrove, and a redrive that is ongoing keeps the chain", async () => {
    const [first, second] = chainOf({ dispatches: ["failed"] }, { dispatches: ["lost"] });
    await storeOld([first, second].filter((event) => event !== undefined));
    const redrive = { id: `${second?.id}-0-r1`, eventId: second?.id ?? "", status: "ongoing" } as const;
    await storeOldDispatches([{ id: `${first?.id}-0-r1`, eventId: first?.id ?? "", status: "complete" }, redrive]);
    await supersede();
    expect(await purgeAll()).toEqual({ ...NOTHING, kept: 2 });
    await rows("DELETE FROM dispatches WHERE id = ?", redrive.id);
    await storeOldDispatches([{ ...redrive, status: "complete" }]);
    expect(await purgeAll()).toEqual({ ...NOTHING, events: 2, dispatches: 4, executions: 4, notes: 4, kept: 0 });
    expect(await counts()).toEqual(NO_ROWS);
  });

  it("is not what settled a neighbour: other chains of the same page go while one stays", async () => {
    const [stays, goes] = [chainOf({}, { dispatches: ["ongoing"] }), [chainOf({}, {}), chainOf({})].flat()];
    await storeOld([...goes.slice(0, 1), ...stays, ...goes.slice(1)]);
    expect(await purgeAll()).toMatchObject({ events: 3, kept: 2 });
    expect(await idsLeft()).toEqual(stays.map(({ id }) => id).toSorted());
  });

  it("are keys: a key that was purged stands for nothing", async () => {
    const event = { type: "fast.key", data: 1, source: "tests", key: unique("k") };
    const [first] = await hub.emit(event);
    await settled(only(first?.dispatches ?? []).id);
    await until(async () => (Date.now() > emittedAt(first?.id) + 1 ? true : undefined), { what: "a later moment" });
    expect(await hub.purge(new Date())).toMatchObject({ events: 1, dispatches: 1, executions: 1 });
    const [second] = await hub.emit({ ...event, data: 2 });
    expect(second).toMatchObject({ duplicate: false });
    expect(second?.id).not.toBe(first?.id);
    expect(await settled(only(second?.dispatches ?? []).id)).toMatchObject({ status: "complete" });
  });

  it("is never a chain too long to be looked at; one event less and it is", async () => {
    const [first] = chainOf({});
    const long = Array.from({ length: PURGE.chainEvents + 1 }, () => ({ id: idAt(OLD), chain: first?.id }));
    await storeOld([{ id: first?.id ?? "" }, ...long]);
    expect(await purge(createHub(env), new Date(BEFORE), {})).toMatchObject({ events: 0, kept: PURGE.chainEvents + 2 });
    await rows("DELETE FROM events WHERE id = ?", long.at(-1)?.id);
    expect(await purge(createHub(env), new Date(BEFORE), {})).toMatchObject({ events: PURGE.chainEvents + 1, kept: 0 });
  });
});

function many<Item>(item: Item, count: number): Item[] {
  return Array.from({ length: count }, () => item);
}

function emittedAt(id = ""): number {
  return Number.parseInt(id.slice(0, 13).replace("-", ""), 16);
}

describe("notes on undeliverable messages", () => {
  it("go by their own age, and no other note does", async () => {
    await storeUndeliverable(3, OLD);
    await storeUndeliverable(2, YOUNG);
    await storeOld(chainOf({ dispatches: ["complete", "ongoing"] }));
    expect(await purgeAll()).toEqual({ ...NOTHING, notes: 3, kept: 1 });
    const left = await rows<{ subject_id: string }>("SELECT subject_id FROM notes");
    expect(left.filter(({ subject_id }) => subject_id === "undeliverable")).toHaveLength(2);
    expect(left).toHaveLength(3);
  });

  it("go to the last one, however many there are: a purge ends when nothing old is left", async () => {
    await storeUndeliverable(PURGE.undeliverable * 2 + 5, OLD);
    expect(await purgeAll()).toEqual({ ...NOTHING, notes: PURGE.undeliverable * 2 + 5 });
    expect(await counts()).toMatchObject({ notes: 0 });
  });

  it("are counted once by a dry run of several pages", async () => {
    await storeUndeliverable(7, OLD);
    await storeOld(many(null, 250).flatMap(() => chainOf({ dispatches: [] })));
    expect(await purgeAll({ dryRun: true })).toMatchObject({ events: 250, notes: 7 });
  });
});

/** 260 old events in pages: single ones, chains that span pages, and chains that stay. */
async function mixture(): Promise<void> {
  const wide = Array.from({ length: 60 }, (_, number) => chainOf(...many({}, 4), number % 3 === 0 ? { dispatches: ["ongoing"] } : {}));
  const events = [...wide, ...many(null, 20).map(() => chainOf({ dispatches: [] }))].flat();
  const interleaved = Array.from({ length: 5 }, (_, part) => events.filter((_event, index) => index % 5 === part)).flat();
  const ids = events.map(({ id }) => id).toSorted();
  const names = new Map(interleaved.map(({ id }, index) => [id, ids[index] ?? id]));
  await storeOld(interleaved.map((event) => ({ ...event, id: names.get(event.id) ?? "", chain: names.get(event.chain ?? "") })));
  await storeOld(chainOf({ at: YOUNG }));
}

describe("pages", () => {
  it("a dry run counts what the purge then deletes, each chain once, and changes nothing", async () => {
    await mixture();
    const before = await wholeDatabase(env.DB);
    const dry = await pagesOf({ dryRun: true });
    expect(await wholeDatabase(env.DB)).toEqual(before);
    const counted = await counts();
    const real = await pagesOf();
    expect(sum(real)).toEqual(sum(dry));
    const left = await counts();
    expect(sum(real)).toEqual({ ...difference(counted, left), kept: 100 });
    expect(left.events).toBe(101);
  });

  it("a call takes on the chains of a hundred old events, and the last page has no cursor", async () => {
    await storeOld(many(null, 250).flatMap(() => chainOf({ dispatches: [] })));
    const pages = await pagesOf();
    expect(pages.map(({ events }) => events)).toEqual([100, 100, 50]);
    expect(pages.map(({ cursor }) => cursor !== undefined)).toEqual([true, true, false]);
  });

  it("a chain goes whole with the call that reaches it, also when it is longer than a page", async () => {
    const long = chainOf(...many({}, 251));
    await storeOld([...long, ...chainOf({})]);
    const pages = await pagesOf();
    expect(pages.map(({ events }) => events)).toEqual([251, 1]);
  });

  for (const calls of [1, 2]) {
    it(`an event that joins a chain after ${calls} of several calls leaves it whole, or finds it gone`, async () => {
      const [before, long] = [many(null, 60).flatMap(() => chainOf({})), chainOf(...many({}, 151))];
      await storeOld([...before, ...long]);
      let page = await purge(createHub(env), new Date(BEFORE), {});
      for (let more = 1; more < calls && page.cursor !== undefined; more++)
        page = await purge(createHub(env), new Date(BEFORE), { cursor: page.cursor });
      const chain = long[0]?.id;
      await storeOld([{ id: idAt(YOUNG), chain }]);
      await pagesOf({ cursor: page.cursor });
      const left = await rows("SELECT 1 FROM events WHERE correlation_id = ?", chain);
      expect([1, 152]).toContain(left.length);
    });
  }

  it("a call ends before the chain that would be too much for it, and there is one at least", async () => {
    const names = Array.from({ length: 5 }, () => idAt(OLD));
    await storeOld(names.map((id) => ({ id, dispatches: ["complete"] })));
    const caused = Array.from({ length: PURGE.rows / 4 }, () => names.map((chain): OldEvent => ({ id: idAt(OLD), chain }))).flat();
    await storeOld(caused);
    const [each, dry, pages] = [PURGE.rows / 4 + 1, await pagesOf({ dryRun: true }), await pagesOf()];
    expect(pages.map(({ events }) => events)).toEqual([3 * each, 2 * each, 0]);
    expect(sum(dry)).toEqual(sum(pages));
    expect(await counts()).toEqual(NO_ROWS);
  });

  it("a purge that ended changes nothing when it is done again, from the start or from any of its cursors", async () => {
    await mixture();
    const pages = await pagesOf();
    const after = await wholeDatabase(env.DB);
    expect(await purgeAll()).toEqual({ ...NOTHING, kept: 100 });
    for (const { cursor } of pages)
      if (cursor !== undefined) expect(await purgeAll({ cursor })).toMatchObject({ events: 0, dispatches: 0, notes: 0 });
    expect(await wholeDatabase(env.DB)).toEqual(after);
  });

  for (const done of [0, 1, 2, 3]) {
    it(`a purge interrupted after ${done} pages leaves whole every chain that stays, and done again from the start ends as an uninterrupted one`, async () => {
      await mixture();
      const kept = await keptChains();
      for (let page = 0, cursor: string | undefined; page < done; page++)
        ({ cursor } = await purge(createHub(env), new Date(BEFORE), { cursor }));
      expect(await keptChains()).toEqual(kept);
      await purgeAll();
      expect(await keptChains()).toEqual(kept);
      expect(await counts()).toEqual({ ...NO_ROWS, events: 101, dispatches: 101, executions: 81, notes: 81 });
    });
  }

  it("two purges at once delete what one would, and count together what is gone", async () => {
    await mixture();
    const before = await counts();
    const both = (await Promise.all([pagesOf(), pagesOf()])).flat();
    const after = await counts();
    expect(after).toMatchObject({ events: 101, dispatches: 101 });
    expect(sum(both)).toMatchObject(difference(before, after));
  });

  it("kept are events that stay, not those that another purge was faster to delete", async () => {
    await mixture();
    const racing = aroundD1(env.DB, async ({ statements, go }) => {
      if (statements.some(({ sql }) => sql.startsWith("DELETE"))) await go();
      return await go();
    });
    expect(await purgeAll({ given: envWith({ DB: racing }) })).toMatchObject({ kept: 100 });
  });
});

/** Events of chains with an ongoing dispatch, by id. */
async function keptChains(): Promise<string[]> {
  const found = await rows<{ id: string }>(
    `SELECT id FROM events WHERE correlation_id IN
       (SELECT correlation_id FROM events JOIN dispatches ON event_id = events.id WHERE status = 'ongoing') ORDER BY id`,
  );
  return found.map(({ id }) => id);
}

describe("beside the hub at work", () => {
  it("a dispatch that is under way settles as ever, and its chain with it", async () => {
    await storeOld(chainOf({}, {}));
    const reply = { status: "complete", emit: [{ type: "fast.follow", data: 1 }] };
    const [receipt] = await hub.emit({ type: "fast.busy", data: { script: [{ takesMs: 800, reply }] } as never });
    const id = only(receipt?.dispatches ?? []).id;
    for (let calls = 0; calls < 5; calls++) {
      await hub.purge(new Date());
      await scheduler.wait(60);
    }
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await executionsOf(id)).toHaveLength(1);
    const follow = only(await rows<{ id: string }>("SELECT id FROM events WHERE causation_id = ?", id));
    expect(await settled(`${follow.id}-0`)).toMatchObject({ status: "complete" });
    expect(await eventRow(receipt?.id ?? "")).toMatchObject({ type: "fast.busy" });
  });

  it("an event that gets an ongoing dispatch after its chain was looked at stays with all that belongs to it", async () => {
    const [first] = chainOf({ dispatches: ["failed"] });
    const id = first?.id ?? "";
    await storeOld([{ id, dispatches: ["failed"] }]);
    const redriven = beforeDeletes(async () => await storeOldDispatches([{ id: `${id}-0-r1`, eventId: id, status: "ongoing" }]));
    expect(await purgeAll({ given: redriven })).toMatchObject(NO_ROWS);
    expect(await dispatchRow(`${id}-0`)).toMatchObject({ status: "failed" });
  });

  it("a chain that gets an ongoing dispatch after it was looked at stays whole", async () => {
    const [first, second] = chainOf({}, { dispatches: ["failed"] });
    const events = [first, second].filter((event) => event !== undefined);
    await storeOld(events);
    const id = second?.id ?? "";
    const redriven = beforeDeletes(async () => await storeOldDispatches([{ id: `${id}-0-r1`, eventId: id, status: "ongoing" }]));
    await purgeAll({ given: redriven });
    expect(await idsLeft()).toEqual(events.map((event) => event.id));
  });

  it("a chain that comes into use stays also when another purge has just deleted its neighbours", async () => {
    const [neighbour, chain] = [chainOf({}), chainOf({}, {})];
    await storeOld([...neighbour, ...chain]);
    const id = chain[1]?.id ?? "";
    const racing = beforeDeletes(async () => {
      for (const table of ["events", "dispatches"]) await rows(`DELETE FROM ${table} WHERE id >= ?1 AND id < ?1 || '.'`, neighbour[0]?.id);
      await storeOldDispatches([{ id: `${id}-0-r1`, eventId: id, status: "ongoing" }]);
    });
    await purgeAll({ given: racing });
    expect(await idsLeft()).toEqual(chain.map((event) => event.id));
  });

  const late: readonly [string, unknown][] = [
    ["that completes, with follow-ups", { status: "complete", emit: [{ type: "unrouted.late", data: 1 }], what: "is odd" }],
    ["that fails at a destination that counts", { status: "failed", what: "is odd" }],
  ];
  for (const [how, reply] of late) {
    it(`an answer ${how}, after its dispatch was purged leaves nothing: no execution, note, count or event`, async () => {
      const id = await storedDispatch({ type: "fragile.late", data: 1 });
      const answered = replying(async () => {
        await hub.cancelDispatch(id);
        await rows("UPDATE dispatches SET settled_at = 1 WHERE id = ?", id);
        await until(async () => (Date.now() > emittedAt(id) + 1 ? true : undefined), { what: "a later moment" });
        await purgeAll({ before: Date.now() });
        return reply;
      });
      expect(await look(id, answered)).toBe("retry:0");
      expect(await look(id, answered)).toBe('{"status":"gone"}');
      expect(await counts()).toEqual(NO_ROWS);
      expect(await rows("SELECT * FROM controls")).toEqual([]);
    });
  }

  it("a record that a run handed over leaves nothing when its dispatch was purged meanwhile", async () => {
    const id = await storedDispatch({ type: "fast.handed", data: 1 });
    const away = faultyD1(env.DB, { of: /INSERT INTO executions/, faultOf: () => "lost" });
    const reply = { status: "complete", emit: [{ type: "unrouted.handed", data: 1 }] };
    const delivered = readDeliverResult(
      await look(
        id,
        replying(() => reply, { DB: away }),
      ),
    );
    if (!("unrecorded" in delivered)) throw new Error("the record was written");
    await hub.cancelDispatch(id);
    await rows("UPDATE dispatches SET settled_at = 1 WHERE id = ?", id);
    await purgeAll({ before: Date.now() });
    expect(await record(createHub(envWith({ DISPATCH_QUEUE: deafQueue })), delivered.unrecorded)).toMatchObject({ status: "ongoing" });
    expect(await counts()).toEqual(NO_ROWS);
    expect(await look(id)).toBe('{"status":"gone"}');
  });

  it("a chain that gets a new event after it was looked at stays whole", async () => {
    const events = chainOf({}, {});
    await storeOld(events);
    const continued = beforeDeletes(async () => await storeOld([{ id: idAt(YOUNG), chain: events[0]?.id }]));
    await purgeAll({ given: continued });
    expect(await idsLeft()).toHaveLength(3);
  });
});

describe("what purge refuses", () => {
  const refused: readonly [string, () => unknown, unknown, RegExp][] = [
    ["a moment that is yet to come", () => new Date(Date.now() + 60_000), {}, /before.*future/],
    ["a text that is no moment", () => "yesterday", {}, /./],
    ["a date that is none", () => new Date(Number.NaN), {}, /./],
    ["a number", () => 0, {}, /./],
    ["nothing", () => undefined, {}, /./],
    ["an option that is not known", () => new Date(OLD), { dryrun: true }, /"dryrun".*did you mean "dryRun"/],
    ["dryRun that is a text", () => new Date(OLD), { dryRun: "true" }, /dryRun/],
    ["options that are none", () => new Date(OLD), true, /./],
  ];
  for (const [what, before, query, text] of refused) {
    it(`${what}, and deletes nothing (query.invalid)`, async () => {
      await storeOld(chainOf({}));
      const failure = await failureOf(hub.purge(before() as Date, query as PurgeQuery));
      expect(failure).toMatch(/^\(query\.invalid\) /);
      expect(failure).toMatch(text);
      expect(await counts()).toMatchObject({ events: 1 });
    });
  }

  it("a moment that is refused is named in words", async () => {
    expect(await failureOf(hub.purge("yesterday"))).toMatch(/before/);
  });

  it("a cursor that is none of this purge (cursor.invalid)", async () => {
    await storeOld(many(null, 120).flatMap(() => chainOf({})));
    const { cursor } = await hub.purge(new Date(BEFORE), { dryRun: true });
    const { cursor: listed } = await hub.listEvents({ limit: 1 });
    const before = new Date(BEFORE);
    const foreign: readonly [Date, PurgeQuery][] = [
      [before, { cursor }],
      [before, { cursor: listed }],
      [before, { cursor: "" }],
      [before, { cursor: `${cursor}A`, dryRun: true }],
      [new Date(BEFORE - 1), { cursor, dryRun: true }],
    ];
    for (const [moment, query] of foreign) expect([query, await faultOf(hub.purge(moment, query))]).toEqual([query, "cursor.invalid"]);
    expect(await counts()).toMatchObject({ events: 120 });
    expect(await hub.purge(before, { cursor, dryRun: true })).toMatchObject({ events: 20 });
  });

  it("a moment may be a text as well as a Date, and options may be left out", async () => {
    await storeOld(chainOf({}));
    expect(await hub.purge(new Date(BEFORE).toISOString(), { dryRun: true })).toMatchObject({ events: 1 });
    expect(await hub.purge(new Date(BEFORE))).toMatchObject({ events: 1 });
  });
});

describe("what a call costs", () => {
  it("does not grow with the size of the database", async () => {
    const { d1, measure } = meteredD1(env.DB);
    const given = envWith({ DB: d1 });
    const page = async (query: PurgeQuery) => (await measure(async () => await purge(createHub(given), new Date(BEFORE), query))).cost;
    const hundred = () => storeOld(many(null, 50).flatMap(() => chainOf({}, {})));
    await hundred();
    const dry = await page({ dryRun: true });
    const real = await page({});
    const crowd = many(null, 2_000).map(() => ({ id: idAt(YOUNG), dispatches: ["complete" as const] }));
    await storeOld(crowd);
    await storeOld(crowd.map(() => ({ id: idAt(YOUNG), chain: crowd[0]?.id ?? "" })));
    await storeUndeliverable(2_000, YOUNG);
    await hundred();
    const [dryAmong, realAmong] = [await page({ dryRun: true }), await page({})];
    expect(dryAmong.rowsRead).toBeLessThanOrEqual(dry.rowsRead + 100);
    expect(realAmong.rowsRead).toBeLessThanOrEqual(real.rowsRead + 100);
    expect(realAmong.rowsWritten).toBe(real.rowsWritten);
    expect([dryAmong.rowsWritten, realAmong.roundTrips <= 4]).toEqual([0, true]);
  });

  it("of a long chain that stays is that of looking at it once, however many calls it spans, dry or not", async () => {
    const { d1, measure } = meteredD1(env.DB);
    const [first] = chainOf({});
    await storeOld([
      { id: first?.id ?? "" },
      ...many(null, 3_000).map(() => ({ id: idAt(OLD), chain: first?.id, dispatches: ["complete" as const] })),
      { id: idAt(OLD), chain: first?.id, dispatches: ["ongoing"] },
    ]);
    for (const dryRun of [true, false]) {
      const { cost, result } = await measure(async () => await pagesOf({ given: envWith({ DB: d1 }), dryRun }));
      expect([result.length, sum(result)]).toEqual([31, { ...NOTHING, kept: 3_002 }]);
      expect(cost.rowsRead).toBeLessThanOrEqual(12 * 3_000);
    }
  });

  it("of events that all belong to one long chain is that of deleting it once", async () => {
    const { d1, measure } = meteredD1(env.DB);
    const [first] = chainOf({});
    await storeOld([
      { id: first?.id ?? "" },
      ...many(null, 3_000).map(() => ({ id: idAt(OLD), chain: first?.id, dispatches: ["complete" as const] })),
    ]);
    const { cost } = await measure(async () => await purge(createHub(envWith({ DB: d1 })), new Date(BEFORE), {}));
    expect(cost.rowsRead).toBeLessThanOrEqual(40 * 3_000);
  });
});
