import { describe, expect, test } from "vitest";
import { dispatchMessage, runParams, STEP } from "../../../../schema/storage/messages.ts";

const event = {
  id: "e1",
  type: "order.placed",
  source: null,
  subject: "order-1",
  time: 0,
  data: '{"total":0}',
  key: null,
  correlationId: "e1",
  causationId: null,
  depth: 0,
  configVersion: "v1",
  extensions: null,
};
const dispatch = { id: "e1-0", eventId: "e1", route: "all", destination: "email", policy: "{}", dueAt: 0, checkAt: 60_000 };
const config = { version: "v1", body: "{}", firstSeenAt: 0 };

const start = { kind: "start", runs: [{ id: "e1-0", dueAt: 1 }] };
const reconcile = { kind: "reconcile", dispatches: [{ id: "e1-0", checkAt: 1 }] };
const emit = { kind: "emit", plan: { events: [event], dispatches: [dispatch] }, config };

/** A run sleeps for up to a year: what was written then must be read now. These shapes are never edited, only added to. */
describe("what older code wrote is understood", () => {
  test("params of a run", () => {
    expect(runParams.parse({ id: "e1-0", dueAt: 0 })).toEqual({ id: "e1-0", dueAt: 0 });
  });

  test.each([start, reconcile, emit])("a message on the dispatch queue: $kind", (message) => {
    expect(dispatchMessage.parse(message)).toEqual(message);
  });

  test("an emit of before events had extensions", () => {
    const { extensions: _, ...older } = event;
    expect(dispatchMessage.parse({ ...emit, plan: { events: [older], dispatches: [dispatch] } })).toEqual(emit);
  });

  test("an emit that nobody is owed", () => {
    const unrouted = { ...emit, plan: { events: [event], dispatches: [] } };
    expect(dispatchMessage.parse(unrouted)).toEqual(unrouted);
  });

  test("names of steps", () => {
    expect(STEP).toMatchObject({ sleep: "until due", deliver: "deliver" });
    expect([STEP.record(1), STEP.record(1_001)]).toEqual(["record 1", "record 1001"]);
  });
});

describe("what newer code may add is left alone", () => {
  test("to the params of a run", () => {
    expect(runParams.parse({ id: "e1-0", dueAt: 0, shard: 3 })).toEqual({ id: "e1-0", dueAt: 0 });
  });

  test.each([
    [start, { ...start, since: 1, runs: [{ id: "e1-0", dueAt: 1, shard: 3 }] }],
    [reconcile, { ...reconcile, since: 1, dispatches: [{ id: "e1-0", checkAt: 1, shard: 3 }] }],
    [
      emit,
      {
        ...emit,
        since: 1,
        plan: { events: [{ ...event, region: "eu" }], dispatches: [{ ...dispatch, priority: 1 }], joins: [] },
        config: { ...config, by: "x" },
      },
    ],
  ])("to a message: $kind", (known, grown) => {
    expect(dispatchMessage.parse(grown)).toEqual(known);
  });
});

describe("anything else is refused", () => {
  test.each([
    null,
    {},
    { kind: "start", runs: [] },
    { kind: "start" },
    { kind: "stop", runs: [{ id: "a", dueAt: 0 }] },
    { kind: "start", runs: [{ id: "a" }] },
    { kind: "reconcile", dispatches: [] },
    { kind: "reconcile", dispatches: [{ id: "a", dueAt: 0 }] },
    { kind: "reconcile", runs: [{ id: "a", dueAt: 0 }] },
    { kind: "emit", plan: { events: [], dispatches: [] }, config },
    { kind: "emit", plan: { events: [{ ...event, key: "k" }], dispatches: [] }, config },
    { kind: "emit", plan: { events: [event], dispatches: [{ ...dispatch, checkAt: null }] }, config },
    { kind: "emit", plan: { events: [event], dispatches: [] } },
    "start",
  ])("%j", (message) => {
    expect(dispatchMessage.safeParse(message).success).toBe(false);
  });
});
