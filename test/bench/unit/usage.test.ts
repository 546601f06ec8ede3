import { describe, expect, test } from "vitest";
import { CASES } from "../counts/cases.ts";
import { ITEMS, PRICED } from "../counts/cost.ts";
import { PEERS } from "../counts/peers.ts";
import { countsText, usdPerMillionOf } from "../counts/report.ts";
import { costTable, countsTable, peersTable } from "../counts/table.ts";
import { type Done, summaryOf, usageBeyond, usageOf } from "../counts/usage.ts";
import type { Meters } from "../metered/meters.ts";
import { COUNTS, EVENT, ONCE } from "./counts.ts";

const RUN = ["workflow_started", "step_started", "attempt_started", "attempt_completed", "step_completed", "workflow_completed"];
const DONE: Done = { events: 1, stored: 1, dispatches: 1, histories: [RUN] };
const METERS: Meters = {
  d1: { roundTrips: 3, rowsRead: 7, rowsWritten: 6 },
  queue: { calls: 1, sent: 1, bytes: 95, batches: 1, delivered: 1, acknowledged: 1, retried: 0 },
  workflows: { calls: 1, created: 1 },
  deliveries: 1,
};
const operationsOf = (queue: Partial<Meters["queue"]>) =>
  usageOf(DONE, { ...METERS, queue: { ...METERS.queue, ...queue } }).queueOperations;

describe("what was used", () => {
  test("is what the meters say", () => {
    expect(usageOf(DONE, METERS)).toEqual(ONCE);
  });

  test("has each step, sleep and wait of every run as billed, and no attempt", () => {
    const slept = ["sleep_started", "sleep_completed", ...RUN];
    const retried = [...RUN, "attempt_errored", "attempt_started"];
    expect(usageOf({ ...DONE, histories: [RUN, slept, retried, ["wait_started", "wait_completed"]] }, METERS).steps).toBe(1 + 2 + 1 + 1);
  });

  test("has a message as three operations, and one more each time it is read again", () => {
    expect(operationsOf({})).toBe(3);
    expect(operationsOf({ delivered: 3, retried: 2 })).toBe(5);
    expect(operationsOf({ sent: 0, bytes: 0, delivered: 0, acknowledged: 0 })).toBe(0);
  });

  test("has a message of more than 64 KB, its metadata included, as two", () => {
    expect(operationsOf({ bytes: 63_900 })).toBe(3);
    expect(operationsOf({ bytes: 63_901 })).toBe(6);
  });

  test("by a dispatch is what its event alone did not need", () => {
    const { rowsWritten, roundTrips, steps, instances } = usageBeyond(ONCE, EVENT);
    expect([rowsWritten, roundTrips, steps, instances]).toEqual([4, 2, 1, 1]);
  });

  test("is summed up in four numbers", () => {
    const batch = { ...ONCE, events: 200, dispatches: 200, messages: 2 };
    expect(summaryOf({ ...COUNTS, batch })).toEqual({
      rowsPerEvent: 2,
      rowsPerDispatch: 4,
      stepsPerDispatch: 1,
      messagesPer100Dispatches: 1,
    });
  });
});

const cellsOf = (table: string) =>
  table
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.slice(1, -1).split(" | "));

describe("the tables of the README", () => {
  test("are aligned, and have as many columns in each row", () => {
    for (const table of [countsTable(COUNTS), costTable(COUNTS), peersTable(COUNTS)]) {
      const lines = table.split("\n").filter((line) => line.startsWith("|"));
      expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
      expect(new Set(cellsOf(table).map(({ length }) => length)).size).toBe(1);
    }
  });

  test("of counts have every case", () => {
    // Each has rows of its own in these counts; those of one dispatch are shown without the event's two.
    const shown = new Set(cellsOf(countsTable(COUNTS)).map(([, rowsWritten]) => Number(rowsWritten)));
    const cases = Object.entries(COUNTS).map(([name, { rowsWritten }]) => [name, rowsWritten] as const);
    for (const [name, rows] of cases) expect(shown.has(rows) || shown.has(rows - 2), name).toBe(true);
    expect(shown.has(4), "a dispatch").toBe(true);
    expect(cases.map(([name]) => name).toSorted()).toEqual(Object.keys(CASES).toSorted());
  });

  test("of costs have every item and every priced case, and their sum", () => {
    const [head, , ...rows] = cellsOf(costTable(COUNTS));
    expect(head).toHaveLength(1 + PRICED.length);
    expect(rows).toHaveLength(ITEMS.length + 2);
    expect(rows[0]?.map((cell) => cell.trim()).slice(0, 2)).toEqual(["Workflow steps, $8.00/M", "8.00"]);
    expect(rows.at(-2)?.[1]?.trim()).toBe("**16.95**");
    expect(rows.at(-1)?.[1]?.trim()).toBe("333,333");
  });

  test("of peers have every peer, its page, and say what was not found", () => {
    const table = peersTable(COUNTS);
    for (const { name, page, price } of PEERS) {
      const row = cellsOf(table).find(([title]) => title?.trim() === name);
      expect(row?.at(-1)).toContain(page);
      expect(row?.[1]?.trim() === "not found", name).toBe(price === undefined);
    }
    expect(table).toContain(
      "Where a Postgres runs anyway and is idle, cf-eventhub is cheaper: $1.67 a million events to one destination, against $16.95.",
    );
  });
});

describe("the bench of counts", () => {
  test("says the same to people and to programs", () => {
    expect(countsText(COUNTS)).toContain("Workflow steps, $8.00/M");
    expect(countsText(COUNTS)).not.toContain("**");
    expect(Object.keys(summaryOf(COUNTS))).toEqual(["rowsPerEvent", "rowsPerDispatch", "stepsPerDispatch", "messagesPer100Dispatches"]);
    const { flowhub, ancestor } = usdPerMillionOf(COUNTS);
    expect(flowhub["1"]).toBeCloseTo(16.95);
    expect(ancestor).toBeCloseTo(1.67 + 9.81);
  });
});
