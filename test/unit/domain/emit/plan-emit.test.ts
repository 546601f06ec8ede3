import { describe, expect, test } from "vitest";
import type { Policy } from "../../../../schema/config/policy.ts";
import type { Cause } from "../../../../schema/contract/events.ts";
import { DAY_MS, EMIT, HOUR_MS } from "../../../../schema/limits.ts";
import { parseEmit } from "../../../../src/domain/emit/parse-emit.ts";
import { type EmitPlanInput, hubEvent, planEmit, routeEvents, storedEvent } from "../../../../src/domain/emit/plan-emit.ts";
import { messageOf } from "../../support/message-of.ts";
import { routingOf } from "../../support/routing.ts";
import { eventRow } from "../../support/rows.ts";

const NOW = Date.UTC(2026, 10, 21, 10);
const destinations = { email: { worker: "EMAIL" }, audit: { worker: "AUDIT" } };
const routing = routingOf({
  destinations,
  routes: [
    { id: "all", on: "*", to: "audit" },
    {
      id: "late",
      on: "order.*",
      to: [
        { destination: "email", delay: "1 hour", retry: { limit: 0 } },
        { destination: "audit", delay: "0s" },
      ],
    },
    { id: "big", on: "order.*", where: { path: "$.data.total", gte: 100 }, to: { destination: "email", timeout: "5s" } },
  ],
});
const noRoutes = routingOf({ destinations, routes: [] });

const order = { type: "order.placed", data: { total: 0 } };

function plan(inputs: readonly object[], given: Partial<EmitPlanInput> = {}) {
  const accepted = parseEmit(inputs, { maxEvents: EMIT.maxEvents, maxBytes: EMIT.maxCallBytes });
  const ids = inputs.map((_, index) => `e${index}`);
  return planEmit({ accepted, ids, routing, configVersion: "v1", maxDispatches: EMIT.maxDispatches, now: NOW, ...given });
}

const firstEvent = (input: object, given?: Partial<EmitPlanInput>) => plan([input], given).events[0];
const dueTimes = (input: object, given?: Partial<EmitPlanInput>) => plan([input], given).dispatches.map(({ dueAt }) => dueAt - NOW);

describe("an event as it is stored", () => {
  test("has nulls where nothing was said, and its own id as correlation", () => {
    expect(firstEvent(order)).toEqual({
      id: "e0",
      type: "order.placed",
      source: null,
      subject: null,
      time: NOW,
      data: '{"total":0}',
      key: null,
      correlationId: "e0",
      causationId: null,
      depth: 0,
      configVersion: "v1",
      extensions: null,
    });
  });

  test("has everything that was said", () => {
    const causedBy = { correlationId: "root", causationId: "root-0", depth: 0 };
    const extensions = { traceparent: "00-1", sampled: true };
    const said = { ...order, source: "shop", subject: "42", key: "k", time: new Date(0), extensions, causedBy };
    expect(firstEvent(said)).toEqual({
      id: "e0",
      type: "order.placed",
      source: "shop",
      subject: "42",
      time: 0,
      data: '{"total":0}',
      key: "k",
      correlationId: "root",
      causationId: "root-0",
      depth: 1,
      configVersion: "v1",
      extensions: '{"traceparent":"00-1","sampled":true}',
    });
  });

  test("takes its ids in order", () => {
    expect(plan([order, order, order], { ids: ["x", "y", "z"] }).events.map(({ id }) => id)).toEqual(["x", "y", "z"]);
  });

  test("without an id is a mistake of ours, not of the caller", () => {
    expect(messageOf(() => plan([order, order], { ids: ["x"] }))).toBe("no id for event 1");
  });
});

describe("the source", () => {
  test.each<[binding: string | undefined, said: string | undefined, fallback: string | undefined, source: string | null]>([
    ["binding", "said", "fallback", "binding"],
    ["binding", undefined, "fallback", "binding"],
    [undefined, "said", "fallback", "said"],
    [undefined, undefined, "fallback", "fallback"],
    [undefined, undefined, undefined, null],
  ])("binding %s, event %s, default %s: %s", (callerSource, said, defaultSource, source) => {
    expect(firstEvent({ ...order, source: said }, { caller: { source: callerSource }, defaultSource })?.source).toBe(source);
  });

  test("is required for a key", () => {
    const keyed = { ...order, key: "k" };
    expect(messageOf(() => plan([order, keyed]))).toBe(
      "(source.required) Event 1 has a key but no source: a key is unique within its source. Set source, or props.source on the service binding.",
    );
    expect(firstEvent(keyed, { caller: { source: "shop" } })).toMatchObject({ key: "k", source: "shop" });
    expect(firstEvent(keyed, { defaultSource: "email" })).toMatchObject({ key: "k", source: "email" });
    expect(firstEvent({ ...keyed, source: "shop" })).toMatchObject({ key: "k", source: "shop" });
  });
});

describe("the cause", () => {
  const said: Cause = { correlationId: "said", causationId: "said-0", depth: 5 };
  const delivery: Cause = { correlationId: "delivery", causationId: "delivery-1", depth: 0 };

  test("of a delivery wins over what the event says", () => {
    expect(firstEvent({ ...order, causedBy: said }, { cause: delivery })).toMatchObject({
      correlationId: "delivery",
      causationId: "delivery-1",
      depth: 1,
    });
    expect(firstEvent({ ...order, causedBy: said })).toMatchObject({ correlationId: "said", causationId: "said-0", depth: 6 });
  });
});

describe("a dispatch as it is stored", () => {
  test("stands for one target of one route, in the order of the configuration", () => {
    const { dispatches } = plan([order, { type: "user.created", data: 0 }, { ...order, data: { total: 100 } }]);
    expect(dispatches.map(({ id, eventId, route, destination }) => [id, eventId, route, destination])).toEqual([
      ["e0-0", "e0", "all", "audit"],
      ["e0-1", "e0", "late", "email"],
      ["e0-2", "e0", "late", "audit"],
      ["e1-0", "e1", "all", "audit"],
      ["e2-0", "e2", "all", "audit"],
      ["e2-1", "e2", "late", "email"],
      ["e2-2", "e2", "late", "audit"],
      ["e2-3", "e2", "big", "email"],
    ]);
  });

  test("is owed to nobody where no route matches; the event is stored all the same", () => {
    const { events, dispatches } = plan([order], { routing: noRoutes });
    expect(events).toHaveLength(1);
    expect(dispatches).toEqual([]);
  });

  test("pins the policy of its target", () => {
    const policies = plan([{ ...order, data: { total: 100 } }]).dispatches.map(({ policy }) => JSON.parse(policy) as Policy);
    expect(policies.map(({ retry }) => retry.limit)).toEqual([5, 0, 5, 5]);
    expect(policies.map(({ timeoutMs }) => timeoutMs)).toEqual([60_000, 60_000, 60_000, 5_000]);
  });

  test("is looked at a minute after it is due", () => {
    for (const { dueAt, checkAt } of plan([order]).dispatches) expect(checkAt).toBe(dueAt + 60_000);
    for (const { checkAt } of plan([{ ...order, at: new Date(0) }]).dispatches) expect(checkAt).toBe(NOW + 60_000);
  });
});

describe("due times", () => {
  test.each<[what: string, said: object, due: number[]]>([
    ["the delays of the targets", {}, [0, HOUR_MS, 0]],
    ["a delay of the event wins", { delay: "2 hours" }, [2 * HOUR_MS, 2 * HOUR_MS, 2 * HOUR_MS]],
    ["a delay of zero wins too", { delay: "0s" }, [0, 0, 0]],
    ["a moment wins", { at: new Date(NOW + 5) }, [5, 5, 5]],
    ["a moment in the past is now", { at: new Date(NOW - 5) }, [0, 0, 0]],
    ["the epoch is a moment", { at: new Date(0) }, [0, 0, 0]],
    ["now is now", { at: new Date(NOW) }, [0, 0, 0]],
    ["a year ahead", { at: new Date(NOW + 365 * DAY_MS) }, [365 * DAY_MS, 365 * DAY_MS, 365 * DAY_MS]],
    ["a year's delay", { delay: "365 days" }, [365 * DAY_MS, 365 * DAY_MS, 365 * DAY_MS]],
    ["when it happened does not matter", { time: new Date(NOW + HOUR_MS) }, [0, HOUR_MS, 0]],
  ])("%s", (_, said, due) => {
    expect(dueTimes({ ...order, ...said })).toEqual(due);
  });

  const beyond = { ...order, at: new Date(NOW + 365 * DAY_MS + 1) };

  test("a moment more than a year ahead is refused, and the event is named", () => {
    expect(messageOf(() => plan([order, order, beyond]))).toMatch(
      /^\(delay\.invalid\) Event 2\b.*at.* 2027-11-21T10:00:00\.001Z.*365 days/,
    );
  });

  test("whether an event is valid does not depend on the routes", () => {
    expect(messageOf(() => plan([beyond], { routing: noRoutes }))).toMatch(/^\(delay\.invalid\) /);
  });
});

describe("a call that is owed to too many destinations", () => {
  const wide = routingOf({ destinations, routes: Array.from({ length: 25 }, (_, index) => ({ id: `r${index}`, on: "*", to: "email" })) });

  test("is refused; up to the limit it is planned", () => {
    const thousand = Array.from({ length: 1_000 }, () => order);
    expect(plan(thousand, { routing: wide }).dispatches).toHaveLength(25_000);
    const wider = routingOf({
      destinations,
      routes: Array.from({ length: 26 }, (_, index) => ({ id: `r${index}`, on: "*", to: "email" })),
    });
    expect(messageOf(() => plan(thousand, { routing: wider }))).toBe(
      "(batch.too_large) These events are owed to more than 25000 destinations, at event 961; the limit is 25000 dispatches a call.",
    );
  });

  test("has the limit it is given: a reply carries fewer", () => {
    expect(plan([order], { routing: wide, maxDispatches: 25 }).dispatches).toHaveLength(25);
    expect(messageOf(() => plan([order], { routing: wide, maxDispatches: 24 }))).toBe(
      "(batch.too_large) These events are owed to more than 24 destinations, at event 0; the limit is 24 dispatches a call.",
    );
  });
});

describe("planning", () => {
  test("twice is planning the same, so that writing twice is writing once", () => {
    expect(plan([order, order])).toEqual(plan([order, order]));
  });

  test("routes on what will be read back: a member that is undefined does not exist", () => {
    const watching = routingOf({
      destinations,
      routes: [{ id: "gone", on: "*", where: { path: "$.data.total", exists: false }, to: "audit" }],
    });
    expect(plan([{ type: "a", data: { total: undefined } }], { routing: watching }).dispatches).toHaveLength(1);
    expect(plan([{ type: "a", data: { total: null } }], { routing: watching }).dispatches).toHaveLength(0);
  });

  test("routes on the whole event, the source of the binding included", () => {
    const bySource = routingOf({
      destinations,
      routes: [{ id: "shop", on: "*", where: { path: "$.source", exact: "shop" }, to: "audit" }],
    });
    expect(plan([{ ...order, source: "other" }], { routing: bySource, caller: { source: "shop" } }).dispatches).toHaveLength(1);
    expect(plan([{ ...order, source: "shop" }], { routing: bySource, caller: { source: "other" } }).dispatches).toHaveLength(0);
  });
});

describe("the event that destinations and conditions see", () => {
  test("has no attribute that is not set", () => {
    expect(hubEvent(eventRow({ id: "e1", type: "a" }), 0)).toStrictEqual({
      id: "e1",
      type: "a",
      time: "1970-01-01T00:00:00.000Z",
      data: 0,
      correlationId: "e1",
      depth: 0,
    });
  });

  test("has all that are, and neither key nor version", () => {
    const given = { source: "s", subject: "", causationId: "c-0", correlationId: "c", depth: 32, key: "k", time: NOW };
    const row = eventRow({ ...given, extensions: '{"count":0}' });
    expect(hubEvent(row, null)).toStrictEqual({
      id: "e1",
      type: "order.placed",
      source: "s",
      subject: "",
      time: "2026-11-21T10:00:00.000Z",
      data: null,
      extensions: { count: 0 },
      correlationId: "c",
      causationId: "c-0",
      depth: 32,
    });
  });
});

test("an event that was emitted without data has no such member", () => {
  expect(storedEvent(eventRow({ data: "" }))).not.toHaveProperty("data");
  expect(storedEvent(eventRow({ data: "null" })).data).toBeNull();
  expect(storedEvent(eventRow({ data: "0" })).data).toBe(0);
  expect(storedEvent(eventRow({ data: '{"__proto__":1}' })).data).toStrictEqual(JSON.parse('{"__proto__":1}'));
});

describe("events routed again from their rows", () => {
  const inputs = [
    order,
    { ...order, delay: "2 hours" },
    { ...order, delay: "0s" },
    { ...order, at: new Date(NOW + DAY_MS) },
    { ...order, at: new Date(0) },
    { type: "order.placed", data: null },
    { type: "note.taken", data: { total: 1_000 } },
  ];
  const routed = { routing, maxDispatches: EMIT.maxDispatches };
  const again = (rows: ReturnType<typeof plan>["events"], given: Partial<Parameters<typeof routeEvents>[1]> = {}) => {
    // As a message or the result of a step carries them.
    const carried = JSON.parse(JSON.stringify(rows)) as typeof rows;
    return routeEvents(
      carried.map((row) => ({ row, data: JSON.parse(row.data) })),
      { ...routed, now: NOW, ...given },
    );
  };

  test("are owed to the same destinations at the same moments, under the same ids", () => {
    const { events, dispatches } = plan(inputs);
    expect(again(events)).toEqual(dispatches);
  });

  test("later are due when they ask to be, and by the delays of routes counted from then", () => {
    const { events } = plan(inputs);
    const later = NOW + HOUR_MS;
    const dueOf = (id: string) => again(events, { now: later }).find((dispatch) => dispatch.id === id)?.dueAt;
    expect([dueOf("e0-0"), dueOf("e0-1"), dueOf("e1-0"), dueOf("e3-0"), dueOf("e4-0")]).toEqual([
      later,
      later + HOUR_MS,
      NOW + 2 * HOUR_MS,
      NOW + DAY_MS,
      later,
    ]);
  });

  test("by another routing are owed to whom that says", () => {
    const { events } = plan(inputs);
    expect(again(events, { routing: noRoutes })).toEqual([]);
    const one = routingOf({ destinations, routes: [{ id: "notes", on: "note.*", to: "email" }] });
    expect(again(events, { routing: one })).toMatchObject([{ id: "e6-0", route: "notes", destination: "email", dueAt: NOW }]);
  });

  test("are refused when they are owed to more than a call may store", () => {
    const { events } = plan(inputs);
    expect(() => again(events, { maxDispatches: 3 })).toThrow(/^\(batch\.too_large\) /);
  });
});
