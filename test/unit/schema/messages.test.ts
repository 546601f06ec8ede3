import { describe, expect, test } from "vitest";
import { dispatchMessage, runParams, STEP } from "../../../schema/messages.ts";

/** A run sleeps for up to a year: what was written then must be read now. These shapes are never edited, only added to. */
describe("what older code wrote is understood", () => {
  test("params of a run", () => {
    expect(runParams.parse({ id: "e1-0", dueAt: 0 })).toEqual({ id: "e1-0", dueAt: 0 });
  });

  test("a message on the dispatch queue", () => {
    const message = { kind: "start", runs: [{ id: "e1-0", dueAt: 1 }] };
    expect(dispatchMessage.parse(message)).toEqual(message);
  });

  test("names of steps", () => {
    expect(STEP).toMatchObject({ sleep: "until due", deliver: "deliver", record: "record" });
  });
});

describe("anything else is refused", () => {
  test.each([
    null,
    {},
    { kind: "start", runs: [] },
    { kind: "stop", runs: [{ id: "a", dueAt: 0 }] },
    { kind: "start", runs: [{ id: "a" }] },
    "start",
  ])("%j", (message) => {
    expect(dispatchMessage.safeParse(message).success).toBe(false);
  });
});
