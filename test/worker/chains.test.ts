import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { EmitInput } from "../../schema/contract/emit.ts";
import { CHAIN } from "../../schema/limits.ts";
import type { EmitMessage } from "../../schema/storage/messages.ts";
import { createHub, type Hub } from "../../src/bindings/hub.ts";
import { attempt } from "../../src/executor/attempt.ts";
import { emit } from "../../src/hub/emit/emit.ts";
import { consoleOf } from "./support/console.ts";
import { consume } from "./support/consume.ts";
import { withEachTripFailing } from "./support/failing-d1.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { deafQueue, envWith, hub, only, unique } from "./support/hub.ts";
import { keptQueue } from "./support/kept-queue.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { purgeAll } from "./support/purging.ts";
import { dispatchRow, eventRow, executionsOf, rows } from "./support/rows.ts";
import { emptyTables } from "./support/tables.ts";

const LIMIT = 20;

const configWith = (maxChainEvents?: number) => ({
  defaults: { retry: { limit: 0 }, ...(maxChainEvents !== undefined && { maxChainEvents }) },
  destinations: { d: { worker: "SCRIPTED" } },
  routes: [{ id: "r", on: "chain.*", to: "d" }],
});

/** The hub with a destination that replies so, and a limit to the events of a chain. */
function world(reply: unknown, changes: Parameters<typeof envWith>[0] = {}): Env {
  return envWith({ HUB_CONFIG: configWith(LIMIT), SCRIPTED: { handle: async () => reply }, DISPATCH_QUEUE: deafQueue, ...changes });
}

/** A hub whose ids are drawn for a count, each of them or none. */
function drawing(given: Env, isDrawn: boolean): Hub {
  const real = createHub(given);
  return { ...real, newId: () => real.newId().replace(/..(..)$/, `${isDrawn ? "40" : "41"}$1`) };
}

async function emitInto(given: Env, input: EmitInput | readonly EmitInput[], { isDrawn = false, options = {} } = {}) {
  return await emit({ hub: drawing(given, isDrawn), caller: {}, afterReply: () => undefined }, input, options);
}

async function look(given: Env, id: string, isDrawn: boolean): Promise<string> {
  return await attempt(drawing(given, isDrawn), id);
}

interface TestChain {
  readonly first: string;
  /** A dispatch of an event that was caused by an event, so that what follows from it is counted. */
  readonly dispatch: string;
}

/** A chain of so many events, with another dispatch each time it is asked for. */
async function chainOf(events: number): Promise<TestChain> {
  const first = only(await emitInto(world("complete"), { type: "unrouted.first", data: 0 })).id;
  const dispatch = await another(first);
  const more = Array.from({ length: events - 2 }, () => ({ type: "unrouted.more", data: 0, causedBy: causeOf(first) }));
  if (more.length > 0) await emitInto(world("complete"), more);
  return { first, dispatch };
}

const causeOf = (first: string, depth = 0) => ({ correlationId: first, causationId: `${first}-0`, depth });

async function another(first: string, changes: Parameters<typeof envWith>[0] = {}): Promise<string> {
  const [receipt] = await emitInto(world("complete", changes), { type: "chain.link", data: 0, causedBy: causeOf(first) });
  return only(receipt?.dispatches ?? []).id;
}

const emitting = (count = 1) => ({ status: "complete", emit: Array.from({ length: count }, () => ({ type: "unrouted.next", data: 1 })) });

const eventsOf = async (first: string) => (await rows<{ id: string }>("SELECT id FROM events WHERE correlation_id = ?", first)).length;
const notesOf = async (subject: string) =>
  await rows<{ kind: string; detail: string | null }>("SELECT kind, detail FROM notes WHERE subject_id = ? ORDER BY id", subject);

beforeEach(async () => {
  await hub.health();
  await emptyTables();
});

describe("a reply that would make its chain too long, where it is counted,", () => {
  it("is invalid, settles the dispatch with what is wrong, and stores none of its events", async () => {
    const { first, dispatch } = await chainOf(LIMIT);
    expect(await look(world(emitting()), dispatch, true)).toBe('{"status":"failed"}');
    const { status, reason } = await dispatchRow(dispatch);
    expect([status, reason]).toEqual(["failed", expect.stringMatching(/^\(reply\.invalid\) \(chain\.too_long\) .*20 events/)]);
    expect(await executionsOf(dispatch)).toHaveLength(1);
    expect(await eventsOf(first)).toBe(LIMIT);
    expect((await notesOf(dispatch)).map(({ kind }) => kind)).toEqual(["chain_too_long"]);
    expect(await notesOf(`chain:${first}`)).toEqual([{ kind: "chain_too_long", detail: `{"events":${LIMIT + 1},"limit":${LIMIT}}` }]);
  });

  it("is so as a whole, and one event less is not", async () => {
    const [one, other] = [await chainOf(LIMIT - 5), await chainOf(LIMIT - 5)];
    expect(await look(world(emitting(6)), one.dispatch, true)).toBe('{"status":"failed"}');
    expect(await look(world(emitting(5)), other.dispatch, true)).toBe('{"status":"complete"}');
    expect([await eventsOf(one.first), await eventsOf(other.first)]).toEqual([LIMIT - 5, LIMIT]);
  });

  it("whichever round trip is lost or goes unheard, settles it once and stores nothing", async () => {
    const refusing = {
      prepare: async () => await chainOf(LIMIT),
      run: async (d1: D1Database, { dispatch }: TestChain) => {
        const given = world(emitting(), { DB: d1 });
        for (let looks = 0; looks < 3; looks++) if ((await failureOf(look(given, dispatch, true))) === "no failure") return;
      },
      check: async ({ first, dispatch }: TestChain) => {
        expect((await dispatchRow(dispatch)).status).toBe("failed");
        expect([await eventsOf(first), (await executionsOf(dispatch)).length, (await notesOf(dispatch)).length]).toEqual([LIMIT, 1, 1]);
      },
    };
    expect(await withEachTripFailing(refusing)).toEqual([]);
  });
});

describe("a chain that has as many events as it may have", () => {
  /** Found so by a reply. */
  async function full(): Promise<TestChain> {
    const { first, dispatch } = await chainOf(LIMIT);
    const next = await another(first);
    await look(world(emitting()), dispatch, true);
    return { first, dispatch: next };
  }

  it("takes no more from anybody, counted or not, by replies or emit; other chains and first events go on", async () => {
    const { first, dispatch } = await full();
    const before = await eventsOf(first);
    expect(await look(world(emitting()), dispatch, false)).toBe('{"status":"failed"}');
    for (const depth of [0, 5]) {
      const input = { type: "unrouted.more", data: 1, causedBy: causeOf(first, depth) };
      expect(await faultOf(emitInto(world("complete"), input))).toBe("chain.too_long");
      expect(await faultOf(emitInto(world("complete"), [{ type: "unrouted.first", data: 1 }, input]))).toBe("chain.too_long");
    }
    expect(await eventsOf(first)).toBe(before);
    const other = await chainOf(3);
    expect(await look(world(emitting()), other.dispatch, false)).toBe('{"status":"complete"}');
  });

  it("does what it is owed all the same", async () => {
    const { dispatch } = await full();
    expect(await look(world("complete"), dispatch, true)).toBe('{"status":"complete"}');
  });

  it("goes on when the configuration allows more, up to that", async () => {
    const { first, dispatch } = await full();
    const more = { HUB_CONFIG: configWith(LIMIT + 10) };
    const next = await another(first, more);
    expect(await look(world(emitting(), more), dispatch, true)).toBe('{"status":"complete"}');
    expect(await look(world(emitting(20), more), next, true)).toBe('{"status":"failed"}');
    const limits = (await notesOf(`chain:${first}`))
      .filter(({ kind }) => kind === "chain_too_long")
      .map(({ detail }) => JSON.parse(detail ?? "").limit);
    expect(limits).toEqual([LIMIT, LIMIT + 10]);
  });

  it("gives the receipt of what it has: to a key that is known, and to a commit that was reported failed", async () => {
    const { first, dispatch } = await chainOf(LIMIT);
    const keyed = { type: "unrouted.keyed", data: 1, source: "tests", key: unique("k"), causedBy: causeOf(first, 3) };
    const [stored] = await emitInto(world("complete"), keyed);
    const marking = async () => await look(world(emitting()), dispatch, true);
    const unheard = faultyD1(env.DB, { of: /INSERT INTO events/, faultOf: (nth) => (nth === 1 ? "unheard" : "none") });
    const late = {
      ...unheard,
      batch: async (all: D1PreparedStatement[]) =>
        await unheard.batch(all).catch(async (error) => {
          await marking();
          throw error;
        }),
    };
    const input = { type: "unrouted.unheard", data: 1, causedBy: causeOf(first, 3) };
    const [receipt] = await emitInto(world("complete", { DB: late }), input);
    expect(receipt).toMatchObject({ duplicate: false, durability: "stored" });
    expect(await eventRow(receipt?.id ?? "")).toMatchObject({ type: input.type });
    expect(await emitInto(world("complete"), keyed)).toMatchObject([{ id: stored?.id, duplicate: true }]);
  });

  it("takes what was accepted onto the queue before", async () => {
    const { first } = await full();
    const before = await eventsOf(first);
    const kept = keptQueue();
    const away = world("complete", { DB: faultyD1(env.DB, { of: /./, faultOf: () => "lost" }), DISPATCH_QUEUE: kept.queue });
    await emitInto(away, { type: "unrouted.more", data: 1, causedBy: causeOf(first, 3) }, { options: { allowQueued: true } });
    const [message]: EmitMessage[] = kept.emits();
    expect(await consume([message], world("complete"))).toEqual({ acked: [0], retried: [] });
    expect(await eventsOf(first)).toBe(before + 1);
  });

  it("is forgotten with its notes when it is purged", async () => {
    const { first } = await full();
    await rows("UPDATE dispatches SET status = 'ignored', check_at = NULL, settled_at = 1");
    await scheduler.wait(2);
    await purgeAll({ before: Date.now() });
    expect([await eventsOf(first), await notesOf(`chain:${first}`)]).toEqual([0, []]);
  });
});

describe("a chain that comes near", () => {
  it("is noted once, by a reply or an emit, and takes more; health and the overview say so", async () => {
    const { first, dispatch } = await chainOf(LIMIT * CHAIN.warnAtShare - 2);
    expect(await look(world(emitting()), dispatch, true)).toBe('{"status":"complete"}');
    expect(await notesOf(`chain:${first}`)).toEqual([]);
    const input = { type: "unrouted.more", data: 1, causedBy: causeOf(first, 2) };
    for (let times = 0; times < 3; times++) await emitInto(world("complete"), input, { isDrawn: true });
    expect(await notesOf(`chain:${first}`)).toEqual([{ kind: "chain_long", detail: `{"events":16,"limit":${LIMIT}}` }]);
    expect((await hub.health()).longChains).toMatchObject([{ correlationId: first, events: 16, limit: LIMIT, full: false }]);
    const page = async () => await (await consoleOf().get("/")).text();
    expect(await page()).toMatch(/href="\/events\?correlationId=[^"]+">A chain<\/a> has 16 events of the 20 that it may have/);
    await emitInto(world("complete"), Array(5).fill(input), { isDrawn: true }).catch(() => undefined);
    expect((await hub.health()).longChains).toMatchObject([{ correlationId: first, limit: LIMIT, full: true }]);
    expect(await page()).toMatch(/A chain<\/a> has the 20 events that it may have, and takes no more/);
  });

  it("a day later is history", async () => {
    const { first } = await chainOf(LIMIT);
    await faultOf(emitInto(world("complete"), { type: "unrouted.more", data: 1, causedBy: causeOf(first, 2) }, { isDrawn: true }));
    await rows("UPDATE notes SET at = at - 86400001");
    expect((await hub.health()).longChains).toEqual([]);
  });
});

describe("what it costs", () => {
  const { d1, measure } = meteredD1(env.DB);
  const attemptCost = async (dispatch: string, reply: unknown, isDrawn: boolean) =>
    (await measure(async () => await look(world(reply, { DB: d1 }), dispatch, isDrawn))).cost;

  it("is nothing for a reply without events, or to the first of a chain, and a read of the chain for one of 64 others", async () => {
    await attemptCost((await chainOf(2)).dispatch, "complete", true);
    const first = only(await emitInto(world("complete"), { type: "chain.first", data: 0 }));
    const { roundTrips: ofFirst } = await attemptCost(`${first.id}-0`, emitting(), true);
    const { roundTrips: without } = await attemptCost((await chainOf(2)).dispatch, "complete", true);
    const { roundTrips: undrawn, rowsWritten } = await attemptCost((await chainOf(2)).dispatch, emitting(), false);
    const drawn = await attemptCost((await chainOf(2)).dispatch, emitting(), true);
    expect([ofFirst, without, undrawn, drawn.roundTrips]).toEqual([2, 2, 2, 3]);
    expect(drawn.rowsWritten).toBe(rowsWritten);
  });

  it("is nothing for an emit without a cause, and at most the limit where a chain is longer", async () => {
    const { first } = await chainOf(LIMIT + 50);
    const emitCost = async (input: EmitInput) =>
      (await measure(async () => await faultOf(emitInto(world("complete", { DB: d1 }), input, { isDrawn: true })))).cost;
    await emitCost({ type: "unrouted.cost", data: 1 });
    const plain = await emitCost({ type: "unrouted.cost", data: 1 });
    const caused = await emitCost({ type: "unrouted.cost", data: 1, causedBy: causeOf(unique("c"), 0) });
    expect([plain.roundTrips, caused.roundTrips]).toEqual([1, 1]);
    expect(caused.rowsRead - plain.rowsRead).toBeLessThanOrEqual(2);
    const counted = await emitCost({ type: "unrouted.cost", data: 1, causedBy: causeOf(first, 2) });
    expect(counted.rowsRead).toBeLessThanOrEqual(LIMIT + 20);
  });
});

it("a chain that no configuration limits may have 10,000 events", async () => {
  expect(CHAIN.maxEvents).toBe(10_000);
  const given = world("complete", { HUB_CONFIG: configWith() });
  const first = only(await emitInto(given, { type: "unrouted.first", data: 0 })).id;
  const more = Array.from({ length: 999 }, () => ({ type: "unrouted.more", data: 0, causedBy: causeOf(first) }));
  for (let times = 0; times < 10; times++) await emitInto(given, more);
  const add = async (count: number) =>
    await faultOf(emitInto(given, Array(count).fill({ type: "unrouted.more", data: 1, causedBy: causeOf(first, 2) }), { isDrawn: true }));
  expect([await add(9), await add(1)]).toEqual(["no failure", "chain.too_long"]);
});
