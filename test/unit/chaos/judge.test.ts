import { expect, test } from "vitest";
import type { History } from "../../chaos/history.ts";
import { judge } from "../../chaos/oracle/judge.ts";
import { cleanHistory, counted, type Draft, eventIdOf, idOf, T } from "./clean-history.ts";

test("a history in which every promise was kept has no violation, and its repeats are explained", () => {
  const { violations, repeats } = judge(cleanHistory());
  expect(violations).toEqual([]);
  expect(repeats.map(({ id, attempt, explained }) => ({ id, attempt, explained }))).toEqual([
    { id: idOf(2, 0), attempt: 1, explained: true },
    { id: idOf(7, 0), attempt: 1, explained: true },
  ]);
});

type Fault = readonly [name: string, spoil: (history: Draft<History>) => void];

const dispatch = (history: Draft<History>, n: number) => the(history.rows.dispatches.find(({ id }) => id === idOf(n, 0)));
const event = (history: Draft<History>, n: number) => the(history.rows.events.find(({ id }) => id === eventIdOf(n)));
const execution = (history: Draft<History>, n: number, attempt: number) =>
  the(history.rows.executions.find((row) => row.dispatch_id === idOf(n, 0) && row.attempt === attempt));
const call = (history: Draft<History>, n: number, attempt: number) =>
  the(history.calls.findLast((row) => row.dispatchId === idOf(n, 0) && row.attempt === attempt));

function the<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the clean history lacks what the test wants to spoil");
  return value;
}

/** Removes an event with all that belongs to it. */
function forget({ rows, ...history }: Draft<History>, n: number): void {
  rows.events = rows.events.filter(({ id }) => id !== eventIdOf(n));
  rows.dispatches = rows.dispatches.filter(({ id }) => id !== idOf(n, 0));
  rows.executions = rows.executions.filter((row) => row.dispatch_id !== idOf(n, 0));
  history.calls.splice(0, history.calls.length, ...history.calls.filter(({ dispatchId }) => dispatchId !== idOf(n, 0)));
}

/** Another event like this one, with all that belongs to it. */
function double(history: Draft<History>, n: number, asNumber: number): void {
  const text = (value: unknown) => JSON.stringify(value).replaceAll(eventIdOf(n), eventIdOf(asNumber));
  const copy = <Row>(all: Row[]) =>
    all.push(...all.filter((row) => text(row) !== JSON.stringify(row)).map((row) => JSON.parse(text(row)) as Row));
  copy(history.rows.events);
  copy(history.rows.dispatches);
  copy(history.rows.executions);
  copy(history.calls);
}

/** A redrive that came to the same as what it follows. */
function redriven({ rows, calls }: Draft<History>, n: number, status?: string): void {
  const id = `${idOf(n, 0)}-r1`;
  const again = <Row extends object>(all: Row[], name: keyof Row) =>
    all.push(...all.filter((row) => row[name] === idOf(n, 0)).map((row) => ({ ...row, [name]: id })));
  again(rows.executions, "dispatch_id");
  again(calls, "dispatchId");
  const [row] = rows.dispatches.filter((one) => one.id === idOf(n, 0));
  rows.dispatches.push({ ...the(row), id, redrive_of: idOf(n, 0), ...(status !== undefined && { status }) });
}

const FAULTS: readonly Fault[] = [
  ["event_missing", (history) => forget(history, 1)],
  ["event_changed", (history) => Object.assign(event(history, 2), { data: '{"n":2,"failures":1,"takesMs":1001}' })],
  ["event_changed", (history) => Object.assign(event(history, 1), { key: null })],
  ["dispatches_differ", (history) => Object.assign(the(receiptOf(history, 3).dispatches[0]), { id: `${eventIdOf(3)}-1` })],
  ["emit_refused", (history) => history.emits.push({ at: T, answeredAt: T, events: [], outcome: { error: "Error: (event.invalid) no" } })],
  [
    "key_twice",
    (history) => {
      double(history, 1, 99);
      Object.assign(event(history, 99), { data: event(history, 1).data });
      const receipt = structuredClone(receiptOf(history, 1));
      Object.assign(receipt, { id: eventIdOf(99), dispatches: [{ ...the(receipt.dispatches[0]), id: idOf(99, 0) }] });
      history.emits.push({ at: T, answeredAt: T, events: the(history.emits[0]).events, outcome: { receipts: [receipt] } });
    },
  ],
  [
    "duplicate_unsaid",
    (history) => {
      const last = the(history.emits.at(-1)).outcome;
      if ("receipts" in last) the(last.receipts[0]).duplicate = false;
    },
  ],
  [
    "duplicate_unsaid",
    (history) => {
      const first = the(history.emits[0]);
      Object.assign(first, { at: T + 200, answeredAt: T + 205 });
    },
  ],
  [
    "emit_torn",
    (history) => {
      const [stored, missing] = [the(history.emits[1]).events, [{ ...the(the(history.emits[1]).events[0]), n: 50 }]];
      history.emits.push({ at: T, answeredAt: T, events: [...stored, ...missing], outcome: { error: "Error: the stack was killed" } });
    },
  ],
  [
    "emit_torn",
    (history) => {
      const keyed = [{ ...the(the(history.emits[0]).events[0]) }, { ...the(the(history.emits[1]).events[0]) }];
      history.emits.unshift({ at: T, answeredAt: T, events: keyed, outcome: { error: "Error: the stack was killed" } });
    },
  ],
  ["event_unknown", (history) => (history.emits = history.emits.filter(({ events }) => events[0]?.n !== 3))],
  ["event_twice", (history) => double(history, 3, 98)],
  [
    "dispatch_orphan",
    (history) => history.rows.dispatches.push({ ...dispatch(history, 1), id: `${eventIdOf(97)}-0`, event_id: eventIdOf(97) }),
  ],
  ["owed_wrongly", (history) => Object.assign(dispatch(history, 3), { route: "steady" })],
  ["unsettled", (history) => Object.assign(dispatch(history, 3), { status: "ongoing", settled_at: null, check_at: T })],
  ["lost", (history) => Object.assign(dispatch(history, 3), { status: "lost" })],
  ["wrong_end", (history) => Object.assign(dispatch(history, 1), { status: "failed" })],
  [
    "wrong_end",
    (history) => {
      Object.assign(dispatch(history, 1), { attempts: 2 });
      Object.assign(execution(history, 1, 1), { outcome: "failed", error: '{"name":"Failed"}' });
      history.rows.executions.push({
        ...execution(history, 1, 1),
        attempt: 2,
        outcome: "complete",
        started_at: T + 2_020,
        finished_at: T + 2_020,
      });
      history.calls.push({ ...call(history, 1, 1), attempt: 2, startedAt: T + 2_020 });
    },
  ],
  ["settled_not_once", (history) => Object.assign(execution(history, 2, 1), { outcome: "complete", error: null })],
  ["settled_not_once", (history) => Object.assign(execution(history, 1, 1), { outcome: "failed", error: '{"name":"Failed"}' })],
  ["settled_inconsistent", (history) => Object.assign(dispatch(history, 1), { check_at: T })],
  ["settled_inconsistent", (history) => Object.assign(dispatch(history, 1), { settled_at: null })],
  [
    "attempt_gap",
    (history) => {
      Object.assign(dispatch(history, 5), { attempts: 4 });
    },
  ],
  [
    "uncalled",
    (history) => {
      history.calls = history.calls.filter(({ dispatchId }) => dispatchId !== idOf(1, 0));
    },
  ],
  ["uncalled", (history) => Object.assign(call(history, 1, 1), { startedAt: T + 500 })],
  ["unrecorded", (history) => history.calls.push({ ...call(history, 1, 1), attempt: 2, startedAt: T + 9_000 })],
  ["not_held", (history) => Object.assign(the(history.pauses[0]), { destination: "slow", resumedAt: null })],
  ["redrive_missing", (history) => history.redrives.push({ of: idOf(6, 0), at: T, id: `${idOf(6, 0)}-r1`, cancelledAt: null })],
  ["redrive_unasked", (history) => redriven(history, 6)],
  [
    "cancelled_unasked",
    (history) => {
      redriven(history, 6, "cancelled");
      history.redrives.push({ of: idOf(6, 0), at: T, id: null, cancelledAt: T });
    },
  ],
  ["unexplained_repeat", (history) => (history.kills = [T + 4_000])],
  ["unexplained_repeat", (history) => Object.assign(the(history.rows.notes[0]), { detail: '{"remedy":"wake"}' })],
  ["unexplained_repeat", (history) => Object.assign(the(history.rows.notes[0]), { kind: "repair_failed" })],
  ["unexplained_repeat", (history) => history.calls.push({ ...call(history, 3, 2), startedAt: T + 5_015 })],
  [
    "early",
    (history) => {
      Object.assign(execution(history, 2, 2), { started_at: T + 10_900 });
      Object.assign(call(history, 2, 2), { startedAt: T + 10_900 });
    },
  ],
  [
    "early",
    (history) => {
      const planned = the(the(history.emits[2]).events[0]);
      Object.assign(planned, { delayMs: 1_000 });
    },
  ],
  [
    "early",
    (history) => {
      Object.assign(execution(history, 5, 3), { started_at: T + 4_900, finished_at: T + 4_920 });
      Object.assign(call(history, 5, 3), { startedAt: T + 4_900 });
      history.deeds = [];
    },
  ],
  ["not_paused", (history) => Object.assign(the(history.deeds[1]), { at: T + 9_000 })],
  ["follow_up_stray", (history) => Object.assign(event(history, 101), { causation_id: idOf(1, 0) })],
  ["followed_wrongly", (history) => forget(history, 102)],
  ["followed_wrongly", (history) => double(history, 102, 103)],
  ["audit_unexplained", (history) => (history.audit.unexplained = 1)],
  ["audit_unexplained", (history) => (history.audit.mismatches = { stuck: { count: 1, examples: [idOf(1, 0)] } })],
];

function receiptOf({ emits }: Draft<History>, n: number) {
  const found = emits.find(({ events }) => events[0]?.n === n)?.outcome;
  return the(found !== undefined && "receipts" in found ? found.receipts[0] : undefined);
}

/** Faults that cannot come alone. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  key_twice: ["event_twice", "duplicate_unsaid"],
  event_missing: ["dispatches_differ"],
  owed_wrongly: [],
  wrong_end: ["settled_not_once"],
  follow_up_stray: ["followed_wrongly"],
  not_paused: [],
};

test.each(FAULTS)("%s is found", (name, spoil) => {
  const history = cleanHistory();
  spoil(history);
  const names = new Set(judge(counted(history)).violations.map((violation) => violation.name));
  expect(names).toContain(name);
  expect([...names].filter((other) => other !== name && !COMPANIONS[name]?.includes(other))).toEqual([]);
});

test("of two calls at once with the same key, whichever was first says that it was", () => {
  const history = cleanHistory();
  const [first, again] = [the(history.emits[0]), the(history.emits.at(-1))];
  Object.assign(again, { at: first.at, answeredAt: first.answeredAt });
  history.emits = [again, ...history.emits.slice(0, -1)];
  expect(judge(history).violations).toEqual([]);
});

test("an audit that did not count everything is found", () => {
  const history = cleanHistory();
  history.audit.events -= 1;
  expect(judge(history).violations.map(({ name }) => name)).toEqual(["audit_miscounts"]);
});
