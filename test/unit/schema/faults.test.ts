import { describe, expect, test } from "vitest";
import { FAULTS, Fault, type FaultCode, faultCode } from "../../../schema/faults.ts";

const codes = Object.keys(FAULTS) as FaultCode[];

test("the codes are these: callers tell errors apart by them, so none is renamed", () => {
  expect(codes).toEqual([
    "batch.empty",
    "batch.too_large",
    "event.invalid",
    "payload.not_json",
    "payload.malformed_text",
    "payload.too_deep",
    "payload.too_large",
    "source.required",
    "key.conflict",
    "delay.invalid",
    "chain.too_deep",
    "config.invalid",
    "query.invalid",
    "cursor.invalid",
    "options.invalid",
    "dispatch.unknown",
    "event.unknown",
    "destination.unknown",
    "dispatch.ongoing",
    "dispatch.settled",
    "bulk.unknown",
    "key.not_queueable",
    "storage.unavailable",
    "storage.full",
  ]);
});

describe("a fault", () => {
  test.each(codes)("%s is read back from the fault, and from an error that has only its message", (code) => {
    const fault = new Fault(code, "Event 3 is 1.4 MiB; the limit is 1 MiB.");
    expect(fault).toMatchObject({ name: "Fault", code, message: `(${code}) Event 3 is 1.4 MiB; the limit is 1 MiB.` });
    expect(faultCode(fault)).toBe(code);
    expect(faultCode(new Error(fault.message))).toBe(code);
    expect(faultCode(new TypeError(`Error: ${fault.message}`))).toBe(code);
  });

  test("keeps its cause", () => {
    const cause = new Error("D1 is away");
    expect(new Fault("storage.unavailable", "Not stored.", { cause }).cause).toBe(cause);
  });

  test.each(codes)("%s says what the caller does about it", (code) => {
    expect(code).toMatch(/^[a-z]+\.[a-z_]+$/);
    expect(FAULTS[code].length).toBeGreaterThan(10);
  });
});

describe("what is no fault has no code", () => {
  test.each<[what: string, thrown: unknown]>([
    ["another error", new Error("boom")],
    ["an error without a message", new Error()],
    ["an unknown code", new Error("(nothing.such) text")],
    ["a name every object has", new Error("(constructor) text")],
    ["a prototype's name", new Error("(__proto__) text")],
    ["a code without parentheses", new Error("batch.empty text")],
    ["text", "(batch.empty) text"],
    ["an object with a message", { message: "(batch.empty) text" }],
    ["null", null],
    ["undefined", undefined],
  ])("%s", (_, thrown) => {
    expect(faultCode(thrown)).toBeUndefined();
  });
});
