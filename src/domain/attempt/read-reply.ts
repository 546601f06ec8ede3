import { durationMs, isDuration } from "../../../schema/config/duration.ts";
import { EMIT } from "../../../schema/limits.ts";
import { didYouMean } from "../../../schema/wording.ts";

/** A reply as far as it can be heard. `odd`: what of it says nothing, where, and what was expected; without its values. */
export type HeardReply =
  | { readonly status: "complete" | "ignored"; readonly emit: readonly unknown[]; readonly odd: readonly string[] }
  | { readonly status: "complete" | "ignored"; readonly unreadable: string; readonly odd: readonly string[] }
  | {
      readonly status: "failed";
      readonly reason?: string;
      readonly retryAfterMs?: number;
      readonly retryable?: boolean;
      readonly odd: readonly string[];
    };

const STATUSES = ["complete", "ignored", "failed"] as const;
type ReplyStatus = (typeof STATUSES)[number];

/**
 * Reads what a destination replied. A known status is heard with every field that can be read; a field that is odd is named and left out, as
 * finished work is not done again for a word too many. `now`: for a moment as `retryAfter`. Returns a text that says what was expected when
 * there is no known status.
 */
export function readReply(reply: unknown, now: number): HeardReply | string {
  if (typeof reply === "string")
    return isStatus(reply) ? readFields({ status: reply }, reply, now) : `expected ${EXPECTED}${hintFor(reply)}`;
  if (typeof reply !== "object" || reply === null || Array.isArray(reply)) return `expected ${EXPECTED}`;
  const { status } = reply as { readonly status?: unknown };
  if (!isStatus(status)) return `status: expected ${EXPECTED}${typeof status === "string" ? hintFor(status) : ""}`;
  return readFields(reply as Readonly<Record<string, unknown>>, status, now);
}

const EXPECTED = STATUSES.map((status) => `"${status}"`).join(" or ");

function hintFor(given: string): string {
  return didYouMean(given, STATUSES);
}

function isStatus(value: unknown): value is ReplyStatus {
  return (STATUSES as readonly unknown[]).includes(value);
}

/** Fields that each status goes with. */
const FIELDS: Readonly<Record<ReplyStatus, readonly string[]>> = {
  complete: ["status", "emit"],
  ignored: ["status", "emit"],
  failed: ["status", "reason", "retryAfter", "retryable"],
};

function readFields(reply: Readonly<Record<string, unknown>>, status: ReplyStatus, now: number): HeardReply {
  const surplus = surplusFields(reply, status);
  if (status !== "failed") {
    const emit = reply["emit"] ?? [];
    return Array.isArray(emit) ? { status, emit, odd: surplus } : { status, unreadable: "emit: expected a list of events", odd: surplus };
  }
  const [reason, retryAfterMs, retryable] = [readReason(reply), readRetryAfter(reply, now), readRetryable(reply)];
  const odd = [...surplus, ...[reason, retryAfterMs, retryable].flatMap((field) => ("odd" in field ? [field.odd] : []))];
  return { status, ...readField("reason", reason), ...readField("retryAfterMs", retryAfterMs), ...readField("retryable", retryable), odd };
}

/** A field that was read, one that is not there, or why it says nothing. */
type Field<Value> = { readonly value: Value } | { readonly odd: string } | { readonly absent: true };

function readField<Name extends string, Value>(name: Name, field: Field<Value>): { readonly [Key in Name]?: Value } {
  return ("value" in field ? { [name]: field.value } : {}) as { readonly [Key in Name]?: Value };
}

function readReason({ reason }: Readonly<Record<string, unknown>>): Field<string> {
  if (reason == null) return { absent: true };
  if (typeof reason === "string") return { value: reason };
  return typeof reason === "number" || typeof reason === "boolean" ? { value: String(reason) } : { odd: "reason: expected text" };
}

function readRetryable({ retryable }: Readonly<Record<string, unknown>>): Field<boolean> {
  if (retryable == null) return { absent: true };
  return typeof retryable === "boolean" ? { value: retryable } : { odd: "retryable: expected true or false" };
}

/** Seconds as a number or as the header `Retry-After` writes them, a duration, a moment as a `Date` or as that header writes it. */
function readRetryAfter({ retryAfter }: Readonly<Record<string, unknown>>, now: number): Field<number> {
  if (retryAfter == null) return { absent: true };
  const ms = waitMs(retryAfter, now);
  if (ms === undefined || Number.isNaN(ms)) return { odd: 'retryAfter: expected seconds, a duration such as "30s", or an HTTP date' };
  return ms > EMIT.maxDelayMs ? { odd: "retryAfter: must be at most 365 days" } : { value: Math.max(0, Math.round(ms)) };
}

const SECONDS = /^\d{1,12}(\.\d{1,9})?$/;
/** RFC 9110 section 5.6.7, as servers write it: `Fri, 27 Nov 2026 19:00:00 GMT`. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function waitMs(retryAfter: unknown, now: number): number | undefined {
  if (typeof retryAfter === "number") return retryAfter < 0 ? undefined : retryAfter * 1_000;
  if (retryAfter instanceof Date) return retryAfter.getTime() - now;
  if (typeof retryAfter !== "string") return undefined;
  const text = retryAfter.trim();
  if (SECONDS.test(text)) return Number(text) * 1_000;
  if (HTTP_DATE.test(text)) return Date.parse(text) - now;
  return isDuration(text) ? durationMs(text) : undefined;
}

const NAMED_FIELDS = 3;
const LONGEST_NAME = 40;

/** Fields that a status does not go with: the first of them, since their names are whatever a destination says. */
function surplusFields(reply: Readonly<Record<string, unknown>>, status: ReplyStatus): string[] {
  const allowed = FIELDS[status];
  const surplus: string[] = [];
  for (const name in reply) {
    if (allowed.includes(name) || reply[name] === undefined) continue;
    if (surplus.length === NAMED_FIELDS) return [...surplus, "and others"];
    surplus.push(`unknown field "${name.slice(0, LONGEST_NAME)}"${didYouMean(name, allowed)} (allowed: ${allowed.join(", ")})`);
  }
  return surplus;
}
