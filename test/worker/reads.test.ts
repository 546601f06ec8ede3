import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { DispatchQuery, DispatchView } from "../../schema/contract/dispatches.ts";
import type { EventQuery, HubEvent } from "../../schema/contract/events.ts";
import type { Page } from "../../schema/contract/page.ts";
import type { Status } from "../../schema/contract/statuses.ts";
import { isBad, STATUSES } from "../../schema/contract/statuses.ts";
import { firstIdAt, timeOfId } from "../../src/domain/base/time-id.ts";
import { look } from "./support/attempts.ts";
import { bulkDispatches, bulkEvents } from "./support/bulk.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { envWith, hub, only, store, storedDispatch, unique } from "./support/hub.ts";
import { rows } from "./support/rows.ts";

/** All pages of a list, each with its items. */
async function pagesOf<Item>(list: (cursor: string | undefined) => Promise<Page<Item>>, most = 400): Promise<(readonly Item[])[]> {
  const pages: (readonly Item[])[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    pages.push(page.items);
    cursor = page.cursor;
    if (pages.length > most) throw new Error(`the list did not end in ${most} pages`);
  } while (cursor !== undefined);
  return pages;
}

const allEvents = async (query: EventQuery) => (await pagesOf((cursor) => hub.listEvents({ ...query, cursor }))).flat();
const allDispatches = async (query: DispatchQuery) => (await pagesOf((cursor) => hub.listDispatches({ ...query, cursor }))).flat();
const idsOf = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);

/** A moment nobody emits at. */
const EPOCH = Date.UTC(2024, 0, 1);

/** 240 events, a second apart, that differ in each attribute, and what the list should say of them. */
const EVENTS = Array.from({ length: 240 }, (_, number) => ({
  id: `${firstIdAt(EPOCH + number * 1_000)}${String(number).padStart(3, "0")}-8000-000000000000`,
  type: `reads.${["a", "b", "c"][number % 3]}`,
  source: [null, "shop", "depot", "desk"][number % 4] ?? null,
  subject: number % 5 === 0 ? null : `order-${number % 7}`,
  key: number % 8 === 0 || number % 8 > 3 ? null : `key-${Math.floor(number / 8)}`,
  correlationId:
    number % 8 === 0
      ? undefined
      : `${firstIdAt(EPOCH + (number - (number % 8)) * 1_000)}${String(number - (number % 8)).padStart(3, "0")}-8000-000000000000`,
  time: EPOCH,
}));

/** What a query should list, in its order, by looking at every event. */
function expectedEvents(query: EventQuery): string[] {
  const [from, to] = [query.from, query.to].map((time) => (time === undefined ? undefined : new Date(time).getTime()));
  return EVENTS.filter(
    (event, number) =>
      (query.type === undefined || event.type === query.type) &&
      (query.source === undefined || event.source === query.source) &&
      (query.subject === undefined || event.subject === query.subject) &&
      (query.key === undefined || event.key === query.key) &&
      (query.correlationId === undefined || (event.correlationId ?? event.id) === query.correlationId) &&
      (from === undefined || EPOCH + number * 1_000 >= from) &&
      (to === undefined || EPOCH + number * 1_000 < to),
  )
    .toSorted((a, b) => (query.key === undefined ? (a.id < b.id ? 1 : -1) : (a.source ?? "") < (b.source ?? "") ? -1 : 1))
    .map(({ id }) => id);
}

beforeAll(async () => {
  await hub.health();
  await bulkEvents(EVENTS);
});

describe("events", () => {
  const window = { from: new Date(EPOCH), to: new Date(EPOCH + 240_000) };
  const chain = EVENTS[64]?.id ?? "";
  const filters: readonly EventQuery[] = [
    window,
    { from: new Date(EPOCH + 10_000), to: new Date(EPOCH + 20_000) },
    { from: new Date(EPOCH + 10_000).toISOString(), to: "2024-01-01T00:00:20Z" },
    { from: new Date(EPOCH + 10_001), to: new Date(EPOCH + 11_000) },
    { type: "reads.a" },
    { source: "depot" },
    { subject: "order-3" },
    { key: "key-2" },
    { key: "key-2", source: "depot" },
    { correlationId: chain },
    { type: "reads.b", from: new Date(EPOCH + 100_000), to: new Date(EPOCH + 130_000) },
    { type: "reads.b", source: "shop", subject: "order-2" },
    { subject: "order-2", from: new Date(EPOCH + 50_000) },
    { correlationId: chain, type: "reads.a" },
    { correlationId: chain, to: new Date(EPOCH + 66_000) },
    { correlationId: EVENTS[65]?.id ?? "" },
    { key: "key-2", type: "reads.a" },
    { key: "nobody's" },
    { type: "reads" },
  ];
  for (const query of filters) {
    it(`the list by ${JSON.stringify(query)} holds what matches and nothing else, ${query.key === undefined ? "newest first" : "by source"}`, async () => {
      const expected = expectedEvents(query);
      expect(idsOf(await allEvents(query))).toEqual(expected);
      const pages = await pagesOf((cursor) => hub.listEvents({ ...query, limit: 3, cursor }));
      expect(idsOf(pages.flat())).toEqual(expected);
      for (const page of pages) expect(page.length).toBeLessThanOrEqual(3);
    });
  }

  it("the model the lists are compared with is not trivial: most filters match some events and not others", () => {
    const sizes = filters.map((query) => expectedEvents(query).length);
    expect(sizes.filter((size) => size > 0 && size < 240).length).toBeGreaterThan(filters.length * 0.7);
  });

  it("paging over many rows shows each once, though events are emitted meanwhile", async () => {
    const type = unique("reads.");
    await hub.emit(Array.from({ length: 250 }, (_, number) => ({ type, data: number })));
    const seen: HubEvent[] = [];
    await pagesOf(async (cursor) => {
      const page = await hub.listEvents({ type, limit: 40, cursor });
      seen.push(...page.items);
      await hub.emit({ type, data: "meanwhile" });
      return page;
    });
    expect(seen.map(({ data }) => data)).toEqual(Array.from({ length: 250 }, (_, number) => 249 - number));
  });

  it("events of one millisecond are all listed, on whichever page they fall", async () => {
    const type = unique("reads.");
    const moment = EPOCH - 86_400_000;
    await bulkEvents(
      Array.from({ length: 50 }, (_, number) => ({ id: `${firstIdAt(moment)}${String(number).padStart(3, "0")}-8000-0`, type })),
    );
    const window = { from: new Date(moment), to: new Date(moment + 1) };
    const pages = await pagesOf((cursor) => hub.listEvents({ ...window, limit: 7, cursor }));
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 7, 7, 1]);
    expect(new Set(idsOf(pages.flat())).size).toBe(50);
  });

  it("a filter that few of many rows pass may give short pages with a cursor, and finds them all in the end", async () => {
    const type = unique("reads.");
    const moment = EPOCH + 10 * 86_400_000;
    const many = Array.from({ length: 3_500 }, (_, number) => ({
      id: `${firstIdAt(moment + number)}000-8000-0`,
      type,
      source: number === 3 || number === 1_750 ? "rare" : "common",
    }));
    await bulkEvents(many);
    const pages = await pagesOf((cursor) => hub.listEvents({ type, source: "rare", cursor }));
    expect(idsOf(pages.flat())).toEqual([many[1_750]?.id, many[3]?.id]);
    expect(pages.length).toBeLessThanOrEqual(5);
    expect(pages[0]).toEqual([]);
  });

  it("an event says what it was emitted with, and what was not given is absent", async () => {
    const [receipt] = await store({ type: "reads.whole", data: { a: 0 }, source: "s", subject: "t", key: unique("k"), time: new Date(7) });
    const [bare] = await store({ type: "reads.bare", data: false });
    const id = receipt?.id ?? "";
    const event = {
      id,
      type: "reads.whole",
      data: { a: 0 },
      source: "s",
      subject: "t",
      time: new Date(7).toISOString(),
      correlationId: id,
      depth: 0,
    };
    expect(only((await hub.listEvents({ type: "reads.whole" })).items)).toEqual(event);
    expect(await hub.getEvent(id)).toEqual({
      ...event,
      key: expect.any(String),
      emittedAt: new Date(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toISOString(),
      configVersion: expect.stringMatching(/^[0-9a-f]{64}$/),
      dispatches: [],
    });
    expect(Object.keys((await hub.getEvent(bare?.id ?? "")) ?? {}).toSorted()).toEqual(
      ["configVersion", "correlationId", "data", "depth", "dispatches", "emittedAt", "id", "time", "type"].toSorted(),
    );
  });

  it("an event lists its dispatches in the order of the routes, more than ten too, and redrives with them", async () => {
    const routes = Array.from({ length: 12 }, (_, number) => ({ id: `r${number}`, on: "*", to: "scripted" }));
    const given = envWith({ HUB_CONFIG: { destinations: { scripted: { worker: "SCRIPTED" } }, routes } });
    const [receipt] = await store({ type: "reads.wide", data: 1 }, given);
    await rows(
      `INSERT INTO dispatches (id, event_id, route, destination, policy, due_at, redrive_of)
       SELECT id || '-r1', event_id, route, destination, policy, due_at, id FROM dispatches WHERE id = ?`,
      `${receipt?.id}-3`,
    );
    const dispatches = (await hub.getEvent(receipt?.id ?? ""))?.dispatches ?? [];
    expect(dispatches.filter(({ redriveOf }) => redriveOf === undefined).map(({ route }) => route)).toEqual(routes.map(({ id }) => id));
    expect(dispatches.filter(({ redriveOf }) => redriveOf !== undefined)).toMatchObject([{ redriveOf: `${receipt?.id}-3`, route: "r3" }]);
  });
});

/** 210 dispatches of 70 events, a second apart, of every status. */
const DISPATCHES = Array.from({ length: 210 }, (_, number) => {
  const eventId = `${firstIdAt(EPOCH + 86_400_000 + Math.floor(number / 3) * 1_000)}${String(Math.floor(number / 3)).padStart(3, "0")}-8000-000000000000`;
  return {
    id: `${eventId}-${number % 3}`,
    eventId,
    route: `route-${number % 2}`,
    destination: ["email", "sms", "triage"][number % 3] ?? "",
    status: STATUSES[number % STATUSES.length] as Status,
    checkAt: number % STATUSES.length === 0 ? EPOCH + 500 - (number % 4) : null,
    /** Within the same 70 seconds, in another order. */
    settledAt: EPOCH + 86_400_000 + ((number * 37) % 70) * 1_000,
  };
});

describe("dispatches", () => {
  const window = { from: new Date(EPOCH + 86_400_000), to: new Date(EPOCH + 86_400_000 + 70_000) };

  beforeAll(async () => {
    await bulkDispatches(DISPATCHES);
    await rows(
      `UPDATE dispatches SET settled_at = value ->> 'settledAt' FROM json_each(?) WHERE dispatches.id = value ->> 'id' AND status <> 'ongoing'`,
      JSON.stringify(DISPATCHES),
    );
  });

  function expectedDispatches(query: DispatchQuery): string[] {
    const [from = 0, to = Number.POSITIVE_INFINITY] = [query.from, query.to].map((time) =>
      time === undefined ? time : new Date(time).getTime(),
    );
    const bySettlement = query.eventId === undefined && query.status !== undefined && isBad(query.status);
    const timeOf = ({ id, settledAt }: (typeof DISPATCHES)[number]) => (bySettlement ? settledAt : (timeOfId(id) ?? 0));
    const found = DISPATCHES.filter(
      (dispatch) =>
        (query.status === undefined || dispatch.status === query.status) &&
        (query.destination === undefined || dispatch.destination === query.destination) &&
        (query.route === undefined || dispatch.route === query.route) &&
        (query.eventId === undefined || dispatch.eventId === query.eventId) &&
        timeOf(dispatch) >= from &&
        timeOf(dispatch) < to,
    );
    const newestFirst = found.toSorted((a, b) => timeOf(b) - timeOf(a) || (a.id < b.id ? 1 : -1));
    const byCheck = found.toSorted(
      (a, b) =>
        (a.destination < b.destination ? -1 : Number(a.destination > b.destination)) ||
        (a.checkAt ?? 0) - (b.checkAt ?? 0) ||
        (a.id < b.id ? -1 : 1),
    );
    return (query.status === "ongoing" && query.eventId === undefined ? byCheck : newestFirst).map(({ id }) => id);
  }

  const eventId = DISPATCHES[33]?.eventId ?? "";
  const filters: readonly DispatchQuery[] = [
    window,
    { from: new Date(EPOCH + 86_400_000 + 3_000), to: new Date(EPOCH + 86_400_000 + 9_000) },
    ...STATUSES.map((status) => ({ ...window, status })),
    { ...window, destination: "sms" },
    { ...window, route: "route-1" },
    { ...window, destination: "triage", route: "route-0", status: "failed" },
    { ...window, destination: "email", status: "ongoing" },
    { status: "failed", from: new Date(EPOCH + 86_400_000 + 20_000), to: new Date(EPOCH + 86_400_000 + 40_000) },
    { eventId },
    { eventId, destination: "sms" },
    { eventId, status: "ongoing" },
    { eventId, status: "failed", ...window },
    { eventId: "0198c5b2-0000-7000-8000-000000000000" },
  ];
  for (const query of filters) {
    it(`the list by ${JSON.stringify(query)} holds what matches and nothing else, in its order`, async () => {
      const expected = expectedDispatches(query);
      expect(idsOf(await allDispatches(query))).toEqual(expected);
      const pages = await pagesOf((cursor) => hub.listDispatches({ ...query, limit: 4, cursor }));
      expect(idsOf(pages.flat())).toEqual(expected);
      for (const page of pages) expect(page.length).toBeLessThanOrEqual(4);
    });
  }

  it("paging through ongoing dispatches that are all looked at in the same millisecond shows each once", async () => {
    const route = unique("r");
    const many = Array.from({ length: 60 }, (_, number) => ({
      id: `${firstIdAt(EPOCH + 172_800_000 + number)}000-8000-0-0`,
      eventId: `${firstIdAt(EPOCH + 172_800_000 + number)}000-8000-0`,
      route,
      destination: "email",
      status: "ongoing" as const,
      checkAt: EPOCH + 900,
    }));
    await bulkDispatches(many);
    const pages = await pagesOf((cursor) => hub.listDispatches({ status: "ongoing", route, limit: 7, cursor }));
    expect(idsOf(pages.flat())).toEqual(idsOf(many));
  });

  it("a dispatch is shown as scheduled, running, waiting to retry, or settled", async () => {
    const stages: Record<string, DispatchView["stage"] | undefined> = {};
    const later = await storedDispatch({ type: "later.stage", data: 1 });
    stages["later"] = (await hub.getDispatch(later))?.stage;
    const now = await storedDispatch({ type: "patient.stage", data: { script: ["failed", "complete"] } });
    stages["now"] = (await hub.getDispatch(now))?.stage;
    await look(now);
    stages["failed once"] = (await hub.getDispatch(now))?.stage;
    await rows("UPDATE dispatches SET due_at = 0 WHERE id = ?", now);
    await look(now);
    stages["settled"] = only((await hub.listDispatches({ eventId: now.slice(0, 36) })).items).stage;
    expect(stages).toEqual({ later: "scheduled", now: "running", "failed once": "waiting to retry", settled: "complete" });
  });

  it("a dispatch in detail has its policy, its executions in order, its notes, and says when its run is missing", async () => {
    const id = await storedDispatch({ type: "instant.detail", data: { script: ["failed", "complete"] } });
    await look(id);
    await look(id);
    await rows(`INSERT INTO notes (subject_id, id, at, kind, "by", reason) VALUES (?, '2', 5, 'repair', 'tests', 'why')`, id);
    await rows(`INSERT INTO notes (subject_id, id, at, kind, "by") VALUES (?, '1', 4, 'repair', 'tests')`, id);
    expect(await hub.getDispatch(id)).toMatchObject({
      id,
      eventId: id.slice(0, 36),
      route: "instant-retry",
      destination: "scripted",
      status: "complete",
      attempts: 2,
      recoveries: 0,
      policy: { timeoutMs: 5_000, retry: { limit: 2, delayMs: 0 } },
      executions: [
        { attempt: 1, outcome: "failed", error: { message: "the destination replied failed" } },
        { attempt: 2, outcome: "complete" },
      ],
      notes: [
        { at: new Date(4).toISOString(), kind: "repair", by: "tests" },
        { at: new Date(5).toISOString(), kind: "repair", by: "tests", reason: "why" },
      ],
      run: { status: "missing" },
    });
  });
});

describe("what is not there, and what cannot be asked", () => {
  it("an event and a dispatch that do not exist are null", async () => {
    expect(await hub.getEvent("nobody")).toBeNull();
    expect(await hub.getDispatch("nobody")).toBeNull();
  });

  it("an id that is no text is refused (query.invalid)", async () => {
    for (const id of ["", 5, null, undefined, {}]) {
      expect(await faultOf(hub.getEvent(id as string))).toBe("query.invalid");
      expect(await faultOf(hub.getDispatch(id as string))).toBe("query.invalid");
      expect(await faultOf(hub.watchDispatch(id as string))).toBe("query.invalid");
    }
  });

  const invalid: readonly [string, "listEvents" | "listDispatches", object][] = [
    ["limit", "listEvents", { limit: 0 }],
    ["limit", "listEvents", { limit: 201 }],
    ["limit", "listDispatches", { limit: 1.5 }],
    ["limit", "listDispatches", { limit: "50" }],
    ["from", "listEvents", { from: "yesterday" }],
    ["to", "listDispatches", { to: 1_700_000_000_000 }],
    ["from", "listDispatches", { from: new Date(Number.NaN) }],
    ["type", "listEvents", { type: "" }],
    ["subject", "listEvents", { subject: 5 }],
    ["status", "listDispatches", { status: "done" }],
    ["eventId", "listDispatches", { eventId: null }],
    ["destinaton", "listDispatches", { destinaton: "email" }],
    ["status", "listEvents", { status: "failed" }],
    ["cursor", "listEvents", { cursor: 5 }],
  ];
  for (const [field, list, query] of invalid) {
    it(`${list} refuses ${JSON.stringify(query)} and names ${field} (query.invalid)`, async () => {
      const message = await failureOf(hub[list](query));
      expect(message).toMatch(/^\(query\.invalid\) /);
      expect(message).toContain(field);
    });
  }

  it("a query that is no object is refused (query.invalid)", async () => {
    for (const query of [null, "type=a", 5, []]) expect(await faultOf(hub.listEvents(query as never))).toBe("query.invalid");
  });
});

describe("cursors", () => {
  const query: EventQuery = { type: "reads.a", limit: 5 };

  async function cursorOf(given: EventQuery = query): Promise<string> {
    const { cursor } = await hub.listEvents(given);
    if (cursor === undefined) throw new Error("one page only");
    return cursor;
  }

  it("a cursor that was altered anywhere is refused (cursor.invalid)", async () => {
    const cursor = await cursorOf();
    for (let at = 0; at < cursor.length; at++) {
      const altered = `${cursor.slice(0, at)}${cursor[at] === "A" ? "B" : "A"}${cursor.slice(at + 1)}`;
      expect(await faultOf(hub.listEvents({ ...query, cursor: altered }))).toBe("cursor.invalid");
    }
  });

  it("a cursor that was cut, lengthened, or was never one is refused (cursor.invalid)", async () => {
    const cursor = await cursorOf();
    for (const wrong of [cursor.slice(0, -1), cursor.slice(1), cursor.slice(0, 16), `${cursor}A`, `${cursor}=`, "", "\u20ac", "WyJhIl0"]) {
      expect(await faultOf(hub.listEvents({ ...query, cursor: wrong }))).toBe("cursor.invalid");
    }
  });

  it("a cursor of other filters is refused, a filter more or less included (cursor.invalid)", async () => {
    const cursor = await cursorOf();
    const others: readonly EventQuery[] = [
      { type: "reads.b" },
      {},
      { type: "reads.a", source: "shop" },
      { type: "reads.a", from: new Date(EPOCH) },
      { subject: "reads.a" },
    ];
    for (const other of others) expect(await faultOf(hub.listEvents({ ...other, cursor }))).toBe("cursor.invalid");
  });

  it("a cursor of another list is refused (cursor.invalid)", async () => {
    const { cursor } = await hub.listEvents({ limit: 5 });
    const dispatches = await hub.listDispatches({ limit: 5 });
    const ongoing = await hub.listDispatches({ limit: 5, status: "ongoing" });
    expect([cursor, dispatches.cursor, ongoing.cursor]).toEqual([expect.any(String), expect.any(String), expect.any(String)]);
    expect(await faultOf(hub.listDispatches({ cursor }))).toBe("cursor.invalid");
    expect(await faultOf(hub.listEvents({ cursor: dispatches.cursor }))).toBe("cursor.invalid");
    expect(await faultOf(hub.listDispatches({ cursor: ongoing.cursor }))).toBe("cursor.invalid");
    expect(await faultOf(hub.listDispatches({ status: "failed", cursor: ongoing.cursor }))).toBe("cursor.invalid");
  });

  it("the size of a page may change from page to page", async () => {
    const first = await hub.listEvents(query);
    const second = await hub.listEvents({ type: "reads.a", limit: 200, cursor: first.cursor });
    expect(idsOf([...first.items, ...second.items])).toEqual(expectedEvents({ type: "reads.a" }));
  });

  it("a cursor goes through a Worker's other door just as well", async () => {
    const other = env.HUB_RPC as unknown as typeof hub;
    const { items } = await other.listEvents({ ...query, cursor: await cursorOf() });
    expect(idsOf(items)).toEqual(expectedEvents({ type: "reads.a" }).slice(5, 10));
  });
});
