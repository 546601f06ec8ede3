import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../../schema/json.ts";
import type { EmitPlan } from "../../../../src/domain/emit/plan-emit.ts";
import { collapseRepeats, isSameFact, refuseConflicts, withoutEvents } from "../../../../src/domain/emit/repeated-keys.ts";
import { document } from "../../support/json.ts";
import { messageOf } from "../../support/message-of.ts";
import { dispatchRow, eventRow } from "../../support/rows.ts";

type Given = Parameters<typeof eventRow>[0];

/** A plan of these events with one dispatch each. */
function planOf(...events: Given[]): EmitPlan {
  const rows = events.map((event, index) => eventRow({ id: `e${index}`, ...event }));
  return { events: rows, dispatches: rows.map(({ id }) => dispatchRow({ id: `${id}-0`, eventId: id })) };
}

const keyed = (given: Given = {}) => ({ key: "k", source: "shop", ...given });

describe("within one call", () => {
  test("the second event with a key is a duplicate of the first", () => {
    const plan = planOf(keyed(), {}, keyed(), keyed());
    const collapsed = collapseRepeats(plan);
    expect(collapsed.plan.events.map(({ id }) => id)).toEqual(["e0", "e1"]);
    expect(collapsed.plan.dispatches.map(({ id }) => id)).toEqual(["e0-0", "e1-0"]);
    expect([...collapsed.repeats]).toEqual([
      ["e2", "e0"],
      ["e3", "e0"],
    ]);
  });

  test.each<[what: string, events: Given[]]>([
    ["events without a key", [{ key: null }, { key: null }]],
    ["different keys", [keyed(), keyed({ key: "other" })]],
    ["one key of two sources", [keyed(), keyed({ source: "other" })]],
    ["keys that run into the source", [keyed({ source: "a", key: "b,c" }), keyed({ source: "a,b", key: "c" })]],
    ["quotes in keys", [keyed({ source: 'a","b', key: "c" }), keyed({ source: "a", key: 'b","c' })]],
  ])("%s are not repeats", (_, events) => {
    const plan = planOf(...events);
    expect(collapseRepeats(plan)).toEqual({ plan, repeats: new Map() });
  });

  test.each<[what: string, second: Given]>([
    ["type", { type: "order.paid" }],
    ["subject", { subject: "43" }],
    ["data", { data: '{"total":1}' }],
  ])("a key that stands for another %s is a conflict", (_, second) => {
    expect(messageOf(() => collapseRepeats(planOf(keyed(), keyed(second))))).toBe(
      '(key.conflict) Event 1: key "k" of source "shop" already stands for event 0 of this call, which has another type, subject or data. Use a new key.',
    );
  });

  test("several conflicts are named together, by their places in the call", () => {
    const [one, other] = [keyed(), keyed({ key: "l" })];
    const plan = planOf(one, {}, one, other, { ...one, subject: "1" }, { ...other, subject: "2" });
    expect(messageOf(() => collapseRepeats(plan))).toBe(
      '(key.conflict) Events 4, 5: their keys stand for other events. Of the first, key "k" of source "shop" already stands for event 0 of this call, ' +
        "which has another type, subject or data. Use new keys.",
    );
  });

  test("what else differs is no conflict: the first stands", () => {
    const second = keyed({ time: 5, correlationId: "c", causationId: "c-0", depth: 3, extensions: '{"traceparent":"00-2"}' });
    expect([...collapseRepeats(planOf(keyed(), second)).repeats]).toEqual([["e1", "e0"]]);
  });

  test("no event that is not repeated is lost, and every repeat has a first that stays", () => {
    const event = fc.record({ key: fc.constantFrom(null, "a", "b", "c"), source: fc.constantFrom("s", "t") });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const plan = planOf(...events);
        const collapsed = collapseRepeats(plan);
        const kept = new Set(collapsed.plan.events.map(({ id }) => id));
        expect(kept.size + collapsed.repeats.size).toBe(plan.events.length);
        for (const [index, row] of plan.events.entries()) {
          const first = plan.events.findIndex(({ key, source }) => key === row.key && source === row.source);
          const repeated = row.key !== null && first < index;
          expect(kept.has(row.id)).toBe(!repeated);
          expect(collapsed.repeats.get(row.id)).toBe(repeated ? `e${first}` : undefined);
        }
        expect(collapsed.plan.dispatches.map(({ eventId }) => eventId)).toEqual(collapsed.plan.events.map(({ id }) => id));
      }),
      { numRuns: 500 },
    );
  });
});

describe("the same fact", () => {
  const same = (a: string, b: string) => isSameFact(eventRow({ data: a }), eventRow({ data: b }));

  test.each<[a: string, b: string, held: boolean]>([
    ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
    ['{"a":{"b":1,"c":[{"d":1,"e":2}]}}', '{"a":{"c":[{"e":2,"d":1}],"b":1}}', true],
    ['{"a":1}', '{"a": 1.0}', true],
    ["[1,2]", "[2,1]", false],
    ['{"a":1}', '{"a":1,"b":null}', false],
    ['{"a":0}', '{"a":false}', false],
    ['{"a":null}', "{}", false],
    ["[]", "{}", false],
    ['""', "0", false],
    ['{"__proto__":{"a":1},"b":1}', '{"b":1,"__proto__":{"a":1}}', true],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}', false],
    ['{"constructor":{"a":1},"b":1}', '{"b":1,"constructor":{"a":1}}', true],
    ['{"constructor":{"a":1}}', '{"constructor":{"a":2}}', false],
    ['{"valueOf":1,"b":1}', '{"b":1,"valueOf":1}', true],
    ['{"valueOf":1}', '{"valueOf":2}', false],
    ['{"toString":"x","b":1}', '{"b":1,"toString":"x"}', true],
    ['{"toString":"x"}', '{"toString":"y"}', false],
  ])("%s and %s: %s", (a, b, held) => {
    expect(same(a, b)).toBe(held);
    expect(same(b, a)).toBe(held);
  });

  test("does not depend on the order of members", () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(same(JSON.stringify(value), JSON.stringify(reversed(value)))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("is another when anything is different", () => {
    fc.assert(
      fc.property(document, document, (one, other) => {
        expect(same(JSON.stringify(one), JSON.stringify(other))).toBe(canonical(one) === canonical(other));
      }),
      { numRuns: 1_000 },
    );
  });

  test("without data is the same as none but itself", () => {
    expect(same("", "")).toBe(true);
    for (const data of ["{}", "null", '""', "[]"]) expect([same("", data), same(data, "")]).toEqual([false, false]);
  });

  test("needs the same type and subject", () => {
    expect(isSameFact(eventRow(), eventRow({ type: "other" }))).toBe(false);
    expect(isSameFact(eventRow({ subject: "" }), eventRow({ subject: null }))).toBe(false);
    expect(isSameFact(eventRow({ subject: "1" }), eventRow({ subject: "1" }))).toBe(true);
  });
});

describe("a plan without events", () => {
  test("is the plan itself where none is taken out", () => {
    const plan = planOf({}, {});
    expect(withoutEvents(plan, new Map())).toBe(plan);
  });

  test("has neither them nor their dispatches", () => {
    const plan = planOf({}, {}, {});
    expect(withoutEvents(plan, new Map([["e1", 0]]))).toEqual({
      events: [plan.events[0], plan.events[2]],
      dispatches: [plan.dispatches[0], plan.dispatches[2]],
      call: ["e0", "e1", "e2"],
    });
  });
});

describe("a conflict", () => {
  const refused = (...conflicts: Parameters<typeof refuseConflicts>) => messageOf(() => refuseConflicts(...conflicts));

  test("of nothing is none", () => {
    expect(() => refuseConflicts(planOf({}), [])).not.toThrow();
  });

  test("is named by its place in the call, whatever has been taken out of the plan before", () => {
    const whole = planOf({}, keyed(), keyed({ key: "l" }));
    const plan = withoutEvents(withoutEvents(whole, new Map([["e0", 0]])), new Map([["e1", 0]]));
    const [event] = plan.events;
    expect(refused(plan, [{ event: event ?? eventRow(), holder: "event e9" }])).toMatch(
      /^\(key\.conflict\) Event 2: key "l" of source "shop" already stands for event e9,/,
    );
  });

  test("is told in few words, however many there are and however long keys and sources are", () => {
    const long = keyed({ key: "k".repeat(512), source: "s".repeat(512) });
    const plan = planOf(...Array.from({ length: 1_000 }, () => long));
    const text = refused(
      plan,
      plan.events.map((event) => ({ event, holder: "event e9" })),
    );
    expect(text).toMatch(/^\(key\.conflict\) Events 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 990 more: /);
    expect(text.length).toBeLessThan(800);
  });
});

function reversed(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, reversed(member as Json)] as const)
      .toReversed(),
  );
}

/** JSON text with sorted members. */
function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${canonical(member as Json)}`);
  return `{${members.toSorted().join(",")}}`;
}
