import { durationMs } from "../../../schema/config/duration.ts";
import { handleReply } from "../../../schema/contract/handle-reply.ts";
import { faultText } from "../../../schema/faults.ts";
import { REPLY } from "../../../schema/limits.ts";
import { inWords, issuesOf, issueText } from "../../../schema/wording.ts";

/** What is kept of an error: never the payload. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** What an attempt came to, before anything is decided. */
export type Answer =
  | { readonly outcome: "complete" | "ignored"; readonly emit: readonly unknown[] }
  | FailedAnswer
  | { readonly outcome: "misconfigured"; readonly error: RecordedError };

interface FailedAnswer {
  readonly outcome: "failed";
  readonly error: RecordedError;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}

/** Reads what a destination replied. An unknown reply is a failure that is retried, like a throw. */
export function answerFromReply(reply: unknown): Answer {
  const parsed = handleReply.safeParse(reply, inWords);
  if (!parsed.success) {
    const what = issuesOf(parsed.error).map(issueText).join("; ");
    return failed({
      name: "UnknownReply",
      message: `handle() must reply "complete", "ignored", "failed" or an object with such a status: ${what}`,
    });
  }
  const said = typeof parsed.data === "string" ? { status: parsed.data } : parsed.data;
  if (said.status !== "failed") return { outcome: said.status, emit: ("emit" in said ? said.emit : undefined) ?? [] };
  const { reason, retryAfter, retryable } = { reason: undefined, retryAfter: undefined, retryable: undefined, ...said };
  const error = { name: "Failed", message: reason ?? "the destination replied failed" };
  return failed(error, { retryable: retryable ?? true, ...(retryAfter !== undefined && { retryAfterMs: durationMs(retryAfter) }) });
}

/** An error that a destination threw. */
export function answerFromError(error: unknown): Answer {
  return failed(error instanceof Error ? error : { name: "Thrown", message: readable(() => String(error)) });
}

/** A reply that broke the rules of emit: trying again would break them again. */
export function answerInvalid(why: string): FailedAnswer {
  return failed({ name: "InvalidReply", message: faultText("reply.invalid", why) }, { retryable: false });
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

/** What was thrown is not ours: its parts may be of any kind, or throw when they are read. */
function recorded(error: RecordedError | Error): RecordedError {
  const stack = readable(() => error.stack);
  const kept = { name: storable(readable(() => error.name) || "Error"), message: storable(readable(() => error.message)) };
  return stack === "" ? kept : { ...kept, stack: storable(stack.split("\n").slice(0, STACK_LINES).join("\n")) };
}

function readable(read: () => unknown): string {
  try {
    return String(read() ?? "");
  } catch {
    return "(unreadable)";
  }
}

function storable(text: string): string {
  return text.slice(0, REPLY.maxReasonLength).toWellFormed().replaceAll("\0", "\ufffd");
}
