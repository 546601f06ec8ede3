import { describe, expect, test } from "vitest";
import {
  isInstanceExists,
  isInstanceMissing,
  isInternalError,
  isMissingHandle,
  isRateLimit,
  isRefusedByQueue,
  isTransientOfWorkflows,
} from "../../../src/bindings/platform-errors.ts";

const EVENT = "019aa5c8-7f00-7abc-8def-0123456789ab";
const OF_429 = `${EVENT}-429`;
const ENDING_IN_429 = `019aa5c8-7f00-7abc-8def-0123456${"00429"}`;

describe("a limit of the rate", () => {
  test.each([
    "workflows.api.error.rate_limited: 429",
    "Too Many Requests",
    "instance creation rate limit exceeded",
    "429: slow down",
    "Error: 429",
    `instance ${OF_429}: rate limit`,
  ])("%s", (message) => {
    expect(isRateLimit(new Error(message))).toBe(true);
    expect(isTransientOfWorkflows(message)).toBe(true);
  });

  test.each([
    "",
    `instance ${OF_429} cannot be created`,
    `10001: ${OF_429}`,
    `no room for ${OF_429}-r429`,
    `run ${ENDING_IN_429} is broken`,
    "code 4290",
    "1429 instances",
    "unlimited",
    "corporate limits",
  ])("but not %s", (message) => {
    expect(isRateLimit(new Error(message))).toBe(false);
  });
});

describe("a fault of the Workflows service", () => {
  test.each([
    "10001: internal error",
    "Internal",
    "service unavailable",
    "the engine is overloaded",
    "request timed out",
    "timeout",
    "the engine gave no answer within 10 ms",
  ])("%s", (message) => {
    expect(isTransientOfWorkflows(new Error(message))).toBe(true);
  });

  test.each(["", "step not found: record 1", `instance ${EVENT}-10001 is paused`, "internally consistent", "Network Connection lost?no"])(
    "but not %s",
    (message) => {
      expect(isTransientOfWorkflows(new Error(message))).toBe(message.includes("Connection lost"));
    },
  );
});

describe("a queue that refuses a send", () => {
  test.each([
    "Queue sendBatch failed: Queue is overloaded. Please back off.",
    "Queue is overloaded. Please back off. (10250)",
    "Queue storage limit exceeded (10251)",
    "Storage Limit Exceeded",
    "Queue sendBatch failed: Too Many Requests",
    "Queue disabled (10252)",
    "Free tier limit exceeded (10253)",
  ])("says so: %s", (message) => {
    expect(isRefusedByQueue(new Error(message))).toBe(true);
  });

  test.each([
    "",
    "the queue gave no answer within 10000 ms",
    "Queue sendBatch failed: Internal Server Error",
    "Queue sendBatch failed: internal error (15000)",
    "Client disconnected during request processing (10201)",
    "Network connection lost.",
    "102500 messages",
    `run ${OF_429} is broken`,
  ])("does not say so: %s", (message) => {
    expect(isRefusedByQueue(new Error(message))).toBe(false);
  });
});

describe("an instance", () => {
  test("that exists, or came earlier in the batch, is told by its code", () => {
    expect([10405, 10415].map((code) => isInstanceExists({ code }))).toEqual([true, true]);
    expect([0, 429, 1040, 10406].map((code) => isInstanceExists({ code }))).toEqual([false, false, false, false]);
  });

  test.each(["instance.not_found", "(instance.not_found) Provided id does not exist", "Instance not found", `${EVENT}-0 does not exist`])(
    "that nobody knows: %s",
    (message) => {
      expect(isInstanceMissing(new Error(message))).toBe(true);
    },
  );

  test.each(["", "found", "knot_found", "429", "internal error", `instance ${EVENT}-0 is paused`])("is not told by %j", (message) => {
    expect(isInstanceMissing(new Error(message))).toBe(false);
  });
});

describe("a destination without handle()", () => {
  test.each([
    'The RPC receiver does not implement the method "handle".',
    '"handle" is not a function.',
    'Attempted to call RPC function "handle" with the wrong number of arguments.',
    'Cannot call handler function "handle" over RPC.',
    'Worker "shop" not found. Make sure it is running.',
    'Worker does not export an entrypoint named "Triage".',
  ])("%s", (message) => {
    expect(isMissingHandle(new TypeError(message))).toBe(true);
  });

  test.each([
    'The RPC receiver does not implement the method "emit".',
    'I called The RPC receiver does not implement the method "handle".',
    "Worker not found",
    "",
  ])("is not told by what a destination says of others: %j", (message) => {
    expect(isMissingHandle(new Error(message))).toBe(false);
    expect(isMissingHandle(message)).toBe(false);
  });

  test("is not told by an error whose message is no text", () => {
    expect(isMissingHandle(Object.assign(new Error("x"), { message: Symbol("x") }))).toBe(false);
    expect(isMissingHandle(Object.assign(new Error("x"), { message: Object.create(null) }))).toBe(false);
    expect(isInternalError(Object.assign(new Error("x"), { message: Symbol("x") }))).toBe(false);
  });
});
