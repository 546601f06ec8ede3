import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Json } from "../../schema/json.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { explainEvent } from "../../src/hub/read/explain-event.ts";
import { failingD1, type Operation, withEachTripFailing } from "./support/failing-d1.ts";
import { faultOf } from "./support/failures.ts";
import { envWith, hub, only, store, storedDispatch, unique } from "./support/hub.ts";
import { eventRow, rows } from "./support/rows.ts";
import { wholeDatabase } from "./support/tables.ts";

const destinations = { scripted: { worker: "SCRIPTED" }, second: { worker: "SCRIPTED" } };

const hubWith = (...routes: readonly object[]) => envWith({ HUB_CONFIG: { destinations, routes } });

/** The id of an event that a hub with these routes has stored. */
async function storedEvent(data: Json, given: Env, type = "order.placed"): Promise<string> {
  return only(await store({ type, data }, given)).id;
}

/** What is said of an event's routes, each as `id yes|no: why`. */
async function said(id: string): Promise<string[]> {
  const explanation = await hub.explainEvent(id);
  return (explanation?.routes ?? []).map((route) => `${route.id} ${route.matched ? "yes" : "no"}: ${route.why}`);
}

describe.concurrent("an explanation", () => {
  it("names each route of the configuration in its order, whether it took the event, and why", async () => {
    const id = only(await store({ type: "fast.explained", data: 1 })).id;
    const { config_version: configVersion } = await eventRow(id);
    const explanation = await hub.explainEvent(id);
    const routes = (env.HUB_CONFIG as { routes: { id: string; on: string }[] }).routes.map((route) => ({
      id: route.id,
      matched: route.id === "fast",
      why: `type fast.explained ${route.id === "fast" ? "matches" : "does not match"} ${route.on}`,
    }));
    expect(explanation).toEqual({ eventId: id, configVersion, routes });
  });

  const where = { path: "$.data.total", gte: 100 };
  const conditions: readonly [string, object, Json, string][] = [
    ["a bound that holds", where, { total: 100 }, "yes: $.data.total gte 100 [yes: 100]"],
    ["a bound that does not", where, { total: 99 }, "no: $.data.total gte 100 [no: 99]"],
    ["a bound of 0", { path: "$.data.total", lte: 0 }, { total: 0 }, "yes: $.data.total lte 0 [yes: 0]"],
    [
      "an address in a range",
      { path: "$.data.ip", cidr: "2001:db8::/32" },
      { ip: "2001:DB8:0:0::1" },
      'yes: $.data.ip cidr "2001:db8::/32" [yes: "2001:DB8:0:0::1"]',
    ],
    [
      "a text in another case",
      { path: "$.data.state", equalsIgnoreCase: "paid" },
      { state: "PAID" },
      'yes: $.data.state equalsIgnoreCase "paid" [yes: "PAID"]',
    ],
    [
      "a moment before the bound",
      { path: "$.data.at", gte: "2026-01-01T00:00:00Z" },
      { at: "2026-01-01T00:59:59.9+01:00" },
      'no: $.data.at gte "2026-01-01T00:00:00Z" [no: "2026-01-01T00:59:59.9+01:00"]',
    ],
    ["a path that leads nowhere", where, {}, "no: $.data.total gte 100 [no: nothing]"],
    ["a value of another kind", where, { total: "100" }, 'no: $.data.total gte 100 [no: "100"]'],
    ["an attribute of the event", { path: "$.type", prefix: "order." }, 1, 'yes: $.type prefix "order." [yes: "order.placed"]'],
    ["false, which is a value", { path: "$.data.test", exact: false }, { test: false }, "yes: $.data.test exact false [yes: false]"],
    [
      "conditions joined and turned round, all of them",
      {
        allOf: [
          where,
          {
            not: {
              anyOf: [
                { path: "$.data.test", exact: true },
                { path: "$.data.vip", exists: true },
              ],
            },
          },
        ],
      },
      { total: 7, vip: 1 },
      "no: $.data.total gte 100 [no: 7] and not ($.data.test exact true [no: nothing] or $.data.vip exists true [yes: 1])",
    ],
    [
      "several nodes",
      { path: "$.data.items[*].sku", exact: "b" },
      { items: [{ sku: "a" }, { sku: "b" }] },
      'yes: $.data.items[*].sku exact "b" [yes: "a", "b"]',
    ],
  ];
  it.each(conditions)("shows what was found in the event: %s", async (_, condition, data, why) => {
    const id = await storedEvent(data, hubWith({ id: "big", on: "order.*", where: condition, to: "scripted" }));
    expect(await said(id)).toEqual([why.replace(/^(yes|no): /, "big $1: type order.placed matches order.*; ")]);
  });

  it("says both when neither type nor condition fits", async () => {
    const id = await storedEvent({ total: 1 }, hubWith({ id: "big", on: "invoice.*", where, to: "scripted" }));
    expect(await said(id)).toEqual(["big no: type order.placed does not match invoice.*; $.data.total gte 100 [no: 1]"]);
  });

  it("agrees with the dispatches of the event", async () => {
    const given = hubWith(
      { id: "all", on: "*", to: ["scripted", "second"] },
      { id: "big", on: "order.*", where, to: "second" },
      { id: "small", on: "order.*", where: { not: where }, to: "scripted" },
      { id: "exact", on: "order.placed", to: "scripted" },
      { id: "other", on: "order.paid", to: "scripted" },
    );
    for (const total of [99, 100]) {
      const id = await storedEvent({ total }, given);
      const matched = (await hub.explainEvent(id))?.routes.filter((route) => route.matched).map((route) => route.id);
      const routed = await rows<{ route: string }>("SELECT DISTINCT route FROM dispatches WHERE event_id = ?", id);
      expect(matched?.toSorted()).toEqual(routed.map(({ route }) => route).toSorted());
      expect(matched).toEqual(total < 100 ? ["all", "small", "exact"] : ["all", "big", "exact"]);
    }
  });

  it("of an event that no route took says so of each", async () => {
    const id = await storedEvent(1, hubWith({ id: "one", on: "a.*", to: "scripted" }, { id: "two", on: "b.*", to: "scripted" }));
    expect(await said(id)).toEqual(["one no: type order.placed does not match a.*", "two no: type order.placed does not match b.*"]);
  });

  it("keeps what it shows short, however large the data is, and any text as text", async () => {
    const values = [`<script>alert("1")</script>`, "x".repeat(100_000), "\u202E👩‍🚒", 4, 5, 6, 7];
    const id = await storedEvent(
      { values },
      hubWith({ id: "any", on: "*", where: { path: "$.data.values[*]", exact: 7 }, to: "scripted" }),
    );
    const [why = ""] = await said(id);
    expect(why).toContain(`[yes: "<script>alert(\\"1\\")</script>", "${"x".repeat(79)}…, "\u202E👩‍🚒", 4, 5 and 2 more]`);
    expect(why.length).toBeLessThan(400);
  });
});

describe.concurrent("the configuration that explains", () => {
  const old = { destinations, routes: [{ id: "old", on: "fast.*", where: { path: "$.data", gte: 5 }, to: "scripted" }] };

  it("is the one that routed the event, not the one of today", async () => {
    const id = await storedEvent(3, envWith({ HUB_CONFIG: old }), "fast.before");
    expect(await said(id)).toEqual(["old no: type fast.before matches fast.*; $.data gte 5 [no: 3]"]);
    const today = only(await store({ type: "fast.before", data: 3 })).id;
    expect((await hub.explainEvent(today))?.routes.length).toBeGreaterThan(10);
  });

  it("is found by the version that the event names", async () => {
    const [id, version] = [only(await store({ type: "fast.versioned", data: 5 })).id, unique("version-")];
    await rows("INSERT INTO configs (version, body, first_seen_at) VALUES (?, ?, 0)", version, JSON.stringify(old));
    await rows("UPDATE events SET config_version = ? WHERE id = ?", version, id);
    expect(await hub.explainEvent(id)).toEqual({
      ...{ eventId: id, configVersion: version },
      routes: [{ id: "old", matched: true, why: "type fast.versioned matches fast.*; $.data gte 5 [yes: 5]" }],
    });
  });

  it("is read, and audited by, also where it says what is refused today", async () => {
    const stored = {
      destinations: { email: { worker: "EMAIL" } },
      defaults: { retry: { backoff: "constant", delay: "6 hours" }, misconfigured: { for: "30s" } },
      routes: [{ id: "never", on: "*", where: { path: "$.data", gt: 5, lt: 1 }, to: [{ destination: "email", delay: "0.4ms" }] }],
    };
    const [id, version] = [only(await store({ type: "unrouted.old", data: 3 })).id, unique("version-")];
    await rows("INSERT INTO configs (version, body, first_seen_at) VALUES (?, ?, 0)", version, JSON.stringify(stored));
    await rows("UPDATE events SET config_version = ? WHERE id = ?", version, id);
    expect(await said(id)).toEqual(["never no: type unrouted.old matches *; $.data gt 5 lt 1 [no: 3]"]);
    const at = Date.parse((await hub.getEvent(id))?.emittedAt ?? "");
    const { mismatches } = await hub.audit({ from: new Date(at), to: new Date(at + 1) });
    expect(JSON.stringify(mismatches)).not.toContain(id);
  });

  it.each([
    ["is not stored", null],
    ["is none any more", '{"destinations":{},"routes":"none"}'],
  ])("has no routes to explain when it %s, and is named all the same", async (_, body) => {
    const [id, version] = [only(await store({ type: "fast.unversioned", data: 5 })).id, unique("version-")];
    if (body !== null) await rows("INSERT INTO configs (version, body, first_seen_at) VALUES (?, ?, 0)", version, body);
    await rows("UPDATE events SET config_version = ? WHERE id = ?", version, id);
    expect(await hub.explainEvent(id)).toEqual({ eventId: id, configVersion: version, routes: [] });
  });

  it("need not be that of today, nor can that of today be in its way", async () => {
    const id = await storedEvent(7, envWith({ HUB_CONFIG: old }), "fast.broken");
    const broken = envWith({ HUB_CONFIG: { destinations: {}, routes: "none" } });
    expect((await explainEvent(createHub(broken), id))?.routes).toMatchObject([{ id: "old", matched: true }]);
  });
});

describe.concurrent("what cannot be explained", () => {
  it.each(["x", "0198c5b2-0000-7000-8000-000000000000", "%"])("is an event that there is not, which is null: %j", async (id) => {
    expect(await hub.explainEvent(id)).toBeNull();
  });

  it("is a dispatch, which is null", async () => {
    expect(await hub.explainEvent(await storedDispatch({ type: "later.explained", data: 1 }))).toBeNull();
  });

  it.each([[""], [7], [null], [undefined]])("is what is no id: %j", async (id) => {
    expect(await faultOf(hub.explainEvent(id as string))).toBe("query.invalid");
  });
});

describe("an explanation whose database fails", () => {
  it("once, whichever round trip is lost or goes unheard, is the same, and changes nothing stored", async () => {
    const id = only(await store({ type: "fast.faults", data: 1 })).id;
    const expected = await explainEvent(createHub(env), id);
    const before = await wholeDatabase(env.DB);
    const explaining: Operation<void> = {
      prepare: async () => undefined,
      run: async (DB) => await explainEvent(createHub(envWith({ DB })), id),
      check: async (_, result) => expect(result).toEqual(expected),
    };
    expect(await withEachTripFailing(explaining)).toEqual([]);
    expect(await wholeDatabase(env.DB)).toEqual(before);
  });

  it("to the end says storage.unavailable", async () => {
    expect(await faultOf(explainEvent(createHub(envWith({ DB: failingD1((nth) => (nth > 1 ? "lost" : "none")).d1 })), "x"))).toBe(
      "storage.unavailable",
    );
  });
});
