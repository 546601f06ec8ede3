import { DISPATCH_ID } from "../../schema/ids.ts";
import { messageOf } from "../../schema/message-of.ts";
import { NO_ANSWER } from "../platform/time-limit.ts";

/**
 * What workerd, Workflows and RPC say went wrong, read in one place: by their code where there is one, else by their words. Ids are taken out
 * of a text before it is read, as the platform may name the instance, and an id ends in any digits.
 */

/** Codes of `createBatch`: an instance of this id exists, or came earlier in the same batch (workflows/build/workers-api). */
const INSTANCE_EXISTS: readonly number[] = [10405, 10415];

export function isInstanceExists({ code }: { readonly code: number }): boolean {
  return INSTANCE_EXISTS.includes(code);
}

/** True when the platform limits the rate of calls: the same call succeeds later. */
export function isRateLimit(error: unknown): boolean {
  return RATE_LIMIT.test(wordsOf(error));
}

const RATE_LIMIT = anyOf(["rate[ _-]?limit(?:ed|ing|s)?", "too many requests", "429"]);

/** True for limits of the rate and for faults of the Workflows service: the same call may succeed later. */
export function isTransientOfWorkflows(error: unknown): boolean {
  return isRateLimit(error) || WORKFLOWS_AWAY.test(wordsOf(error));
}

const WORKFLOWS_AWAY = anyOf([
  "internal(?:[ _-]error)?",
  "10001",
  "unavailable",
  "overloaded",
  "time[ds]?[ -]?out",
  "connection lost",
  NO_ANSWER,
]);

/**
 * True when the queue refused a send in so many words, its errors of the kind 429 (queues/reference/error-codes): nothing of it was sent. Of
 * any other error, and of none, nobody knows: what was reported failed may have been sent.
 */
export function isRefusedByQueue(error: unknown): boolean {
  return REFUSED_BY_QUEUE.test(wordsOf(error));
}

const REFUSED_BY_QUEUE = anyOf(["1025[0-3]", "overloaded", "too many requests", "429", "limit exceeded", "queue (?:is )?disabled"]);

/** True when the engine does not know an instance of this id. */
export function isInstanceMissing(error: unknown): boolean {
  return INSTANCE_MISSING.test(wordsOf(error));
}

const INSTANCE_MISSING = anyOf(["(?:instance\\.)?not[ _.]found", "does not exist"]);

/** True when there is no such method, or no Worker to have it: what workerd says first (pinned in test/worker/platform.test.ts). */
export function isMissingHandle(error: unknown): error is Error {
  return error instanceof Error && [...MISSING_HANDLE, ...MISSING_WORKER].some((start) => start.test(messageOf(error)));
}

/** True when there is no Worker, or no entrypoint of the name in the binding. */
export function isMissingWorker(error: Error): boolean {
  return MISSING_WORKER.some((start) => start.test(messageOf(error)));
}

const MISSING_HANDLE: readonly RegExp[] = [
  /^The RPC receiver does not implement the method "handle"/,
  /^"handle" is not a function/,
  // A destination that is a plain object, not a class: its handlers are called with one argument.
  /^Attempted to call RPC function "handle" with the wrong number of arguments/,
  /^Cannot call handler function "handle" over RPC/,
];

/** What the registry of local development says. */
const MISSING_WORKER: readonly RegExp[] = [/^Worker "[^"]*" not found/, /^Worker does not export an entrypoint named/];

/** True when the platform failed and says no more than a number to look it up by. */
export function isInternalError(error: unknown): boolean {
  return error instanceof Error && /^internal error; reference = /.test(messageOf(error));
}

/** Whole words, in whatever case. A code may be glued to a name by a dot, a colon or an underscore. */
function anyOf(words: readonly string[]): RegExp {
  return new RegExp(`(?:^|[^a-z0-9])(?:${words.join("|")})(?![a-z0-9])`, "i");
}

const EVERY_ID = new RegExp(`${DISPATCH_ID.source}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`, "g");

function wordsOf(error: unknown): string {
  return messageOf(error).replaceAll(EVERY_ID, "…");
}
