import { describe, expect, test } from "vitest";
import { fenceOf } from "../../../../src/store/d1/fences.ts";

/** What D1 says, as seen on workerd, and the fence it means. */
const SAID = [
  ["D1_ERROR: NOT NULL constraint failed: events.type: SQLITE_CONSTRAINT", "knownKey"],
  ["D1_ERROR: NOT NULL constraint failed: events.type: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_NOTNULL)", "knownKey"],
  ["NOT NULL constraint failed: events.type", "knownKey"],
  ["D1_ERROR: NOT NULL constraint failed: events.data: SQLITE_CONSTRAINT", "chainInUse"],
  ["D1_ERROR: UNIQUE constraint failed: executions.dispatch_id, executions.attempt: SQLITE_CONSTRAINT", "attemptRecorded"],
  ["D1_ERROR: NOT NULL constraint failed: events.depth: SQLITE_CONSTRAINT", "chainTooLong"],
  ["D1_ERROR: NOT NULL constraint failed: executions.dispatch_id: SQLITE_CONSTRAINT", "dispatchGone"],
  ["D1_ERROR: UNIQUE constraint failed: notes.subject_id, notes.id: SQLITE_CONSTRAINT", "messageStored"],
  ["D1_ERROR: NOT NULL constraint failed: dispatches.status: SQLITE_CONSTRAINT", "answeredLate"],
  ["D1_ERROR: UNIQUE constraint failed: events.id: SQLITE_CONSTRAINT", undefined],
  ["D1_ERROR: NOT NULL constraint failed: events.type_of_something: SQLITE_CONSTRAINT", undefined],
  ["D1_ERROR: Network connection lost.", undefined],
  ["handle() said NOT NULL constraint failed: events.type", undefined],
  ["", undefined],
] as const;

describe("the fence an error means", () => {
  test.each(SAID)("%s: %s", (message, fence) => {
    expect(fenceOf(new Error(message))).toBe(fence);
  });

  test("is told by the message alone, whatever was thrown", () => {
    expect(fenceOf("NOT NULL constraint failed: events.type")).toBe("knownKey");
    expect([undefined, null, 5, {}].map(fenceOf)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
