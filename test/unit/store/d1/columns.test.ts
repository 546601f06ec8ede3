import { getTableColumns, type Table } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { dispatches, events } from "../../../../schema/storage/tables.ts";
import {
  DISPATCH_COLUMNS,
  EVENT_COLUMNS,
  insertSelect,
  members,
  omit,
  pick,
  prefixed,
  selectList,
} from "../../../../src/store/d1/columns.ts";

describe("columns", () => {
  test.each<[string, Table, Readonly<Record<string, string>>]>([
    ["events", events, EVENT_COLUMNS],
    ["dispatches", dispatches, DISPATCH_COLUMNS],
  ])("of %s have the names that the table gives them", (_, table, columns) => {
    const names = Object.entries(getTableColumns(table)).map(([field, { name }]) => [field, name]);
    expect(columns).toEqual(Object.fromEntries(names));
  });

  test("are read under the names of their fields, and named once where both are the same", () => {
    expect(selectList(pick(EVENT_COLUMNS, "id", "correlationId"))).toBe("id, correlation_id AS correlationId");
  });

  test("may be prefixed by the alias of their table", () => {
    expect(selectList(prefixed("event", pick(EVENT_COLUMNS, "id", "correlationId")))).toBe(
      "event.id, event.correlation_id AS correlationId",
    );
  });

  test("that are left out are the only ones missing", () => {
    const { policy: _, ...others } = DISPATCH_COLUMNS;
    expect(omit(DISPATCH_COLUMNS, "policy")).toEqual(others);
  });

  test("are picked in the order in which they are named", () => {
    expect(Object.entries(pick(DISPATCH_COLUMNS, "dueAt", "id"))).toEqual([
      ["dueAt", "due_at"],
      ["id", "id"],
    ]);
  });
});

describe("an INSERT", () => {
  test("takes what is JSON as JSON text, and every other member of a row as its value", () => {
    const values = members(pick(DISPATCH_COLUMNS, "id", "policy", "dueAt"), "policy");
    expect(insertSelect("dispatches", DISPATCH_COLUMNS, values)).toBe(
      "INSERT INTO dispatches (id, policy, due_at)\n  SELECT value ->> 'id', value -> 'policy', value ->> 'dueAt'",
    );
  });

  test("takes any expression for a column", () => {
    const values = { id: "?1", ...prefixed("old", pick(DISPATCH_COLUMNS, "eventId")), redriveOf: "old.id" };
    expect(insertSelect("dispatches", DISPATCH_COLUMNS, values)).toBe(
      "INSERT INTO dispatches (id, event_id, redrive_of)\n  SELECT ?1, old.event_id, old.id",
    );
  });
});
