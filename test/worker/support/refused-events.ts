import type { FaultCode } from "../../../schema/faults.ts";
import { DAY_MS } from "../../../schema/limits.ts";

/** An event that breaks a rule, and the code of that rule. */
export interface RefusedEvent {
  readonly because: string;
  readonly code: FaultCode;
  readonly event: () => unknown;
}

/** An event of a type that is routed to a destination. */
function routed(fields: object): unknown {
  return { type: "fast.refused", data: 1, ...fields };
}

/** Everything that emit refuses for what a single event is, in a call and in a reply alike. */
export const REFUSED_EVENTS: readonly RefusedEvent[] = [
  { because: "it is not an object", code: "event.invalid", event: () => "order.placed" },
  { because: "it is null", code: "event.invalid", event: () => null },
  { because: "a field is unknown", code: "event.invalid", event: () => routed({ typ: "x" }) },
  { because: "it has no type", code: "event.invalid", event: () => ({ data: 1 }) },
  { because: "its type is null", code: "event.invalid", event: () => routed({ type: null }) },
  { because: "its type ends in a space", code: "event.invalid", event: () => routed({ type: "fast.refused " }) },
  { because: "its type holds a star", code: "event.invalid", event: () => routed({ type: "fast.*" }) },
  { because: "its type holds a line break", code: "event.invalid", event: () => routed({ type: "fast.\n" }) },
  { because: "its type is longer than 255 characters", code: "event.invalid", event: () => routed({ type: `fast.${"x".repeat(251)}` }) },
  { because: "its subject is empty", code: "event.invalid", event: () => routed({ subject: "" }) },
  { because: "its subject holds a NUL character", code: "event.invalid", event: () => routed({ subject: "a\0b" }) },
  { because: "its subject is longer than 1,024 bytes", code: "event.invalid", event: () => routed({ subject: "\u20ac".repeat(342) }) },
  { because: "its source holds a lone surrogate", code: "event.invalid", event: () => routed({ source: "a\ud800b" }) },
  { because: "its key is longer than 512 characters", code: "event.invalid", event: () => routed({ source: "s", key: "k".repeat(513) }) },
  { because: "its time is no time", code: "event.invalid", event: () => routed({ time: "yesterday" }) },
  { because: "its time is in the year 10000", code: "event.invalid", event: () => routed({ time: new Date("+010000-01-01") }) },
  { because: "an extension has a name that is none", code: "event.invalid", event: () => routed({ extensions: { traceParent: "a" } }) },
  { because: "an extension is an object", code: "event.invalid", event: () => routed({ extensions: { trace: {} } }) },
  { because: "its extensions exceed 4 KiB", code: "event.invalid", event: () => routed({ extensions: { trace: "x".repeat(4_096) } }) },
  { because: "its cause is incomplete", code: "event.invalid", event: () => routed({ causedBy: { depth: 1 } }) },
  {
    because: "its chain is named by what is no id",
    code: "event.invalid",
    event: () => routed({ causedBy: { correlationId: "first of all", causationId: "last-0", depth: 1 } }),
  },
  { because: "its data is 1.1 MiB", code: "payload.too_large", event: () => routed({ data: "x".repeat(1.1 * 1024 ** 2) }) },
  {
    because: "its data is 1.1 MiB in bytes, though not in characters",
    code: "payload.too_large",
    event: () => routed({ data: "\u20ac".repeat((1.1 * 1024 ** 2) / 3) }),
  },
  { because: "its data is nested 257 levels deep", code: "payload.too_deep", event: () => routed({ data: nested(257) }) },
  { because: "its data is nested 1,000 levels deep", code: "payload.too_deep", event: () => routed({ data: nested(1_000) }) },
  { because: "its data is cyclic", code: "payload.not_json", event: () => routed({ data: cyclic() }) },
  { because: "its data holds a BigInt", code: "payload.not_json", event: () => routed({ data: { total: 10n } }) },
  { because: "its data holds a Date", code: "payload.not_json", event: () => routed({ data: { at: new Date() } }) },
  { because: "its data holds a Map", code: "payload.not_json", event: () => routed({ data: new Map([["a", 1]]) }) },
  { because: "its data holds bytes", code: "payload.not_json", event: () => routed({ data: { bytes: new Uint8Array(3) } }) },
  { because: "its data holds NaN", code: "payload.not_json", event: () => routed({ data: [Number.NaN] }) },
  { because: "its data holds an infinity", code: "payload.not_json", event: () => routed({ data: { far: Number.NEGATIVE_INFINITY } }) },
  { because: "its data holds undefined in an array", code: "payload.not_json", event: () => routed({ data: [1, undefined, 3] }) },
  { because: "its data is an array with a hole", code: "payload.not_json", event: () => routed({ data: holed() }) },
  { because: "its data holds a function", code: "payload.not_json", event: () => routed({ data: { call: () => 1 } }) },
  { because: "its delay is 400 days", code: "delay.invalid", event: () => routed({ delay: "400 days" }) },
  { because: "its delay is not a duration", code: "delay.invalid", event: () => routed({ delay: 5 }) },
  { because: "it is to be delivered in 400 days", code: "delay.invalid", event: () => routed({ at: new Date(Date.now() + 400 * DAY_MS) }) },
  {
    because: "it is to be delivered in 400 days, even though no route takes it",
    code: "delay.invalid",
    event: () => routed({ type: "unrouted", at: new Date(Date.now() + 400 * DAY_MS).toISOString() }),
  },
  {
    because: "it has both a delay and a moment",
    code: "delay.invalid",
    event: () => routed({ delay: "1s", at: new Date(Date.now() + 1_000) }),
  },
  {
    because: "it would be the 33rd in a chain of causes",
    code: "chain.too_deep",
    event: () => routed({ causedBy: { correlationId: "first", causationId: "last-0", depth: 32 } }),
  },
];

function nested(levels: number): unknown {
  let data: unknown = "innermost";
  for (let level = 0; level < levels; level++) data = [data];
  return data;
}

function cyclic(): unknown {
  const data: Record<string, unknown> = {};
  data["self"] = { back: data };
  return data;
}

function holed(): unknown {
  const data = [1, 2, 3];
  delete data[1];
  return data;
}
