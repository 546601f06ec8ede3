import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { EmitInput } from "../../schema/contract/emit.ts";
import type { EventQuery, EventSearch, EventSummary } from "../../schema/contract/events.ts";
import type { Json } from "../../schema/json.ts";
import { READ } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { firstIdAt } from "../../src/domain/base/time-id.ts";
import { listEvents, searchEvents } from "../../src/hub/read/events.ts";
import { aroundD1 } from "./support/around-d1.ts";
import { bulkDispatches, bulkEvents } from "./support/bulk.ts";
import { consoleOf } from "./support/console.ts";
import { faultOf } from "./support/failures.ts";
import { envWith, hub, only, store, unique } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { rows } from "./support/rows.ts";

const { d1, measure } = meteredD1(env.DB);
const metered = envWith({ DB: d1 });

/** All pages of a search. */
async function pagesOf(query: EventSearch): Promise<(readonly EventSummary[])[]> {
  const pages: (readonly EventSummary[])[] = [];
  let cursor: string | undefined;
  do {
    const page = await hub.searchEvents({ ...query, cursor });
    pages.push(page.items);
    cursor = page.cursor;
    if (pages.length > 100) throw new Error("the search did not end in 100 pages");
  } while (cursor !== undefined);
  return pages;
}

const idsOf = async (query: EventSearch) => (await pagesOf(query)).flat().map(({ id }) => id);

/** Stores an event and returns what a search for its type says of it. */
async function summaryOf(input: Omit<EmitInput, "type">): Promise<EventSummary> {
  const type = unique("unrouted.");
  await store({ type, ...input });
  return only((await hub.searchEvents({ type })).items);
}

/** A moment nobody emits at. */
const EPOCH = Date.UTC(2024, 0, 1);
const idAt = (time: number) => `${firstIdAt(time)}000-8000-000000000000`;

beforeAll(async () => {
  await searchEvents(createHub(metered), {});
});

describe("a search without text", () => {
  const chain = idAt(EPOCH);
  beforeAll(async () => {
    await bulkEvents(
      Array.from({ length: 60 }, (_, number) => ({
        id: idAt(EPOCH + number),
        type: `searched.${number % 3}`,
        source: ["shop", "depot"][number % 2] ?? null,
        subject: number % 4 === 0 ? "order-1" : null,
        key: number % 5 === 1 ? `key-${Math.floor(number / 10)}` : null,
        correlationId: number > 0 && number < 20 ? chain : undefined,
      })),
    );
  });

  const window = { from: new Date(EPOCH), to: new Date(EPOCH + 60) };
  const filters: readonly EventQuery[] = [
    window,
    { type: "searched.1" },
    { ...window, source: "depot" },
    { subject: "order-1", type: "searched.2" },
    { correlationId: chain },
    { correlationId: chain, source: "shop" },
    { key: "key-1" },
    { ...window, type: "searched.0", limit: 4 },
    { type: "nothing" },
  ];
  it.each(filters)("finds what a list finds, in its order and pages: %j", async (query) => {
    const [listed, found] = [await hub.listEvents(query), await hub.searchEvents(query)];
    expect(found.items.map(({ id }) => id)).toEqual(listed.items.map(({ id }) => id));
    expect(found.cursor === undefined).toBe(listed.cursor === undefined);
    expect(await idsOf({ ...query, limit: 3 })).toEqual(await idsOf(query));
  });

  it("says of an event what a list says, but for the data, and leaves out what was not given", async () => {
    const id = only(await store({ type: "unrouted.whole", data: { a: [1, "ü"] }, source: "shop", subject: "s", time: new Date(7) })).id;
    expect(only((await hub.searchEvents({ type: "unrouted.whole" })).items)).toEqual({
      ...{ id, type: "unrouted.whole", source: "shop", subject: "s", correlationId: id, depth: 0 },
      emittedAt: new Date(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toISOString(),
      excerpt: '{"a":[1,"ü"]}',
      dispatches: {},
    });
    const bare = await summaryOf({ data: 0, causedBy: { correlationId: chain, causationId: `${chain}-0`, depth: 0 } });
    expect(bare).toMatchObject({ correlationId: chain, causationId: `${chain}-0`, depth: 1, excerpt: "0" });
    expect(Object.keys(bare)).not.toEqual(expect.arrayContaining(["source"]));
    expect(Object.keys(bare)).not.toEqual(expect.arrayContaining(["subject"]));
  });

  it("shows the first 200 characters of the data, and cuts none in two", async () => {
    const { excerpt } = await summaryOf({ data: "👩".repeat(500) });
    expect([excerpt, [...excerpt].length]).toEqual([`"${"👩".repeat(199)}`, READ.excerpt]);
    expect((await summaryOf({ data: "x".repeat(READ.excerpt - 2) })).excerpt).toBe(`"${"x".repeat(READ.excerpt - 2)}"`);
  });
});

describe("text", () => {
  const found: readonly [what: string, data: Json, text: string][] = [
    ["a word", { note: "please hurry" }, "hurry"],
    ["a part of a word", { note: "please hurry" }, "ease h"],
    ["letters of another case", { note: "Please Hurry" }, "pLEASE hURRY"],
    ["a name", { customerNumber: 1 }, "customernumber"],
    ["a piece of JSON", { total: 5, test: false }, '"total":5'],
    ["JSON of another case", { Total: 5 }, '{"total":5}'],
    ["a number", { total: 120.5 }, "120.5"],
    ["quotes in a value", { note: 'they say "hi" twice' }, 'say "hi"'],
    ["a backslash in a value", { path: "C:\\temp" }, "c:\\temp"],
    ["a line break in a value", { note: "one\ntwo" }, "one\ntwo"],
    ["a control character in a value", { note: "a\u0001b" }, "A\u0001B"],
    ["a percent sign", { note: "100% sure" }, "100%"],
    ["an underscore", { note: "snake_case" }, "snake_case"],
    ["letters beyond A to Z", { note: "Ärger in 東京" }, "Ärger in 東京"],
    ["an emoji of several characters", { note: "call the 👩‍🚒!" }, "the 👩‍🚒"],
    ["a text of 200 characters", { note: `${"x".repeat(199)}y` }, `${"x".repeat(199)}y`],
    ["what is SQL", { note: "'); DROP TABLE events; --" }, "'); drop table events; --"],
    ["one character", { note: "~" }, "~"],
    ["what is far behind the excerpt", { fill: "x".repeat(100_000), note: "the end" }, "the end"],
    ["text at the root", "just text", "just text"],
    ["letters of another case beyond A to Z", { name: "Müller", city: "Århus" }, "MÜLLER"],
    ["an accent written as a character of its own", { name: "Müller".normalize("NFD") }, "müller"],
    ["an accent written as part of its letter, by one of its own", { name: "MÜLLER" }, "müller".normalize("NFD")],
    ["JSON with blanks behind its colons", { total: 5, test: false }, '"total": 5, "test": false'],
  ];
  it.each(found)("is found: %s", async (_, data, text) => {
    const type = unique("unrouted.");
    const [receipt] = await store([
      { type, data },
      { type, data: { other: "nothing of the kind" } },
    ]);
    expect(await idsOf({ type, text })).toEqual([receipt?.id]);
  });

  const missed: readonly [what: string, data: Json, text: string][] = [
    ["is not there", { note: "abc" }, "abd"],
    ["has a sign that stands for others elsewhere", { note: "a100b" }, "a%b"],
    ["has another such sign", { note: "axb" }, "a_b"],
    ["lacks an accent", { note: "ÄRGER" }, "arger"],
    ["is in the attributes only", { note: "abc" }, "unrouted"],
    ["only looks like a regular expression", { note: "abc" }, "a.c"],
    ["has a blank less within a value", { note: "a: b" }, '"a:b"'],
  ];
  it.each(missed)("is not found that %s", async (_, data, text) => {
    const type = unique("unrouted.");
    await store({ type, data });
    expect(await idsOf({ type, text })).toEqual([]);
  });

  it("is one filter among the others", async () => {
    const type = unique("unrouted.");
    const receipts = await store(
      ["shop", "depot"].flatMap((source) => ["red", "blue"].map((colour) => ({ type, source, data: { colour }, key: unique("k") }))),
    );
    expect(await idsOf({ type, text: "red" })).toEqual([receipts[2]?.id, receipts[0]?.id]);
    expect(await idsOf({ type, text: "red", source: "depot" })).toEqual([receipts[2]?.id]);
    expect(await idsOf({ type: "unrouted", text: "red" })).toEqual([]);
  });

  it("is looked for in what has a key, too", async () => {
    const [type, key] = [unique("unrouted."), unique("k-")];
    const receipts = await store(["shop", "depot"].map((source) => ({ type, source, key, data: { of: source } })));
    expect(await idsOf({ key, text: "SHOP" })).toEqual([receipts[0]?.id]);
  });

  it.each<[what: string, text: unknown]>([
    ["empty", ""],
    ["longer than 200 characters", "x".repeat(201)],
    ["10,000 characters long", "%".repeat(10_000)],
    ["with a NUL character", "a\0b"],
    ["with a lone surrogate", "a\ud800"],
    ["a number", 5],
    ["null", null],
    ["a list", ["a"]],
    ["an object", { like: "a" }],
  ])("is refused that is %s", async (_, text) => {
    expect(await faultOf(hub.searchEvents({ text } as EventSearch))).toBe("query.invalid");
  });
});

describe("paging through a search", () => {
  const MANY = 3_500;
  const RARE = [3, 1_750, 3_499];
  const type = "searched.rare";
  const moment = EPOCH + 10 * 86_400_000;

  beforeAll(async () => {
    await bulkEvents(Array.from({ length: MANY }, (_, number) => ({ id: idAt(moment + number), type })));
    await rows(
      `UPDATE events SET data = '{"note":"A Rare Thing"}' WHERE id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(RARE.map((number) => idAt(moment + number))),
    );
  });

  it("finds the few that match among many, with short pages, and comes to an end", async () => {
    const pages = await pagesOf({ type, text: "rare thing" });
    expect(pages.flat().map(({ id }) => id)).toEqual(RARE.toReversed().map((number) => idAt(moment + number)));
    expect(pages.length).toBeLessThanOrEqual(5);
    expect(await idsOf({ type, text: "rare thing", limit: 1 })).toHaveLength(RARE.length);
  });

  it.each<[query: EventSearch]>([
    [{ type, text: "rare thing" }],
    [{ type, text: 'no "such" thing' }],
    [{ text: "rare thing", source: "nobody" }],
    [{ from: new Date(moment), to: new Date(moment + MANY), text: "rare thing", limit: 200 }],
  ])("reads a bounded number of rows: %j", async (query) => {
    const { cost } = await measure(() => searchEvents(createHub(metered), query));
    expect(cost.rowsRead).toBeLessThanOrEqual(2 * READ.scanRows + READ.maxPage);
    expect(cost.roundTrips).toBeLessThanOrEqual(3);
  });

  it("refuses the cursor of another text, of none, and of a list", async () => {
    const { cursor } = await hub.searchEvents({ type, text: "rare thing", limit: 1 });
    const { cursor: listed } = await hub.listEvents({ type, limit: 1 });
    expect([typeof cursor, typeof listed]).toEqual(["string", "string"]);
    const others: EventSearch[] = [{ type, text: "rare" }, { type }, { type, text: "Rare thing" }].map((query) => ({ ...query, cursor }));
    for (const query of [...others, { type, cursor: listed }]) expect(await faultOf(hub.searchEvents(query))).toBe("cursor.invalid");
    expect(await faultOf(hub.listEvents({ type, cursor }))).toBe("cursor.invalid");
  });
});

describe("dispatches of what was found", () => {
  it("are counted by status, redrives with them, and those of other events not", async () => {
    const type = unique("searched.");
    const [one = "", two = "", none = ""] = [0, 1, 2].map((number) => idAt(EPOCH + 20 * 86_400_000 + number));
    await bulkEvents([one, two, none].map((id) => ({ id, type })));
    const dispatch = (id: string, status: "complete" | "failed" | "ongoing") => ({
      ...{ id, eventId: id.slice(0, one.length), route: "r", destination: "d", status },
      checkAt: status === "ongoing" ? Date.now() + 86_400_000 : null,
    });
    await bulkDispatches([
      ...[
        dispatch(`${one}-0`, "complete"),
        dispatch(`${one}-1`, "failed"),
        dispatch(`${one}-1-r1`, "ongoing"),
        dispatch(`${one}-10`, "complete"),
      ],
      dispatch(`${two}-0`, "ongoing"),
    ]);
    const { items } = await hub.searchEvents({ type });
    expect(items.map(({ dispatches }) => dispatches)).toEqual([{}, { ongoing: 1 }, { complete: 2, failed: 1, ongoing: 1 }]);
  });

  it(`are read for a whole page at once, ${READ.dispatchesOfEvent} of each event at most`, async () => {
    const type = unique("searched.");
    const ids = Array.from({ length: READ.maxPage }, (_, number) => idAt(EPOCH + 30 * 86_400_000 + number));
    await bulkEvents(ids.map((id) => ({ id, type })));
    const [wide = ""] = ids;
    const many = [
      ...ids.map((id) => ({ id, ordinal: 0 })),
      ...Array.from({ length: 500 }, (_, ordinal) => ({ id: wide, ordinal: ordinal + 1 })),
    ];
    await bulkDispatches(
      many.map(({ id, ordinal }) => ({
        id: `${id}-${ordinal}`,
        eventId: id,
        route: "r",
        destination: "d",
        status: "complete",
        checkAt: null,
      })),
    );
    const { cost, result } = await measure(() => searchEvents(createHub(metered), { type, limit: READ.maxPage }));
    expect(result.items.map(({ dispatches }) => dispatches.complete)).toEqual([...ids.slice(1).map(() => 1), READ.dispatchesOfEvent]);
    expect(cost.roundTrips).toBe(2);
    expect(cost.rowsRead).toBeLessThanOrEqual(2 * READ.maxPage + 4 * (READ.maxPage + READ.dispatchesOfEvent));
  });

  it("are not asked for where nothing was found", async () => {
    expect((await measure(() => searchEvents(createHub(metered), { type: unique("nothing.") }))).cost.roundTrips).toBe(1);
  });
});

describe("searches for text", () => {
  /** A hub whose searches stand still until they are let go. */
  function gated() {
    const gate = Promise.withResolvers<void>();
    const [under, most] = [new Set<object>(), { seen: 0 }];
    const d1 = aroundD1(env.DB, async (trip) => {
      under.add(trip);
      most.seen = Math.max(most.seen, under.size);
      await gate.promise;
      under.delete(trip);
      return await trip.go();
    });
    return { hub: createHub(envWith({ DB: d1 })), most, open: gate.resolve };
  }

  it("are done one at a time in an isolate, so that ten at once ask the database for no more than one does", async () => {
    const { hub: searched, most, open } = gated();
    const searches = Array.from({ length: 10 }, () => searchEvents(searched, { text: "nowhere", limit: 1 }));
    await scheduler.wait(300);
    expect(most.seen).toBe(1);
    open();
    expect(new Set((await Promise.all(searches)).map(({ items }) => items.length))).toEqual(new Set([0]));
  });

  it("that wait for 5 s are told so (search.busy), while a search without text and a list wait for nobody", {
    timeout: 20_000,
  }, async () => {
    const { hub: held, open } = gated();
    const first = searchEvents(held, { text: "nowhere" });
    const second = faultOf(hub.searchEvents({ text: "nowhere" }));
    await hub.searchEvents({ limit: 1 });
    await hub.listEvents({ limit: 1 });
    expect(await second).toBe("search.busy");
    open();
    await first;
    await hub.searchEvents({ text: "nowhere", limit: 1 });
  });

  it("read from a replica where the database has any, and lists from the database itself", async () => {
    const asked: string[] = [];
    const withSession: D1Database["withSession"] = (constraint) => {
      asked.push(String(constraint));
      return env.DB.withSession(constraint);
    };
    const DB = new Proxy(env.DB, {
      get: (database, name) => {
        const value: unknown = name === "withSession" ? withSession : Reflect.get(database, name);
        return typeof value === "function" ? value.bind(database) : value;
      },
    });
    const replicated = createHub(envWith({ DB }));
    await listEvents(replicated, {});
    await searchEvents(replicated, { limit: 1 });
    expect(asked).toEqual([]);
    await searchEvents(replicated, { text: "nowhere", limit: 1 });
    expect(asked).toEqual(["first-unconstrained"]);
  });

  it("are not repeated by the page of events, which renews itself otherwise", async () => {
    const { get } = consoleOf();
    expect(await (await get("/events?type=nothing")).text()).toContain("data-renew");
    expect(await (await get("/events?type=nothing&text=nowhere")).text()).not.toContain("data-renew");
  });
});

describe("large data", () => {
  const type = "searched.large";
  const moment = EPOCH + 40 * 86_400_000;
  const LARGE = 20;
  const ids = Array.from({ length: LARGE }, (_, number) => idAt(moment + number));
  const perCall = Math.floor(READ.searchBytes / 1_048_003);

  beforeAll(async () => {
    await bulkEvents(ids.map((id) => ({ id, type })));
    for (const id of ids) await rows(`UPDATE events SET data = '"' || hex(zeroblob(524000)) || 'Z"' WHERE id = ?`, id);
  });

  it("is searched to the last byte, a bounded number of bytes a call", async () => {
    const pages = await pagesOf({ type, text: '0z"' });
    expect(pages.flat().map(({ id }) => id)).toEqual(ids.toReversed());
    expect(pages.map(({ length }) => length)).toEqual([perCall, perCall, LARGE - 2 * perCall]);
    expect(JSON.stringify(pages).length).toBeLessThan(LARGE * 1_000);
  });

  it("makes pages short, or empty, also where nothing is found", async () => {
    expect(await pagesOf({ type, text: "zz" })).toEqual([[], [], []]);
  });

  it("is not read by a search without text, but where it is shown", async () => {
    const { cost, result } = await measure(() => searchEvents(createHub(metered), { type, source: "nobody" }));
    expect([result.items, cost.rowsRead <= 2 * LARGE + 2]).toEqual([[], true]);
    const shown = await measure(() => searchEvents(createHub(metered), { type, limit: 5 }));
    expect(shown.result.items.map(({ excerpt }) => excerpt)).toEqual(Array(5).fill(`"${"0".repeat(READ.excerpt - 1)}`));
    expect(shown.cost.roundTrips).toBe(2);
  });
});
