import { describe, expect, test } from "vitest";
import { isOfDeadLetters, parseBulkFilter, parseBulkKind } from "../../../../src/domain/operate/bulk-filter.ts";
import { messageOf } from "../../support/message-of.ts";

const NOW = 1_000_000;

test("a kind is one of the three", () => {
  expect(["retry", "cancel", "dismiss"].map(parseBulkKind)).toEqual(["retry", "cancel", "dismiss"]);
  for (const kind of ["", "Retry", null, 1]) {
    expect(messageOf(() => parseBulkKind(kind))).toBe('(query.invalid) kind: expected "retry" or "cancel" or "dismiss".');
  }
});

describe("the end of an operation's window", () => {
  test("is now by emission; what settled in this very millisecond had settled", () => {
    expect(parseBulkFilter("cancel", {}, NOW).to).toBe(NOW);
    expect(parseBulkFilter("retry", { status: "complete" }, NOW).to).toBe(NOW);
    expect(parseBulkFilter("retry", {}, NOW).to).toBe(NOW + 1);
    expect(parseBulkFilter("dismiss", { status: "lost" }, NOW).to).toBe(NOW + 1);
  });

  test("is earlier where that was asked for, never later", () => {
    expect(parseBulkFilter("retry", { to: new Date(5) }, NOW).to).toBe(5);
    expect(parseBulkFilter("cancel", { to: new Date(NOW * 2) }, NOW).to).toBe(NOW);
  });
});

test("dead letters are what is dismissed, and what is retried by default or by a bad status", () => {
  const of = (kind: "retry" | "cancel" | "dismiss", status?: "failed" | "misconfigured" | "lost" | "complete" | "cancelled") =>
    isOfDeadLetters(kind, { status });
  expect([of("dismiss"), of("retry"), of("retry", "failed"), of("retry", "misconfigured"), of("retry", "lost")]).not.toContain(false);
  expect([of("cancel"), of("retry", "complete"), of("retry", "cancelled")]).not.toContain(true);
});

test.each<[kind: "retry" | "cancel" | "dismiss", filter: object, problem: string]>([
  ["cancel", { status: "failed" }, "(query.invalid) status: what is cancelled is ongoing; leave it out."],
  [
    "dismiss",
    { status: "complete" },
    "(query.invalid) status: what is dismissed is a dead letter: failed, misconfigured, lost, or leave it out.",
  ],
  ["retry", { type: "order.*.x" }, '(query.invalid) type: a "*" stands for the rest of a type, at its end: "order.*".'],
  ["retry", { type: "*.x*" }, '(query.invalid) type: a "*" stands for the rest of a type, at its end: "order.*".'],
  ["retry", { type: "" }, "(query.invalid) type: must be at least 1 character long."],
  ["retry", { subject: "" }, "(query.invalid) subject: must be at least 1 character long."],
])("%s of %j is refused, and says what is allowed", (kind, filter, problem) => {
  expect(messageOf(() => parseBulkFilter(kind, filter, NOW))).toBe(problem);
});

test.each(["*", "order.*", "ord*", "s3:ObjectCreated:*", "orders/*", "order.placed", "Object Created"])("the type may be %s", (type) => {
  expect(parseBulkFilter("retry", { type }, NOW).type).toBe(type);
});
