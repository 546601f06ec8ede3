import { describe, expect, test } from "vitest";
import { noAnswer } from "../../../../src/platform/time-limit.ts";
import { isFull, isMissingTable, isTransient } from "../../../../src/store/d1/errors.ts";

const TRANSIENT = [
  "D1_ERROR: Network connection lost.",
  "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
  "D1_ERROR: Internal error in D1 DB storage caused object to be reset.",
  "D1 DB reset because its code was updated.",
  "D1_ERROR: Replica disconnected from primary",
  "Cannot resolve D1 DB due to transient issue on remote node.",
  "Can't read from request stream because client disconnected.",
  "D1 DB exceeded its memory limit and was reset.",
  "D1 DB exceeded its CPU time limit and was reset.",
  "D1 DB is overloaded. Requests queued for too long.",
  "internal error; reference = abc123",
];

describe("what D1 says", () => {
  test.each(TRANSIENT)("may succeed a moment later: %s", (message) => {
    expect(isTransient(new Error(message))).toBe(true);
    expect(isFull(new Error(message))).toBe(false);
  });

  test("nothing at all is such a word too", () => {
    expect(isTransient(noAnswer("D1", 30_000))).toBe(true);
  });

  test.each(["D1_ERROR: Exceeded maximum DB size: SQLITE_FULL", "Your account has exceeded D1's maximum account storage limit"])(
    "means that there is no room: %s",
    (message) => {
      expect([isFull(new Error(message)), isTransient(new Error(message))]).toEqual([true, false]);
    },
  );

  test.each([
    "",
    "D1_ERROR: no such column: overloaded",
    "D1_ERROR: UNIQUE constraint failed: events.id: SQLITE_CONSTRAINT",
    'D1_ERROR: near "overloaded": syntax error at offset 0: SQLITE_ERROR',
    'D1_ERROR: unrecognized token: "\'Network connection lost": SQLITE_ERROR',
    "D1_ERROR: NOT NULL constraint failed: overloaded.x: SQLITE_CONSTRAINT",
  ])("is nothing that passes: %j", (message) => {
    expect([isTransient(new Error(message)), isFull(new Error(message))]).toEqual([message.endsWith("column: overloaded"), false]);
  });

  test("names a table that is not there", () => {
    const error = new Error("D1_ERROR: no such table: d1_migrations: SQLITE_ERROR");
    expect([isMissingTable(error, "d1_migrations"), isMissingTable(error, "events")]).toEqual([true, false]);
  });
});
