import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { EventHubApi, ProducerApi } from "../../schema/contract/api.ts";
import type { EmitInput, EmitReceipt } from "../../schema/contract/emit.ts";
import { DAY_MS } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { attempt } from "../../src/executor/attempt.ts";
import { look } from "./support/attempts.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { emitWith, envWith, hub, only, store, storedDispatch, unique } from "./support/hub.ts";
import { REFUSED_EVENTS } from "./support/refused-events.ts";
import { dispatchRow, eventRow, executionsOf, rows, settled, storedCounts } from "./support/rows.ts";

const shop = env.SHOP as unknown as ProducerApi;
const producer = env.PRODUCER as unknown as ProducerApi;

/** The hub by a binding with these props. */
function boundWith(props: object): EventHubApi {
  return (exports.EventHub as unknown as (binding: { props: object }) => EventHubApi)({ props });
}

describe("receipts", () => {
  it("a receipt names the event and the dispatches that are in the database when emit resolves", async () => {
    const before = Date.now();
    const [receipt] = await hub.emit({ type: "fan.receipt", data: { scripts: {} }, subject: "s", source: "tests" });
    expect(receipt).toMatchObject({ duplicate: false, durability: "stored" });
    expect(receipt?.dispatches.map(({ destination }) => destination)).toEqual(["scripted", "second", "third", "fourth", "mute"]);
    const stored = await rows<{ id: string; destination: string; due_at: number }>(
      "SELECT id, destination, due_at FROM dispatches WHERE event_id = ? ORDER BY id",
      receipt?.id,
    );
    expect(receipt?.dispatches).toEqual(
      stored.map(({ id, destination, due_at }) => ({ id, destination, dueAt: new Date(due_at).toISOString(), status: "ongoing" })),
    );
    for (const { due_at } of stored) expect(due_at).toBeGreaterThanOrEqual(before);
    expect(await eventRow(receipt?.id ?? "")).toMatchObject({ type: "fan.receipt", source: "tests", subject: "s", depth: 0 });
  });

  it("an event that no route takes is stored all the same, owed to nobody", async () => {
    const [receipt] = await hub.emit({ type: unique("unrouted."), data: null });
    expect(receipt).toMatchObject({ duplicate: false, durability: "stored", dispatches: [] });
    expect(await hub.getEvent(receipt?.id ?? "")).toMatchObject({ data: null, dispatches: [] });
  });

  it("receipts come in the order of the events, and ids ascend", async () => {
    const receipts = await hub.emit(Array.from({ length: 300 }, (_, number) => ({ type: "unrouted.many", data: number })));
    expect(receipts.map(({ id }) => id)).toEqual(receipts.map(({ id }) => id).toSorted());
    const stored = await rows<{ id: string; data: string }>("SELECT id, data FROM events WHERE type = 'unrouted.many' ORDER BY id");
    expect(stored.map(({ data }) => Number(data))).toEqual(Array.from({ length: 300 }, (_, number) => number));
    expect(stored.map(({ id }) => id)).toEqual(receipts.map(({ id }) => id));
  });

  it("data is read back as it was emitted, whatever JSON it is", async () => {
    const kinds = [
      0,
      -0.5,
      1e21,
      5e-324,
      Number.MAX_SAFE_INTEGER,
      "",
      '"quoted" \\ \u2028 \u0001 \u{1f600} \u20ac',
      false,
      null,
      [],
      {},
      { "": { "a.b": [[], {}] } },
    ];
    const type = unique("unrouted.");
    await hub.emit([
      ...kinds.map((data): EmitInput => ({ type, data })),
      { type, data: deep(256) },
      { type, data: { kept: 0, dropped: undefined } },
    ]);
    const { items } = await hub.listEvents({ type });
    expect(items.map(({ data }) => data).toReversed()).toEqual([...kinds, deep(256), { kept: 0 }]);
  });

  it("the time of an event is what the producer says, and now when it says nothing", async () => {
    const type = unique("unrouted.");
    const before = Date.now();
    await hub.emit([
      { type, data: 1, time: "2020-02-29T12:00:00+02:00" },
      { type, data: 2, time: new Date(0) },
      { type, data: 3 },
    ]);
    const stored = await rows<{ time: number }>("SELECT time FROM events WHERE type = ? ORDER BY id", type);
    expect(stored.slice(0, 2).map(({ time }) => time)).toEqual([Date.UTC(2020, 1, 29, 10), 0]);
    expect(stored[2]?.time).toBeGreaterThanOrEqual(before);
  });

  it("what emit stored is delivered: each dispatch is attempted without anybody doing more", async () => {
    const [receipt] = await hub.emit({ type: "fan.delivered", data: { scripts: {} } });
    for (const { id } of receipt?.dispatches ?? []) await settled(id);
    const stands = await rows<{ status: string }>("SELECT status FROM dispatches WHERE event_id = ? ORDER BY id", receipt?.id);
    expect(stands.map(({ status }) => status)).toEqual(["complete", "complete", "complete", "complete", "misconfigured"]);
  });
});

function deep(levels: number): EmitInput["data"] {
  let data: EmitInput["data"] = 0;
  for (let level = 0; level < levels; level++) data = [data];
  return data;
}

describe("what emit refuses", () => {
  for (const { because, code, event } of REFUSED_EVENTS) {
    it(`emit stores nothing of a call when ${because} in one of its events (${code})`, async () => {
      const before = await storedCounts();
      const good = { type: "fast.refused", data: 1 };
      expect(await faultOf(hub.emit([good, event() as EmitInput, good]))).toBe(code);
      expect(await faultOf(hub.emit(event() as EmitInput))).toBe(code);
      expect(await storedCounts()).toEqual(before);
    });
  }

  const ofACall: readonly [string, string, () => unknown][] = [
    ["it holds no event", "batch.empty", () => []],
    ["it holds 1,001 events", "batch.too_large", () => Array.from({ length: 1_001 }, () => ({ type: "fast.refused", data: 1 }))],
    [
      "its events exceed 16 MiB together",
      "batch.too_large",
      () => Array.from({ length: 17 }, () => ({ type: "fast.refused", data: "x".repeat(1_000_000) })),
    ],
    ["a key comes without a source", "source.required", () => ({ type: "fast.refused", data: 1, key: "k" })],
    ["it is undefined", "event.invalid", () => undefined],
    [
      "a key is repeated in it with other data",
      "key.conflict",
      () => [1, 2].map((data) => ({ type: "fast.refused", data, source: "s", key: "repeated" })),
    ],
  ];
  for (const [because, code, input] of ofACall) {
    it(`emit stores nothing of a call when ${because} (${code})`, async () => {
      const before = await storedCounts();
      expect(await faultOf(hub.emit(input() as EmitInput))).toBe(code);
      expect(await storedCounts()).toEqual(before);
    });
  }

  it("emit stores nothing of a call that is owed to more than 25,000 destinations (batch.too_large)", async () => {
    const routes = Array.from({ length: 26 }, (_, number) => ({ id: `r${number}`, on: "*", to: "scripted" }));
    const wide = envWith({ HUB_CONFIG: { destinations: { scripted: { worker: "SCRIPTED" } }, routes } });
    const before = await storedCounts();
    expect(
      await faultOf(
        store(
          Array.from({ length: 1_000 }, () => ({ type: "wide", data: 1 })),
          wide,
        ),
      ),
    ).toBe("batch.too_large");
    expect(await storedCounts()).toEqual(before);
  });

  it("a fault names the event by its place in the call, and the field", async () => {
    const good = { type: "unrouted.good", data: 1 };
    expect(await failureOf(hub.emit([good, good, { ...good, subject: "" }]))).toMatch(/Event 2: subject/);
    expect(await failureOf(hub.emit([good, { ...good, data: { items: [1, Number.NaN] } }]))).toMatch(/Event 1: data\.items\[1\]/);
    expect(await failureOf(hub.emit({ ...good, sbject: "x" } as EmitInput))).toMatch(/"sbject".*did you mean "subject"/);
    expect(await failureOf(hub.emit([good, { type: "fast.late", data: 1, at: new Date(Date.now() + 400 * DAY_MS) }]))).toMatch(/Event 1/);
  });

  it("two events of almost 1 MiB are accepted in one call", async () => {
    const data = "x".repeat(1024 ** 2 - 100);
    const receipts = await hub.emit([
      { type: "unrouted.large", data },
      { type: "unrouted.large", data },
    ]);
    const stored = await rows<{ bytes: number }>("SELECT octet_length(data) AS bytes FROM events WHERE type = 'unrouted.large'");
    expect(receipts).toHaveLength(2);
    expect(stored).toEqual([{ bytes: data.length + 2 }, { bytes: data.length + 2 }]);
  });

  it("data whose parts are shared until they multiply past all bounds is refused before they are written out", async () => {
    let bomb: EmitInput["data"] = [];
    for (let level = 0; level < 200; level++) bomb = [bomb, bomb];
    const began = Date.now();
    expect(await faultOf(hub.emit({ type: "unrouted.bomb", data: bomb }))).toBe("payload.too_large");
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it("data whose shared parts are members that JSON leaves out is answered within seconds", async () => {
    const hollow = Object.fromEntries(Array.from({ length: 3_000 }, (_, number) => [`m${number}`, undefined]));
    const began = Date.now();
    await faultOf(hub.emit({ type: "unrouted.bomb", data: Array.from({ length: 20_000 }, () => hollow) }));
    expect(Date.now() - began).toBeLessThan(3_000);
  });
});

describe("when", () => {
  it("a delay of zero overrides the delay of the route", async () => {
    const id = await storedDispatch({ type: "later.now", data: 1, delay: "0s" });
    expect((await dispatchRow(id)).due_at).toBeLessThanOrEqual(Date.now());
  });

  it("the delay of the route holds where the event asks for nothing", async () => {
    const id = await storedDispatch({ type: "later.route", data: 1 });
    const { due_at, check_at } = await dispatchRow(id);
    expect(Math.abs(due_at - (Date.now() + 30 * DAY_MS))).toBeLessThan(5_000);
    expect(check_at).toBe(due_at + 60_000);
  });

  it("an event whose moment has passed is due at once", async () => {
    const before = Date.now();
    const id = await storedDispatch({ type: "later.past", data: 1, at: "2001-01-01T00:00:00Z" });
    const { due_at } = await dispatchRow(id);
    expect(due_at).toBeGreaterThanOrEqual(before);
    expect(due_at).toBeLessThanOrEqual(Date.now());
  });

  it("an event is due at the moment it asks for, be it a text or a Date, up to 365 days ahead", async () => {
    const moment = Date.now() + 364 * DAY_MS;
    const byDate = await storedDispatch({ type: "fast.at", data: 1, at: new Date(moment) });
    const byText = await storedDispatch({ type: "fast.at", data: 1, at: new Date(moment).toISOString() });
    expect([(await dispatchRow(byDate)).due_at, (await dispatchRow(byText)).due_at]).toEqual([moment, moment]);
  });
});

describe("keys", () => {
  it("the same key again returns the first receipt as a duplicate, stores nothing and starts nothing", async () => {
    const event = { type: "fast.key", data: { a: 1, b: [1, 2] }, source: "tests", key: unique("k") };
    const [first] = await hub.emit(event);
    const id = only(first?.dispatches ?? []).id;
    await settled(id);
    const before = await storedCounts();
    const [second] = await hub.emit({ ...event, time: new Date(0), delay: "1 hour" });
    const settledNow = first?.dispatches.map((dispatch) => ({ ...dispatch, status: "complete" }));
    expect(second).toEqual({ ...first, dispatches: settledNow, duplicate: true });
    expect(await storedCounts()).toEqual(before);
    expect(await executionsOf(id)).toHaveLength(1);
  });

  it("the receipt of a known key says how its dispatches stand: cancelled, dead letters, and those that a redrive has taken over", async () => {
    const event = { type: "once.key", data: { script: ["failed"] }, source: "tests", key: unique("k") };
    const again = async () => only(only(await store(event)).dispatches);
    const { id, status } = await again();
    expect(status).toBe("ongoing");
    await look(id);
    expect(await again()).toMatchObject({ id, status: "failed", standing: "dead letter" });
    await hub.retryDispatch(id);
    expect(await again()).toMatchObject({ id, status: "failed", standing: "superseded" });

    const later = { type: "later.key", data: 1, source: "tests", key: unique("k") };
    const [first] = await store(later);
    await hub.cancelEvent(first?.id ?? "");
    expect(only(only(await store(later)).dispatches)).toEqual({ ...first?.dispatches[0], status: "cancelled" });
  });

  it("a key whose dispatch has been attempted meanwhile still stands for the same event and dispatches", async () => {
    const event = { type: "patient.key", data: { script: ["failed"] }, source: "tests", key: unique("k") };
    const [first] = await store(event);
    await look(only(first?.dispatches ?? []).id);
    const [second] = await store(event);
    expect([second?.id, second?.duplicate]).toEqual([first?.id, true]);
    expect(second?.dispatches.map(({ id, destination }) => [id, destination])).toEqual(
      first?.dispatches.map(({ id, destination }) => [id, destination]),
    );
  });

  it("the same data with its members in another order is a duplicate", async () => {
    const key = unique("k");
    const [first] = await hub.emit({ type: "unrouted.key", data: { a: 1, b: { c: 2, d: 3 } }, source: "tests", key });
    const [second] = await hub.emit({ type: "unrouted.key", data: { b: { d: 3, c: 2 }, a: 1 }, source: "tests", key });
    expect(second).toEqual({ ...first, duplicate: true });
  });

  const others: readonly [string, object][] = [
    ["other data", { data: { total: 2 } }],
    ["another type", { type: "unrouted.other" }],
    ["another subject", { subject: "other" }],
    ["no subject", { subject: undefined }],
  ];
  for (const [what, change] of others) {
    it(`a known key with ${what} is a conflict, and nothing of the call is stored`, async () => {
      const event = { type: "unrouted.key", data: { total: 1 }, subject: "s", source: "tests", key: unique("k") };
      await hub.emit(event);
      const before = await storedCounts();
      expect(
        await faultOf(
          hub.emit([
            { type: "fast.innocent", data: 1 },
            { ...event, ...change },
          ]),
        ),
      ).toBe("key.conflict");
      expect(await storedCounts()).toEqual(before);
    });
  }

  it("keys that stand for other events are named by their places in the call, among repeats and keys that are known for the same", async () => {
    const event = (data: number) => ({ type: "unrouted.conflict", data, source: "tests", key: unique("k") });
    const [same, one, two] = [event(1), event(2), event(3)];
    const [, known] = await store([same, one, two]);
    const call = [same, same, { ...one, data: 8 }, { type: "unrouted.conflict", data: 4 }, { ...two, data: 9 }];
    const said = await failureOf(store(call));
    expect(said).toContain("(key.conflict) Events 2, 4: ");
    expect(said).toContain(`key "${one.key}" of source "tests" already stands for event ${known?.id}`);
    expect(await failureOf(store([same, { ...two, data: 9 }]))).toContain(`Event 1: key "${two.key}"`);
  });

  it("a key repeated within one call stands for one event, and each of its receipts for that one", async () => {
    const event = { type: "fast.repeated", data: { a: 1, b: 2 }, source: "tests", key: unique("k") };
    const receipts = await store([event, { type: "unrouted.between", data: 2 }, { ...event, data: { b: 2, a: 1 } }]);
    expect(receipts.map(({ duplicate }) => duplicate)).toEqual([false, false, true]);
    expect(receipts[2]).toEqual({ ...receipts[0], duplicate: true });
    expect(await rows("SELECT id FROM events WHERE key = ?", event.key)).toEqual([{ id: receipts[0]?.id }]);
    expect(await rows("SELECT id FROM dispatches WHERE event_id = ?", receipts[0]?.id)).toHaveLength(1);
  });

  it("one call may hold known keys, with and without the same order of members, beside new events", async () => {
    const [one, two] = [unique("k"), unique("k")];
    const known = await store([
      { type: "fast.mixed", data: { a: 1, b: 2 }, source: "tests", key: one },
      { type: "fast.mixed", data: 2, source: "tests", key: two },
    ]);
    const receipts = await store([
      { type: "fast.mixed", data: { b: 2, a: 1 }, source: "tests", key: one },
      { type: "fast.mixed", data: "new" },
      { type: "fast.mixed", data: 2, source: "tests", key: two },
    ]);
    expect(receipts.map(({ duplicate }) => duplicate)).toEqual([true, false, true]);
    expect([receipts[0]?.id, receipts[2]?.id]).toEqual(known.map(({ id }) => id));
    expect(await eventRow(receipts[1]?.id ?? "")).toMatchObject({ data: '"new"' });
    expect(receipts[1]?.dispatches).toHaveLength(1);
  });

  it("keys of two sources do not clash", async () => {
    const key = unique("k");
    const [a] = await hub.emit({ type: "unrouted.key", data: 1, source: "a", key });
    const [b] = await hub.emit({ type: "unrouted.key", data: 2, source: "b", key });
    expect([a?.duplicate, b?.duplicate]).toEqual([false, false]);
    expect(a?.id).not.toBe(b?.id);
  });

  it("concurrent emits of one key store one event, and all receipts are of it", async () => {
    const event = (order: number): EmitInput => ({
      type: "fast.race",
      data: order % 2 === 0 ? { a: 1, b: 2 } : { b: 2, a: 1 },
      source: "tests",
      key: "race",
    });
    const receipts = (await Promise.all(Array.from({ length: 24 }, async (_, order) => await hub.emit(event(order))))).flat();
    expect(await rows("SELECT id FROM events WHERE key = 'race'")).toEqual([{ id: receipts[0]?.id }]);
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(1);
    expect(receipts.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(receipts.flatMap(({ dispatches }) => dispatches.map(({ id }) => id))).size).toBe(1);
  });
});

describe("who emits", () => {
  it("the source that the service binding gives a producer wins over what the event says", async () => {
    const [receipt] = await shop.emit({ type: "unrouted.source", data: 1, source: "pretender" });
    expect(await eventRow(receipt?.id ?? "")).toMatchObject({ source: "shop" });
  });

  it("a producer whose binding gives a source may use keys without saying it", async () => {
    const key = unique("k");
    const [first] = await shop.emit({ type: "unrouted.source", data: 1, key });
    const [second] = await shop.emit({ type: "unrouted.source", data: 1, key, source: "pretender" });
    expect([first?.duplicate, second?.duplicate, second?.id]).toEqual([false, true, first?.id]);
  });

  it("a producer whose binding gives no source is believed, and may say nothing", async () => {
    const receipts = await producer.emit([
      { type: "unrouted.source", data: 1, source: "own word" },
      { type: "unrouted.source", data: 2 },
    ]);
    const sources = await Promise.all(receipts.map(async ({ id }) => (await eventRow(id)).source));
    expect(sources).toEqual(["own word", null]);
  });

  it("a binding that leaves sources to events keeps keys of two sources apart, and gives its own to events that name none", async () => {
    const gateway = boundWith({ source: "gateway", sources: "any" });
    const event = { type: "unrouted.source", data: 1, key: unique("k") };
    const sources = ["/sensors/1", "/sensors/2", undefined];
    const receipts = await gateway.emit(sources.map((source) => ({ ...event, source })));
    expect(receipts.map(({ duplicate }) => duplicate)).toEqual([false, false, false]);
    const stored = await Promise.all(receipts.map(async ({ id }) => (await eventRow(id)).source));
    expect(stored).toEqual(["/sensors/1", "/sensors/2", "gateway"]);
    expect(await faultOf(boundWith({ sources: "any" }).emit(event))).toBe("source.required");
  });

  it("a binding that allows some sources stores nothing of a call that names another (source.forbidden)", async () => {
    const gateway = boundWith({ sources: ["a", "b"] });
    const event = { type: "unrouted.source", data: 1 };
    const before = await storedCounts();
    expect(
      await failureOf(
        gateway.emit([
          { ...event, source: "a" },
          { ...event, source: "c" },
        ]),
      ),
    ).toMatch(/\(source\.forbidden\) Event 1:/);
    expect(await storedCounts()).toEqual(before);
    expect(await eventRow(only(await gateway.emit({ ...event, source: "b" })).id)).toMatchObject({ source: "b" });
  });

  it("a binding whose props say what they may not is refused by every call that goes by its name (binding.invalid)", async () => {
    const wrong = boundWith({ source: 5 });
    const before = await storedCounts();
    expect(await faultOf(wrong.emit({ type: "unrouted.source", data: 1 }))).toBe("binding.invalid");
    expect(await faultOf(wrong.previewEmit({ type: "unrouted.source", data: 1 }))).toBe("binding.invalid");
    expect(await faultOf(wrong.pauseDestination("scripted"))).toBe("binding.invalid");
    expect(await storedCounts()).toEqual(before);
  });

  it("the door of producers offers emit and nothing else", async () => {
    const pretender = env.PRODUCER as unknown as typeof hub;
    expect(await failureOf(pretender.health())).toContain("does not implement");
    expect(await failureOf(pretender.getEvent("x"))).toContain("does not implement");
  });

  it("an event that names its cause joins the chain one step deeper", async () => {
    const causedBy = { correlationId: "first", causationId: "before-0", depth: 31 };
    const [receipt] = await hub.emit({ type: "unrouted.chain", data: 1, causedBy });
    expect(await eventRow(receipt?.id ?? "")).toMatchObject({ correlation_id: "first", causation_id: "before-0", depth: 32 });
  });
});

describe("an invalid configuration", () => {
  const broken = () => envWith({ HUB_CONFIG: { destinations: {}, routes: [{ id: "r", on: "order*placed", to: "nowhere" }] } });

  it("emit refuses with every issue and stores nothing (config.invalid)", async () => {
    const before = await storedCounts();
    const call = emitWith(broken(), { type: "fast.broken", data: 1 });
    await expect(call).rejects.toThrow(/\(config\.invalid\).*routes\.0\.on/);
    expect(await storedCounts()).toEqual(before);
  });

  it("emit refuses a configuration that is not JSON, or is not there (config.invalid)", async () => {
    expect(await faultOf(emitWith(envWith({ HUB_CONFIG: "{" }), { type: "fast.broken", data: 1 }))).toBe("config.invalid");
    expect(await faultOf(emitWith(envWith({ HUB_CONFIG: undefined }), { type: "fast.broken", data: 1 }))).toBe("config.invalid");
  });

  it("an attempt waits without being used up, and goes on when the configuration is mended", async () => {
    const id = await storedDispatch({ type: "once.broken", data: 1 });
    await expect(attempt(createHub(broken()), id)).rejects.toThrow(/^retry:\d{4,}$/);
    expect(await executionsOf(id)).toEqual([]);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 0 });
    await attempt(createHub(envWith({})), id);
    expect(await dispatchRow(id)).toMatchObject({ status: "complete", attempts: 1 });
  });

  it("the configuration that routed an event is stored with it, once", async () => {
    const given = envWith({ HUB_CONFIG: { destinations: {}, routes: [] } });
    const receipts = [
      await emitWith(given, { type: "unrouted.config", data: 1 }),
      await emitWith(given, { type: "unrouted.config", data: 2 }),
    ];
    const versions = await Promise.all(receipts.flat().map(async ({ id }) => (await eventRow(id)).config_version));
    expect(versions[0]).toBe(versions[1]);
    expect(await rows("SELECT body FROM configs WHERE version = ?", versions[0])).toEqual([{ body: '{"destinations":{},"routes":[]}' }]);
  });
});

describe("a database that fails", () => {
  const inserts = /INSERT INTO events/;
  const event = () => ({ type: "fast.faulty", data: 1, source: "tests", key: unique("k") });
  const emitOver = async (d1: D1Database, input: EmitInput): Promise<EmitReceipt> => only(await emitWith(envWith({ DB: d1 }), input));

  const transient = [
    "D1_ERROR: Network connection lost.",
    "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
    "D1_ERROR: D1 DB reset because its code was updated.",
    "D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.",
    "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
    "D1_ERROR: internal error; reference = 0123456789",
  ];
  for (const message of transient) {
    it.concurrent(`emit tries again after: ${message}`, async () => {
      const input = event();
      const receipt = await emitOver(faultyD1(env.DB, { of: inserts, faultOf: (nth) => (nth === 1 ? "lost" : "none"), message }), input);
      expect(receipt.duplicate).toBe(false);
      expect(await rows("SELECT id FROM events WHERE key = ?", input.key)).toEqual([{ id: receipt.id }]);
      expect(await settled(only(receipt.dispatches).id)).toMatchObject({ status: "complete" });
    });
  }

  it.concurrent("a commit that was reported failed stores one event, and the receipt is its own, not a duplicate's", async () => {
    const input = event();
    const receipt = await emitOver(faultyD1(env.DB, { of: inserts, faultOf: (nth) => (nth <= 2 ? "unheard" : "none") }), input);
    expect(receipt.duplicate).toBe(false);
    expect(await rows("SELECT id FROM events WHERE key = ?", input.key)).toEqual([{ id: receipt.id }]);
    expect(await rows("SELECT id FROM dispatches WHERE event_id = ?", receipt.id)).toEqual([{ id: only(receipt.dispatches).id }]);
    expect(await settled(only(receipt.dispatches).id)).toMatchObject({ status: "complete" });
  });

  it.concurrent("a commit that was reported failed stores an event without a key once too", async () => {
    const type = unique("fast.");
    await emitOver(faultyD1(env.DB, { of: inserts, faultOf: (nth) => (nth === 1 ? "unheard" : "none") }), { type, data: 1 });
    expect(await rows("SELECT id FROM events WHERE type = ?", type)).toHaveLength(1);
  });

  it.concurrent("when the tries run out emit says so, and nothing is stored (storage.unavailable)", async () => {
    const input = event();
    const call = emitOver(faultyD1(env.DB, { of: inserts, faultOf: () => "lost" }), input);
    await expect(call).rejects.toThrow(/^\(storage\.unavailable\)/);
    expect(await rows("SELECT id FROM events WHERE key = ?", input.key)).toEqual([]);
  });

  it.concurrent("an emit whose commit went unheard to the end can be repeated with its key", async () => {
    const input = event();
    expect(await faultOf(emitOver(faultyD1(env.DB, { of: inserts, faultOf: () => "unheard" }), input))).toBe("storage.unavailable");
    const [again] = await hub.emit(input);
    expect(again?.duplicate).toBe(true);
    expect(await rows("SELECT id FROM events WHERE key = ?", input.key)).toEqual([{ id: again?.id }]);
  });

  it.concurrent("an error that trying again cannot help is passed on at once", async () => {
    const d1 = faultyD1(env.DB, { of: inserts, faultOf: (nth) => (nth === 1 ? "lost" : "none"), message: "D1_ERROR: no such table: x" });
    const input = event();
    await expect(emitOver(d1, input)).rejects.toThrow("no such table: x");
    expect(await rows("SELECT id FROM events WHERE key = ?", input.key)).toEqual([]);
  });

  it.concurrent("a queue that takes nothing does not spoil the emit: what is stored is stored", async () => {
    const deaf = { sendBatch: async () => await Promise.reject(new Error("Queue is overloaded. Please back off.")) };
    const receipt = only(await emitWith(envWith({ DISPATCH_QUEUE: deaf }), event()));
    expect(await dispatchRow(only(receipt.dispatches).id)).toMatchObject({ status: "ongoing" });
  });
});
