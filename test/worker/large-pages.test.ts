import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { EventQuery, HubEvent } from "../../schema/contract/events.ts";
import { EMIT, READ, REPLY } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { pathOf } from "../../src/console/pages.ts";
import { firstIdAt } from "../../src/domain/base/time-id.ts";
import { listEvents, searchEvents } from "../../src/hub/read/events.ts";
import { bulkEvents } from "./support/bulk.ts";
import { consoleOf } from "./support/console.ts";
import { envWith, hub, only, storedDispatch } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { rows } from "./support/rows.ts";

const { d1, measure } = meteredD1(env.DB);
const metered = envWith({ DB: d1 });

const EPOCH = Date.UTC(2024, 0, 1);
const idAt = (time: number) => `${firstIdAt(time)}000-8000-000000000000`;

/** Stores events of a type with this JSON text as their data, and returns their ids, newest first. */
async function storeLarge(type: string, at: number, texts: readonly string[]): Promise<string[]> {
  const ids = texts.map((_, number) => idAt(EPOCH + at + number));
  await bulkEvents(ids.map((id) => ({ id, type })));
  for (const [index, text] of texts.entries()) await rows("UPDATE events SET data = ? WHERE id = ?", text, ids[index]);
  return ids.toReversed();
}

/** Every page of a list over RPC. */
async function pagesOf(query: EventQuery): Promise<(readonly HubEvent[])[]> {
  const pages: (readonly HubEvent[])[] = [];
  let cursor: string | undefined;
  do {
    const page = await hub.listEvents({ ...query, cursor });
    pages.push(page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && pages.length < 100);
  return pages;
}

/** JSON text of so many bytes that holds a piece again and again. */
function filled(bytes: number, piece: string, around: readonly [string, string] = ['"', '"']): string {
  return around[0] + piece.repeat(Math.floor((bytes - 2) / new TextEncoder().encode(piece).length)) + around[1];
}

beforeAll(async () => {
  await listEvents(createHub(metered), {});
});

const LONGEST = "東".repeat(REPLY.maxReasonLength);
/** Joins to a statement as many rows as its second parameter says, numbered from 1. */
const NUMBERED = "json_each('[' || substr(replace(hex(zeroblob(?2)), '00', ',1'), 2) || ']') AS number";

describe("a dispatch with a long history", () => {
  it("shows its latest attempts in their order, with the stack of the latest of these, in one reply", async () => {
    const id = await storedDispatch({ type: "later.history", data: 1 });
    const error = JSON.stringify({ name: LONGEST, message: LONGEST, stack: LONGEST.repeat(5) });
    await rows(
      `INSERT INTO executions (dispatch_id, attempt, nonce, outcome, started_at, finished_at, error)
       SELECT ?1, number.key + 1, '', 'misconfigured', 0, 0, ?3 FROM ${NUMBERED}`,
      id,
      READ.history + 200,
      error,
    );
    const { executions } = (await hub.getDispatch(id)) ?? { executions: [] };
    expect(executions.map(({ attempt }) => attempt)).toEqual(Array.from({ length: READ.history }, (_, nth) => nth + 201));
    expect(executions.filter(({ error }) => error?.stack !== undefined).map(({ attempt }) => attempt)).toEqual(
      Array.from({ length: READ.stacks }, (_, nth) => READ.history + 151 + nth),
    );
    expect(executions[0]?.error).toEqual({ name: LONGEST, message: LONGEST });
    await rows("UPDATE dispatches SET attempts = ? WHERE id = ?", READ.history + 200, id);
    const page = await (await consoleOf().get(pathOf("dispatch", id))).text();
    expect(page).toContain("The latest 1,000 of 1,200.");
  });

  it("shows its latest notes in their order, in one reply", async () => {
    const id = await storedDispatch({ type: "later.history", data: 2 });
    await rows(
      `INSERT INTO notes (subject_id, id, at, kind, "by", reason)
       SELECT ?1, printf('%06d', number.key), number.key, 'retry', ?3, ?3 FROM ${NUMBERED}`,
      id,
      READ.history + 5,
      LONGEST,
    );
    const { notes } = (await hub.getDispatch(id)) ?? { notes: [] };
    expect(notes.map(({ at }) => Date.parse(at))).toEqual(Array.from({ length: READ.history }, (_, nth) => nth + 5));
  });

  it("and an event with very many dispatches shows the first of them, in one reply", async () => {
    const eventId = idAt(EPOCH + 72_000);
    await bulkEvents([{ id: eventId, type: "large.dispatches" }]);
    await rows(
      `INSERT INTO dispatches (id, event_id, route, destination, policy, status, due_at, reason)
       SELECT ?1 || '-' || number.key, ?1, ?4, ?4, '{}', 'failed', 0, ?3 FROM ${NUMBERED}`,
      eventId,
      READ.dispatchesShown + 1,
      LONGEST,
      "d".repeat(63),
    );
    const { dispatches } = (await hub.getEvent(eventId)) ?? { dispatches: [] };
    expect([dispatches.length, dispatches.at(-1)?.id]).toEqual([READ.dispatchesShown, `${eventId}-${READ.dispatchesShown - 1}`]);
    expect((await hub.listDispatches({ eventId, limit: READ.maxPage })).items).toHaveLength(READ.maxPage);
  });
});

describe("a page of large events", () => {
  const MANY = 7;
  const numbers = `[0.5${",1".repeat((EMIT.maxEventBytes - 6) / 2)}]`;
  const kinds: readonly [what: string, text: string][] = [
    ["of letters A to Z", filled(EMIT.maxEventBytes, "abc")],
    [
      "of text that takes twice its bytes over RPC: one letter beyond Latin 1 among others",
      filled(EMIT.maxEventBytes - 3, "abc", ['"東', '"']),
    ],
    ["of text of three bytes a letter", filled(EMIT.maxEventBytes, "東京")],
    ["of numbers that take nine bytes each over RPC, of two of JSON text", numbers],
    ["of empty lists", `[[]${",[]".repeat(300_000)}]`],
  ];
  it.each(kinds)("is short and has a cursor where it would not fit a reply: %s", { timeout: 60_000 }, async (what, text) => {
    const nth = kinds.findIndex(([of]) => of === what);
    const ids = await storeLarge(`large.${nth}`, 1_000 * (1 + nth), Array<string>(MANY).fill(text));
    const pages = await pagesOf({ type: `large.${nth}` });
    expect(pages.flat().map(({ id }) => id)).toEqual(ids);
    const most = Math.floor(READ.pageBytes / new TextEncoder().encode(text).length);
    expect(pages.map(({ length }) => length)).toEqual([most, MANY - most]);
  });

  it("holds forty events of 1 MiB over its pages, at the default limit, newest first", { timeout: 60_000 }, async () => {
    const ids = await storeLarge("large.forty", 20_000, Array<string>(40).fill(filled(EMIT.maxEventBytes, "x")));
    expect((await pagesOf({ type: "large.forty" })).flat().map(({ id }) => id)).toEqual(ids);
  });

  it("holds one event at least, and small ones among large ones in their order", async () => {
    const large = filled(EMIT.maxEventBytes, "x");
    const ids = await storeLarge("large.mixed", 30_000, ["1", large, "2", large, large, "3", large, large, large, "4"]);
    const pages = await pagesOf({ type: "large.mixed" });
    expect(pages.flat().map(({ id }) => id)).toEqual(ids);
    expect(pages.flat().map(({ data }) => (typeof data === "number" ? data : "large"))).toEqual([
      4,
      "large",
      "large",
      "large",
      3,
      "large",
      "large",
      2,
      "large",
      1,
    ]);
  });

  it("leaves the rest in the database: what is read is bounded as well", async () => {
    const { cost, result } = await measure(() => listEvents(createHub(metered), { type: "large.forty" }));
    expect(result.items.length).toBeLessThanOrEqual(READ.pageBytes / EMIT.maxEventBytes);
    expect(cost.roundTrips).toBeLessThanOrEqual(3);
    expect(cost.rowsRead).toBeLessThanOrEqual(2 * READ.defaultPage);
  });

  it("of small events costs one round trip and reads each once", async () => {
    await storeLarge("large.small", 50_000, Array<string>(20).fill(filled(10_000, "x")));
    const { cost } = await measure(() => listEvents(createHub(metered), { type: "large.small" }));
    expect([cost.roundTrips, cost.rowsRead <= 21]).toEqual([1, true]);
  });

  it("is searched without its data being read where only a filter is asked", async () => {
    await storeLarge("large.excerpt", 60_000, [filled(EMIT.maxEventBytes, "x"), filled(EMIT.maxEventBytes, "東")]);
    const { items } = await hub.searchEvents({ type: "large.excerpt" });
    expect(items.map(({ excerpt }) => excerpt)).toEqual([`"${"東".repeat(199)}`, `"${"x".repeat(199)}`]);
    expect(only((await searchEvents(createHub(metered), { type: "large.excerpt", limit: 1 })).items).excerpt).toHaveLength(READ.excerpt);
  });
});
