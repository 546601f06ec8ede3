import { describe, expect, test } from "vitest";
import { type KnownEvent, type OwedDispatch, receiptsOf, runsOf } from "../../../../src/domain/emit/receipts.ts";
import { dispatchRow, eventRow } from "../../support/rows.ts";

const plan = {
  events: [eventRow({ id: "a" }), eventRow({ id: "b" }), eventRow({ id: "c" })],
  dispatches: [
    dispatchRow({ id: "a-0", eventId: "a", destination: "email", dueAt: 0 }),
    dispatchRow({ id: "a-1", eventId: "a", destination: "audit", dueAt: 1_000 }),
    dispatchRow({ id: "c-0", eventId: "c", destination: "email", dueAt: 2_000 }),
  ],
};
const none = { repeats: new Map<string, string>(), known: new Map<string, never>() };
const owed: OwedDispatch = { id: "old-0", destination: "email", dueAt: 5_000, status: "ongoing", superseded: 0 };
const before: KnownEvent = { id: "old", dispatches: [owed] };

const ofA = [
  { id: "a-0", destination: "email", dueAt: "1970-01-01T00:00:00.000Z", status: "ongoing" },
  { id: "a-1", destination: "audit", dueAt: "1970-01-01T00:00:01.000Z", status: "ongoing" },
];
const ofC = [{ id: "c-0", destination: "email", dueAt: "1970-01-01T00:00:02.000Z", status: "ongoing" }];
const ofOld = [{ id: "old-0", destination: "email", dueAt: "1970-01-01T00:00:05.000Z", status: "ongoing" }];
const durability = "stored";

describe("receipts", () => {
  test("are one an event, in the order of the call, also where nobody is owed it", () => {
    expect(receiptsOf(plan, none)).toEqual([
      { id: "a", duplicate: false, durability, dispatches: ofA },
      { id: "b", duplicate: false, durability, dispatches: [] },
      { id: "c", duplicate: false, durability, dispatches: ofC },
    ]);
  });

  test("of a repeat is that of the first", () => {
    expect(receiptsOf(plan, { ...none, repeats: new Map([["b", "a"]]) })).toEqual([
      { id: "a", duplicate: false, durability, dispatches: ofA },
      { id: "a", duplicate: true, durability, dispatches: ofA },
      { id: "c", duplicate: false, durability, dispatches: ofC },
    ]);
  });

  test("of a known key is that of the event that had it first", () => {
    expect(receiptsOf(plan, { ...none, known: new Map([["a", before]]) })).toEqual([
      { id: "old", duplicate: true, durability, dispatches: ofOld },
      { id: "b", duplicate: false, durability, dispatches: [] },
      { id: "c", duplicate: false, durability, dispatches: ofC },
    ]);
  });

  test("of a repeat of a known key is the same", () => {
    const receipts = receiptsOf(plan, { repeats: new Map([["b", "a"]]), known: new Map([["a", before]]) });
    expect(receipts.slice(0, 2)).toEqual([
      { id: "old", duplicate: true, durability, dispatches: ofOld },
      { id: "old", duplicate: true, durability, dispatches: ofOld },
    ]);
  });

  test.each<[stands: Partial<OwedDispatch>, said: object]>([
    [{ status: "complete" }, { status: "complete" }],
    [{ status: "cancelled" }, { status: "cancelled" }],
    [{ status: "failed" }, { status: "failed", standing: "dead letter" }],
    [
      { status: "lost", superseded: 1 },
      { status: "lost", standing: "superseded" },
    ],
    [
      { status: "misconfigured", superseded: 2 },
      { status: "misconfigured", standing: "dismissed" },
    ],
  ])("of a known key say how its dispatches stand: %j", (stands, said) => {
    const known = new Map([["a", { id: "old", dispatches: [{ ...owed, ...stands }] }]]);
    expect(receiptsOf(plan, { ...none, known })[0]?.dispatches).toEqual([{ ...ofOld[0], ...said }]);
  });

  test("of nothing are none", () => {
    expect(receiptsOf({ events: [], dispatches: [] }, none)).toEqual([]);
  });
});

describe("runs to start", () => {
  const given = { known: new Map<string, unknown>(), paused: new Set<string>(), now: 0 };

  test("are those of every dispatch stored anew", () => {
    expect(runsOf(plan, given)).toEqual([
      { id: "a-0", dueAt: 0 },
      { id: "a-1", dueAt: 1_000 },
      { id: "c-0", dueAt: 2_000 },
    ]);
  });

  test("are not those of known events, which have theirs", () => {
    expect(runsOf(plan, { ...given, known: new Map([["a", before]]) })).toEqual([{ id: "c-0", dueAt: 2_000 }]);
  });

  test("are not those of what is due at once at a destination that is paused; what is due later may be due after the pause", () => {
    const paused = new Set(["email"]);
    expect(runsOf(plan, { ...given, paused, now: 0 }).map(({ id }) => id)).toEqual(["a-1", "c-0"]);
    expect(runsOf(plan, { ...given, paused, now: 2_000 }).map(({ id }) => id)).toEqual(["a-1"]);
  });
});
