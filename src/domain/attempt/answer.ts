import { faultText } from "../../../schema/faults.ts";
import { REPLY } from "../../../schema/limits.ts";
import { textOf } from "../../../schema/message-of.ts";
import { readReply } from "./read-reply.ts";

/** What is kept of an error: never the payload. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** What an attempt came to, before anything is decided. */
export type Answer =
  | { readonly outcome: "complete" | "ignored"; readonly emit: readonly unknown[]; readonly odd?: string }
  | FailedAnswer
  | { readonly outcome: "misconfigured"; readonly error: RecordedError };

interface FailedAnswer {
  readonly outcome: "failed";
  readonly error: RecordedError;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  /** What of the reply said nothing: to be noted. */
  readonly odd?: string;
}

/** Reads what a destination replied. A reply without a known status is a failure that is retried, like a throw. `now`: when it came. */
export function answerFromReply(reply: unknown, now: number): Answer {
  const heard = readReply(reply, now);
  if (typeof heard === "string") {
    const message = `handle() must reply "complete", "ignored", "failed" or an object with such a status: ${heard}`;
    return failed({ name: "UnknownReply", message });
  }
  const odd = heard.odd.length === 0 ? {} : { odd: storable(heard.odd.join("; ")) };
  if (heard.status !== "failed") {
    return "emit" in heard ? { outcome: heard.status, emit: heard.emit, ...odd } : { ...answerInvalid(heard.unreadable), ...odd };
  }
  const { reason = "the destination replied failed", retryable = true, retryAfterMs } = heard;
  const how = { retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return { ...failed({ name: "Failed", message: reason }, how), ...odd };
}

/** An error that a destination threw. */
export function answerFromError(error: unknown): Answer {
  return failed(error instanceof Error ? error : { name: "Thrown", message: textOf(() => error) });
}

/** A reply that broke the rules of emit: trying again would break them again. */
export function answerInvalid(why: string): FailedAnswer {
  return failed({ name: "InvalidReply", message: faultText("reply.invalid", why) }, { retryable: false });
}

/** An error of our own in handling a reply: the events in it could not be `planned`, or `stored`. */
export function answerUnforeseen(what: "planned" | "stored", error: unknown): FailedAnswer {
  const why = readable(() => (error instanceof Error ? `${error.name}: ${error.message}` : error));
  return failed({ name: "UnforeseenError", message: `the events of the reply could not be ${what}: ${why}` });
}

export function answerTimedOut(timeoutMs: number): Answer {
  return failed({ name: "Timeout", message: `handle() did not answer within ${timeoutMs} ms` });
}

export function answerMisconfigured(message: string): Answer {
  return { outcome: "misconfigured", error: recorded({ name: "Misconfigured", message }) };
}

function failed(error: RecordedError | Error, how: { retryable: boolean; retryAfterMs?: number } = { retryable: true }): FailedAnswer {
  return { outcome: "failed", error: recorded(error), ...how };
}

const STACK_LINES = 5;
/** Characters that are looked at for lines: a message may be of megabytes, and a stack begins with it. */
const LONGEST_STACK = STACK_LINES * REPLY.maxReasonLength;

/** What was thrown is not ours: its parts may be of any kind, or throw when they are read. */
function recorded(error: RecordedError | Error): RecordedError {
  const stack = readable(() => error.stack).slice(0, LONGEST_STACK);
  const kept = { name: storable(readable(() => error.name) || "Error"), message: storable(readable(() => error.message)) };
  return stack === "" ? kept : { ...kept, stack: storable(stack.split("\n").slice(0, STACK_LINES).join("\n")) };
}

function readable(read: () => unknown): string {
  return textOf(() => read() ?? "");
}

function storable(text: string): string {
  return text.slice(0, REPLY.maxReasonLength).toWellFormed().replaceAll("\0", "\ufffd");
}
