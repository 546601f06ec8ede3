import { describe, expect, test } from "vitest";
import { FAULTS, Fault, type FaultCode, faultCode, faultText, isOperatorsConcern, withoutCode } from "../../../schema/faults.ts";

const codes = Object.keys(FAULTS) as FaultCode[];

test("the codes are these: callers tell errors apart by them, so none is renamed", () => {
  expect(codes).toEqual([
    "batch.empty",
    "batch.too_large",
    "event.invalid",
    "payload.not_json",
    "payload.too_deep",
    "payload.too_large",
    "source.required",
    "source.forbidden",
    "key.conflict",
    "delay.invalid",
    "chain.too_deep",
    "chain.too_long",
    "condition.too_costly",
    "config.invalid",
    "hub.misconfigured",
    "binding.invalid",
    "query.invalid",
    "cursor.invalid",
    "search.busy",
    "options.invalid",
    "dispatch.unknown",
    "event.unknown",
    "destination.unknown",
    "dispatch.ongoing",
    "dispatch.settled",
    "dispatch.no_dead_letter",
    "bulk.unknown",
    "bulk.id_taken",
    "key.not_queueable",
    "storage.unavailable",
    "storage.full",
    "reply.invalid",
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
    expect(FAULTS[code].advice.length).toBeGreaterThan(10);
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
    ["a code in the middle of what somebody else says", new Error("the shop said (batch.empty) text")],
    ["a code behind a line of its own", new Error("x\n(batch.empty) text")],
    ["a code without a text", new Error("(batch.empty)")],
    ["text", "(batch.empty) text"],
    ["an object with a message", { message: "(batch.empty) text" }],
    ["null", null],
    ["undefined", undefined],
  ])("%s", (_, thrown) => {
    expect(faultCode(thrown)).toBeUndefined();
  });
});

describe("a fault's text", () => {
  test.each([
    ["(batch.empty) Pass one.", "Pass one."],
    ["Error: (batch.empty) Pass one.", "Pass one."],
    ["Uncaught Error: Fault: (batch.empty) Pass one.\nAnd another.", "Pass one.\nAnd another."],
    ["(reply.invalid) (batch.too_large) 101 events", "(batch.too_large) 101 events"],
    ["no code", "no code"],
    ["(nothing.such) text", "(nothing.such) text"],
  ])("%j without its code is %j", (message, text) => {
    expect(withoutCode(message)).toBe(text);
  });

  test.each(codes)("%s is read as it was written", (code) => {
    expect(withoutCode(faultText(code, "(a) b: (c.d) e"))).toBe("(a) b: (c.d) e");
  });
});

describe("who logs", () => {
  test("the hub logs what whoever runs it should see, and what nobody foresaw", () => {
    const logged = codes.filter((code) => isOperatorsConcern(new Fault(code, "x")));
    expect(logged).toEqual(["config.invalid", "hub.misconfigured", "binding.invalid", "storage.unavailable", "storage.full"]);
    for (const error of [new Error("boom"), "boom", undefined]) expect(isOperatorsConcern(error)).toBe(true);
  });

  test("unknown things are 404, conflicts 409, the hub's own troubles and those of a moment 503, anything else 400", () => {
    const byStatus = Object.groupBy(codes, (code) => FAULTS[code].status);
    expect(byStatus[404]).toEqual(codes.filter((code) => code.endsWith(".unknown")));
    expect(byStatus[409]).toEqual(["key.conflict", "dispatch.ongoing", "dispatch.settled", "dispatch.no_dead_letter", "bulk.id_taken"]);
    expect(byStatus[503]?.filter((code) => code !== "search.busy")).toEqual(logged());
  });
  const logged = () => codes.filter((code) => isOperatorsConcern(new Fault(code, "x")));
});
