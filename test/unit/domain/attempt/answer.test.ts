import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REPLY } from "../../../../schema/limits.ts";
import { isStorableText } from "../../../../schema/text.ts";
import {
  type Answer,
  answerFromError,
  answerFromReply,
  answerInvalid,
  answerMisconfigured,
  answerTimedOut,
} from "../../../../src/domain/attempt/answer.ts";

const settled = (outcome: "complete" | "ignored", emit: readonly unknown[] = []): Answer => ({ outcome, emit });
const failed = (message = "the destination replied failed", how: { retryable?: boolean; retryAfterMs?: number } = {}): Answer => ({
  outcome: "failed",
  error: { name: "Failed", message },
  retryable: true,
  ...how,
});

const NOW = Date.UTC(2026, 10, 27, 19);

describe("a reply", () => {
  const events = [{ type: "a", data: 0 }, "checked later"];

  test.each<[reply: unknown, answer: Answer]>([
    ["complete", settled("complete")],
    ["ignored", settled("ignored")],
    ["failed", failed()],
    [{ status: "complete" }, settled("complete")],
    [{ status: "ignored" }, settled("ignored")],
    [{ status: "complete", emit: [] }, settled("complete")],
    [{ status: "complete", emit: undefined }, settled("complete")],
    [{ status: "complete", emit: events }, settled("complete", events)],
    [{ status: "ignored", emit: events }, settled("ignored", events)],
    [{ status: "failed" }, failed()],
    [{ status: "failed", reason: "no stock" }, failed("no stock")],
    [{ status: "failed", reason: "" }, failed("")],
    [{ status: "failed", reason: undefined, retryAfter: undefined, retryable: undefined }, failed()],
    [{ status: "failed", retryable: true }, failed(undefined, { retryable: true })],
    [{ status: "failed", retryable: false }, failed(undefined, { retryable: false })],
    [{ status: "failed", retryAfter: "0s" }, failed(undefined, { retryAfterMs: 0 })],
    [{ status: "failed", retryAfter: "15 minutes", reason: "busy" }, failed("busy", { retryAfterMs: 900_000 })],
    [{ status: "failed", retryAfter: "365 days", retryable: false }, failed(undefined, { retryAfterMs: 31_536_000_000, retryable: false })],
  ])("%j is understood", (reply, answer) => {
    expect(answerFromReply(reply, NOW)).toStrictEqual(answer);
  });

  test.each<[reply: unknown, why: string]>([
    [undefined, 'expected "complete" or "ignored" or "failed"'],
    [null, 'expected "complete" or "ignored" or "failed"'],
    [true, 'expected "complete" or "ignored" or "failed"'],
    ["completed", 'expected "complete" or "ignored" or "failed"; did you mean "complete"?'],
    ["", 'expected "complete" or "ignored" or "failed"'],
    [["complete"], 'expected "complete" or "ignored" or "failed"'],
    [{ status: "completed" }, 'status: expected "complete" or "ignored" or "failed"; did you mean "complete"?'],
    [{ status: 200 }, 'status: expected "complete" or "ignored" or "failed"'],
  ])("%j is none, which is a failure that is tried again", (reply, why) => {
    const answer = answerFromReply(reply, NOW);
    expect(answer).toMatchObject({ outcome: "failed", retryable: true, error: { name: "UnknownReply" } });
    const message = "error" in answer ? answer.error.message : "";
    expect(message).toMatch(/^handle\(\) must reply "complete", "ignored", "failed" or an object with such a status/);
    expect(message).toContain(why);
  });

  test.each<[reply: unknown]>([
    [{}],
    [{ status: "ongoing" }],
    [{ status: null }],
    [{ outcome: "complete" }],
    [() => "complete"],
    [0],
    [new Map()],
  ])("%o is no reply either", (reply) => {
    expect(answerFromReply(reply, NOW)).toMatchObject({ outcome: "failed", retryable: true, error: { name: "UnknownReply" } });
  });

  const odd = (answer: Answer, text: string): Answer => ({ ...answer, odd: text }) as Answer;
  const ALLOWED = "(allowed: status, reason, retryAfter, retryable)";

  test.each<[reply: unknown, answer: Answer]>([
    [{ status: "complete", reason: "done" }, odd(settled("complete"), 'unknown field "reason" (allowed: status, emit)')],
    [{ status: "complete", emti: [] }, odd(settled("complete"), 'unknown field "emti"; did you mean "emit"? (allowed: status, emit)')],
    [
      { status: "failed", retryable: false, reason: "card declined", code: 402 },
      odd(failed("card declined", { retryable: false }), `unknown field "code" ${ALLOWED}`),
    ],
    [{ status: "failed", emit: [] }, odd(failed(), `unknown field "emit" ${ALLOWED}`)],
    [{ status: "failed", reason: 5 }, failed("5")],
    [{ status: "failed", reason: null, retryAfter: null, retryable: null }, failed()],
    [{ status: "failed", reason: { card: 1 }, retryable: false }, odd(failed(undefined, { retryable: false }), "reason: expected text")],
    [{ status: "failed", retryable: 0, reason: "x" }, odd(failed("x"), "retryable: expected true or false")],
  ])("%j is heard, and what is odd of it is noted", (reply, answer) => {
    expect(answerFromReply(reply, NOW)).toStrictEqual(answer);
  });

  test.each<[retryAfter: unknown, ms: number]>([
    [120, 120_000],
    [0, 0],
    [1.5, 1_500],
    ["120", 120_000],
    [" 120 ", 120_000],
    ["30s", 30_000],
    ["Fri, 27 Nov 2026 19:02:00 GMT", 120_000],
    ["Fri, 27 Nov 2026 18:00:00 GMT", 0],
    [new Date(NOW + 5_000), 5_000],
    [new Date(0), 0],
    [31_536_000, 31_536_000_000],
  ])("a failure may say when to come again as %j", (retryAfter, retryAfterMs) => {
    expect(answerFromReply({ status: "failed", retryAfter }, NOW)).toStrictEqual(failed(undefined, { retryAfterMs }));
  });

  test.each<[retryAfter: unknown, why: string]>([
    ["30 sec", 'retryAfter: expected seconds, a duration such as "30s", or an HTTP date'],
    ["soon", 'retryAfter: expected seconds, a duration such as "30s", or an HTTP date'],
    ["", 'retryAfter: expected seconds, a duration such as "30s", or an HTTP date'],
    [-5, 'retryAfter: expected seconds, a duration such as "30s", or an HTTP date'],
    [Number.NaN, 'retryAfter: expected seconds, a duration such as "30s", or an HTTP date'],
    [new Date(Number.NaN), 'retryAfter: expected seconds, a duration such as "30s", or an HTTP date'],
    [{ seconds: 5 }, 'retryAfter: expected seconds, a duration such as "30s", or an HTTP date'],
    ["366 days", "retryAfter: must be at most 365 days"],
    [Number.POSITIVE_INFINITY, "retryAfter: must be at most 365 days"],
    [new Date(8.64e15), "retryAfter: must be at most 365 days"],
  ])("what cannot be read as a wait is noted, and the policy's holds: %j", (retryAfter, why) => {
    const reply = { status: "failed", retryAfter, retryable: false, reason: "busy" };
    expect(answerFromReply(reply, NOW)).toStrictEqual(odd(failed("busy", { retryable: false }), why));
  });

  test.each([{}, "x", 5, new Map()])("whose events are no list is refused, and not tried again: %o", (emit) => {
    expect(answerFromReply({ status: "complete", emit }, NOW)).toMatchObject({
      outcome: "failed",
      retryable: false,
      error: { name: "InvalidReply", message: "(reply.invalid) emit: expected a list of events" },
    });
  });

  test("is not walked: a list of four thousand million holes, or an object of a million fields, costs nothing", () => {
    const emit: unknown[] = [];
    emit.length = 2 ** 32 - 1;
    const wide = Object.fromEntries(Array.from({ length: 1_000_000 }, (_, index) => [`field${index}`, index]));
    const spent = [emit, wide].map((one, index) => {
      const start = performance.now();
      const answer = answerFromReply(index === 0 ? { status: "complete", emit: one } : { status: "complete", ...wide }, NOW);
      expect(answer.outcome).toBe("complete");
      return performance.now() - start;
    });
    expect(Math.min(...spent)).toBeLessThan(200);
    const { odd: noted = "" } = answerFromReply({ status: "failed", ...wide }, NOW) as { odd?: string };
    expect(noted.length).toBeLessThan(500);
  });

  test("that is unknown is not recorded: it may hold a payload", () => {
    const secret = "5105105105105100";
    const replies = [
      secret,
      { status: secret },
      { status: "failed", reason: { card: secret } },
      { status: "complete", emit: secret },
      [secret],
    ];
    for (const reply of replies) expect(JSON.stringify(answerFromReply(reply, NOW))).not.toContain(secret);
  });
});

describe("an error that was thrown", () => {
  test("is recorded with its name, its message and the first lines of its stack", () => {
    const error = new RangeError("no stock");
    error.stack = ["RangeError: no stock", "    at one", "    at two", "    at three", "    at four", "    at five", "    at six"].join(
      "\n",
    );
    expect(answerFromError(error)).toEqual({
      outcome: "failed",
      retryable: true,
      error: { name: "RangeError", message: "no stock", stack: "RangeError: no stock\n    at one\n    at two\n    at three\n    at four" },
    });
  });

  test("may have no stack", () => {
    const error = new Error("no stock");
    delete error.stack;
    expect(answerFromError(error)).toStrictEqual({ outcome: "failed", retryable: true, error: { name: "Error", message: "no stock" } });
  });

  test.each<[thrown: unknown, message: string]>([
    ["no stock", "no stock"],
    ["", ""],
    [0, "0"],
    [null, "null"],
    [undefined, "undefined"],
    [{ card: "5105105105105100" }, "[object Object]"],
    [Symbol("no stock"), "Symbol(no stock)"],
  ])("%o is an answer too", (thrown, message) => {
    expect(answerFromError(thrown)).toEqual({ outcome: "failed", retryable: true, error: { name: "Thrown", message } });
  });

  test.each<[what: string, thrown: unknown, name: string, message: string]>([
    ["an object without a prototype", Object.create(null), "Thrown", "[object Object]"],
    ["an object whose toString is data", { toString: "no stock" }, "Thrown", "[object Object]"],
    ["an object that throws when it is written", { toString: () => unreadable() }, "Thrown", "[object Object]"],
    ["a list of four thousand million holes", new Array(2 ** 32 - 1), "Thrown", "[object Array]"],
    ["a number of a million digits", 2n ** 3_000_000n, "Thrown", "[object BigInt]"],
    [
      "an error whose message is a list of holes",
      Object.assign(new Error("x"), { message: new Array(2 ** 32 - 1) }),
      "Error",
      "[object Array]",
    ],
    ["an error whose message is a symbol", Object.assign(new Error("x"), { message: Symbol("s") }), "Error", "Symbol(s)"],
    ["an error whose message is no text", Object.assign(new Error("x"), { message: { card: 1 } }), "Error", "[object Object]"],
    ["an error without a message", Object.assign(new Error("x"), { message: undefined }), "Error", ""],
    ["an error whose message cannot be read", hiding("message"), "Error", "(unreadable)"],
    ["an error without a name", Object.assign(new Error("x"), { name: undefined }), "Error", "x"],
    ["an error with an empty name", Object.assign(new Error("x"), { name: "" }), "Error", "x"],
    ["an error whose name cannot be read", hiding("name"), "(unreadable)", "x"],
    ["an error whose stack is no text", Object.assign(new Error("x"), { stack: ["a"] }), "Error", "x"],
    ["an error whose stack cannot be read", hiding("stack"), "Error", "x"],
  ])("%s is recorded as a failure all the same", (_, thrown, name, message) => {
    expect(answerFromError(thrown)).toMatchObject({ outcome: "failed", retryable: true, error: { name, message } });
  });

  test("with an empty stack has none", () => {
    for (const stack of ["", undefined, null]) {
      const error = Object.assign(new Error("x"), { stack });
      expect(answerFromError(error)).toStrictEqual({ outcome: "failed", retryable: true, error: { name: "Error", message: "x" } });
    }
  });
});

describe("what is recorded of an error can be stored", () => {
  test("a long text is cut", () => {
    const error = new Error("m".repeat(5_000));
    error.name = "n".repeat(5_000);
    error.stack = "s".repeat(5_000);
    expect(answerFromError(error)).toMatchObject({
      error: {
        name: "n".repeat(REPLY.maxReasonLength),
        message: "m".repeat(REPLY.maxReasonLength),
        stack: "s".repeat(REPLY.maxReasonLength),
      },
    });
    expect(answerFromReply({ status: "failed", reason: "r".repeat(5_000) }, NOW)).toMatchObject({ error: { message: "r".repeat(1_000) } });
  });

  test("a cut through a character leaves no half of it", () => {
    expect(answerFromReply({ status: "failed", reason: `${"r".repeat(999)}👩` }, NOW)).toMatchObject({
      error: { message: `${"r".repeat(999)}\ufffd` },
    });
  });

  test("whatever the text", () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom(0, 0xd800, 0xdfff, 65, 10), fc.nat({ max: 0xffff })), { maxLength: 1_200 })
      .map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(text, text, text, (name, message, stack) => {
        const error = Object.assign(new Error(message), { name, stack });
        const answers = [
          answerFromError(error),
          answerFromError(message),
          answerFromReply({ status: "failed", reason: message }, NOW),
          answerInvalid(message),
          answerMisconfigured(message),
        ];
        for (const answer of answers) {
          for (const part of Object.values("error" in answer ? answer.error : { missing: "\0" })) {
            expect(isStorableText(part)).toBe(true);
            expect(part.length).toBeLessThanOrEqual(REPLY.maxReasonLength);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("other answers", () => {
  test("a reply that breaks the rules of emit is not tried again", () => {
    expect(answerInvalid("(payload.too_large) Event 0 is 2 MiB; the limit is 1 MiB.")).toStrictEqual({
      outcome: "failed",
      retryable: false,
      error: { name: "InvalidReply", message: "(reply.invalid) (payload.too_large) Event 0 is 2 MiB; the limit is 1 MiB." },
    });
  });

  test("a timeout is tried again", () => {
    expect(answerTimedOut(60_000)).toStrictEqual({
      outcome: "failed",
      retryable: true,
      error: { name: "Timeout", message: "handle() did not answer within 60000 ms" },
    });
  });

  test("a missing binding is misconfigured, not failed", () => {
    expect(answerMisconfigured("no binding")).toStrictEqual({
      outcome: "misconfigured",
      error: { name: "Misconfigured", message: "no binding" },
    });
  });
});

/** An error with a part that throws when it is read. */
function hiding(part: "name" | "message" | "stack"): Error {
  return Object.defineProperty(new Error("x"), part, { get: unreadable });
}

function unreadable(): never {
  throw new Error("cannot be read");
}
