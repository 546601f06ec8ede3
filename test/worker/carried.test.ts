import { beforeAll, describe, expect, it } from "vitest";
import type { HandleReply } from "../../schema/contract/delivery.ts";
import type { EmitInput } from "../../schema/contract/emit.ts";
import type { Json } from "../../schema/json.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { readDeliverResult } from "../../src/executor/deliver-result.ts";
import { record } from "../../src/executor/record.ts";
import { callsOf, look, lookToTheEnd, refuse, reply, replying } from "./support/attempts.ts";
import { consoleOf } from "./support/console.ts";
import { consume } from "./support/consume.ts";
import { faultOf } from "./support/failures.ts";
import { deafQueue, emitWith, envWith, hub, only, store, storedDispatch, unique } from "./support/hub.ts";
import { dispatchRow, eventRow, eventsCausedBy, rows, settled } from "./support/rows.ts";

const deaf = envWith({ DISPATCH_QUEUE: deafQueue });

/** One of everything that JSON and CloudEvents allow and that is seldom met. */
function unusual() {
  const type = `${unique("fast.")}/Bestellung:geändert ..x 注文 😀 +@~%#?&"'<u>`;
  const data = { "a\0<u>": ["\0", "\ud800", "\udc00\ud800 b", "\u2028", "x\u0085"], "\udfff": null, text: "findme\0here" };
  return {
    type,
    source: `${unique("//ho:st/ä?")}#%20+`,
    subject: `${unique("日".repeat(200))}${"/ü".repeat(138)}xx`,
    time: "2016-12-31t23:59:60z",
    data: JSON.parse(JSON.stringify(data).replace('"text"', '"__proto__":{"a":1},"text"')) as Json,
    extensions: { traceparent: "00-<u>\"'-01", sampled: false, sequence: -2_147_483_648, empty: "" },
  } satisfies EmitInput;
}

beforeAll(async () => {
  await hub.health();
});

describe("an event with everything unusual", () => {
  it("is the same at its destination, in every read, in search and on its page", async () => {
    const given = unusual();
    expect(new TextEncoder().encode(given.subject).length).toBe(1_024);
    const expected = { ...given, time: "2017-01-01T00:00:00.000Z" };
    const { id, dispatches } = only(await hub.emit(given));
    const dispatchId = only(dispatches).id;
    expect((await settled(dispatchId)).status).toBe("complete");

    const delivered = only(await callsOf(dispatchId)).event;
    const read = await hub.getEvent(id);
    const listed = await Promise.all([
      hub.listEvents({ type: given.type }),
      hub.listEvents({ subject: given.subject }),
      hub.listEvents({ source: given.source, type: given.type }),
    ]);
    for (const event of [delivered, read, ...listed.map(({ items }) => only(items))]) {
      expect(event).toMatchObject({ ...expected, id });
      expect(JSON.stringify(event?.data)).toBe(JSON.stringify(given.data));
    }
    const found = only((await hub.searchEvents({ text: "findme", subject: given.subject })).items);
    expect(found).toMatchObject({ id, type: given.type, subject: given.subject, source: given.source });
    expect(JSON.stringify(given.data).startsWith(found.excerpt)).toBe(true);
    expect(await eventRow(id)).toMatchObject({ data: JSON.stringify(given.data), extensions: JSON.stringify(given.extensions) });
    expect(only((await hub.explainEvent(id))?.routes.filter((route) => route.id === "fast") ?? []).matched).toBe(true);
    expect(await hub.previewEmit(given)).toMatchObject({ dispatches: [{ route: "fast" }] });
  });

  it("is shown on pages without a character that HTML cannot hold", async () => {
    const given = unusual();
    const { id } = only(await store(given));
    const app = consoleOf();
    const query = new URLSearchParams({ type: given.type, subject: given.subject });
    for (const path of [`/events/${id}`, `/events?${query}`, `/events/new?like=${id}`, `/dispatches/${id}-0`, "/"]) {
      const page = await app.get(path);
      const html = await page.text();
      expect([path, page.status]).toEqual([path, 200]);
      expect(html).not.toMatch(/[\0\ufffd]/);
      expect(html).not.toContain("<u>");
      expect(html).toContain("Bestellung:geändert ..x 注文 😀");
    }
    const html = await (await app.get(`/events/${id}`)).text();
    for (const shown of ["\\u0000", "\\ud800", "\\udfff", "traceparent", "-2147483648"]) expect(html).toContain(shown);
    expect(await (await app.get(`/events/${id}/data`)).json()).toEqual(given.data);
    expect(app.logged).toEqual([]);
  });

  it("is emitted again as it was read", async () => {
    const first = await hub.getEvent(only(await store(unusual())).id);
    const { type, source, subject, time, data, extensions } = first ?? { type: "" };
    const second = await hub.getEvent(only(await store({ type, source, subject, time, data, extensions })).id);
    expect(second).toMatchObject({ type, source, subject, time, extensions });
    expect(JSON.stringify(second?.data)).toBe(JSON.stringify(data));
  });

  it("survives a reply, and its record that the next step writes", async () => {
    const given = unusual();
    const id = await storedDispatch({ type: "once.carried", data: 1 });
    const restore = await refuse("executions", `new.dispatch_id = '${id}'`, "too many of them");
    const replied = reply({ status: "complete", emit: [given, { type: given.type }] } as HandleReply);
    const handed = await look(
      id,
      replying(() => replied),
    );
    await restore();
    expect(handed).toContain("unrecorded");
    const result = readDeliverResult(handed);
    if ("status" in result) throw new Error("nothing was handed over");
    await record(createHub(deaf), result.unrecorded);
    const [full, bare] = await eventsCausedBy(id);
    expect(full).toMatchObject({ type: given.type, data: JSON.stringify(given.data), extensions: JSON.stringify(given.extensions) });
    expect(bare).toMatchObject({ type: given.type, data: "", extensions: null });
  });
});

describe("an event without data", () => {
  it("has no such member at its destination and in every read", async () => {
    const type = unique("fast.");
    const { id, dispatches } = only(await hub.emit({ type, subject: type }));
    await settled(only(dispatches).id);
    const delivered = only(await callsOf(only(dispatches).id)).event;
    const listed = only((await hub.listEvents({ type })).items);
    for (const event of [delivered, await hub.getEvent(id), listed]) expect(event).not.toHaveProperty("data");
    expect(only((await hub.searchEvents({ subject: type })).items).excerpt).toBe("");
    expect((await hub.searchEvents({ subject: type, text: "a" })).items).toEqual([]);
    expect((await eventRow(id)).data).toBe("");
  });

  it("is shown as one, and emitted so by hand", async () => {
    const type = unique("unrouted.");
    const { id } = only(await store({ type }));
    const app = consoleOf();
    expect(await (await app.get(`/events/${id}`)).text()).toContain("emitted without data");
    expect(await (await app.get(`/events/${id}/data`)).text()).toBe("");
    expect(await (await app.get(`/events/new?like=${id}`)).text()).toMatch(/<textarea name="data"[^>]*><\/textarea>/);
    expect((await app.post("/events", { type, data: "", extensions: '{"sampled":true}' })).status).toBe(303);
    const [emitted] = (await hub.listEvents({ type })).items;
    expect(emitted).toMatchObject({ extensions: { sampled: true } });
    expect(emitted).not.toHaveProperty("data");
    expect(await (await app.get(`/events/new?like=${emitted?.id}`)).text()).toContain("{&quot;sampled&quot;:true}");
    expect((await app.post("/events", { type, extensions: "{" })).status).toBe(400);
  });

  it("with a key is the same as itself, and as no other", async () => {
    const fact = { type: unique("unrouted."), source: "s", key: unique("k") };
    const { id } = only(await store(fact));
    expect(await store(fact)).toMatchObject([{ id, duplicate: true }]);
    expect(await store([fact, fact])).toMatchObject([
      { id, duplicate: true },
      { id, duplicate: true },
    ]);
    for (const data of [null, {}, "", []]) expect(await faultOf(store({ ...fact, data }))).toBe("key.conflict");
    expect(
      await faultOf(
        store([
          { ...fact, key: "other" },
          { ...fact, key: "other", data: {} },
        ]),
      ),
    ).toBe("key.conflict");
    const full = { ...fact, key: unique("k"), data: 1 };
    await store(full);
    expect(await faultOf(store({ ...full, data: undefined }))).toBe("key.conflict");
  });
});

describe("extensions", () => {
  const where = { path: "$.extensions.tenant", exact: "acme" };
  const lacking = { path: "$.data", exists: false };
  const config = {
    destinations: { scripted: { worker: "SCRIPTED" } },
    routes: [
      { id: "tenant", on: "*", where, to: "scripted" },
      { id: "lacking", on: "*", where: lacking, to: "scripted" },
    ],
  };

  it("and missing data are seen by conditions, when emitted, explained and audited", async () => {
    const type = unique("order/placed:");
    const inputs = [
      { type, data: 1, extensions: { tenant: "acme" } },
      { type, extensions: { tenant: "other" } },
      { type, data: 1 },
    ];
    const receipts = await emitWith(envWith({ HUB_CONFIG: config, DISPATCH_QUEUE: deafQueue }), inputs);
    expect(receipts.map(({ dispatches }) => dispatches.length)).toEqual([1, 1, 0]);
    const explained = await Promise.all(receipts.map(async ({ id }) => (await hub.explainEvent(id))?.routes.map(({ matched }) => matched)));
    expect(explained).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
    const { mismatches } = await hub.audit({});
    expect(mismatches).not.toHaveProperty("missing_dispatches");
  });

  it("are no part of what a key stands for: the first event stands", async () => {
    const fact = { type: unique("unrouted."), source: "s", key: unique("k"), data: 1 };
    const { id } = only(await store({ ...fact, extensions: { traceparent: "00-1" } }));
    expect(await store({ ...fact, extensions: { traceparent: "00-2" } })).toMatchObject([{ id, duplicate: true }]);
    expect(await store(fact)).toMatchObject([{ id, duplicate: true }]);
    expect(await hub.getEvent(id)).toMatchObject({ extensions: { traceparent: "00-1" } });
  });

  it("are absent, and so is their column, where none were given", async () => {
    const { id } = only(await store({ type: unique("unrouted."), data: 1, extensions: { traceparent: null } }));
    expect(await hub.getEvent(id)).not.toHaveProperty("extensions");
    expect((await eventRow(id)).extensions).toBeNull();
  });

  it("are absent of events that were stored before there were any", async () => {
    const { id } = only(await store({ type: unique("unrouted."), data: 1 }));
    const copy = id.replace(/^./, "1");
    await rows(
      `INSERT INTO events (id, type, source, subject, time, data, key, correlation_id, causation_id, depth, config_version)
       SELECT ?1, type, source, subject, time, data, key, ?1, causation_id, depth, config_version FROM events WHERE id = ?2`,
      copy,
      id,
    );
    expect(await hub.getEvent(copy)).not.toHaveProperty("extensions");
  });
});

describe("a queued emit", () => {
  const messageOf = async (event: object) => {
    const { id, dispatches } = only(await store({ type: "fast.queued", data: 1 }));
    const [row] = await rows<{ body: string }>("SELECT body FROM configs WHERE version = ?", (await eventRow(id)).config_version);
    const { policy, route, destination } = await dispatchRow(only(dispatches).id);
    const queuedId = id.replace(/.{8}$/, crypto.randomUUID().slice(0, 8));
    const version = (await eventRow(id)).config_version;
    const stored = { type: unique("fast."), source: null, subject: null, time: 0, data: "1", key: null, causationId: null, depth: 0 };
    const dispatch = { id: `${queuedId}-0`, eventId: queuedId, route, destination, policy, dueAt: Date.now(), checkAt: Date.now() };
    const events = [{ ...stored, id: queuedId, correlationId: queuedId, configVersion: version, ...event }];
    const message = { kind: "emit", plan: { events, dispatches: [dispatch] }, config: { version, body: row?.body ?? "", firstSeenAt: 0 } };
    return { id: queuedId, message };
  };

  it("of before events had extensions is stored", async () => {
    const { id, message } = await messageOf({});
    expect((await consume([message])).acked).toEqual([0]);
    expect(await eventRow(id)).toMatchObject({ data: "1", extensions: null });
  });

  it("without data and with extensions is stored as it was emitted", async () => {
    const { id, message } = await messageOf({ data: "", extensions: '{"sampled":true}' });
    expect((await consume([message])).acked).toEqual([0]);
    const event = await hub.getEvent(id);
    expect(event).toMatchObject({ extensions: { sampled: true } });
    expect(event).not.toHaveProperty("data");
  });
});

describe("types of any text are found by how they begin", () => {
  it.each(["ord", "orders/", "\u{10fffd}", "\ud7ff", "ÿ:", "日本 "])("in bulk operations: %s*", async (start) => {
    const prefix = unique("later.") + start;
    const types = [`${prefix}a`, `${prefix}\u{10fffd}`, prefix.trimEnd(), `${prefix.slice(0, -1)}\ue000`];
    for (const type of types.filter((one) => one.isWellFormed())) await store({ type: type.trim(), data: 1 });
    const { sample } = await hub.previewBulk("cancel", { type: `${prefix}*` });
    const found = await Promise.all(sample.map(async ({ eventId }) => (await eventRow(eventId)).type));
    expect(found.toSorted()).toEqual(types.slice(0, 2).toSorted());
  });

  it("by a route: every separator, and the middle of a type", async () => {
    const ons = ["com.amazonaws.s3.ObjectCreated:*", "orders/*", "zen:event-type:*.changed", "Object*"];
    const config = {
      destinations: { scripted: { worker: "SCRIPTED" } },
      routes: ons.map((on, index) => ({ id: `r${index}`, on, to: "scripted" })),
    };
    const types = ["com.amazonaws.s3.ObjectCreated:Put", "orders/create", "zen:event-type:user.changed", "Object Created"];
    const given = envWith({ HUB_CONFIG: config, DISPATCH_QUEUE: deafQueue });
    const receipts = await emitWith(
      given,
      types.map((type) => ({ type, data: 1 })),
    );
    const routes = await Promise.all(receipts.map(async ({ dispatches }) => (await dispatchRow(only(dispatches).id)).route));
    expect(routes).toEqual(["r0", "r1", "r2", "r3"]);
  });
});

it("what a destination was told of time may be emitted again, and no other year is taken", async () => {
  expect(await faultOf(hub.emit({ type: "unrouted.time", data: 1, time: new Date(Date.now() * 1_000) }))).toBe("event.invalid");
  const id = await storedDispatch({ type: "once.time", data: 1, time: new Date("9999-12-31T23:59:59.999Z") });
  let told = "";
  const handle = async ({ time }: { time: string }) => {
    told = time;
    return { status: "complete", emit: [{ type: "unrouted.time", data: 1, time }] };
  };
  await lookToTheEnd(id, envWith({ SCRIPTED: { handle }, DISPATCH_QUEUE: deafQueue }));
  expect(told).toBe("9999-12-31T23:59:59.999Z");
  expect(await eventsCausedBy(id)).toHaveLength(1);
});
