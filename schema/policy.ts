import * as z from "zod";
import { durationBetween } from "./duration.ts";
import { EMIT, POLICY } from "./limits.ts";
import { closedObject } from "./wording.ts";

const delay = durationBetween(0, EMIT.maxDelayMs);
const timeout = durationBetween(1, POLICY.maxTimeoutMs);

const retry = closedObject({
  /** Attempts after the first. `0`: one attempt and no more. */
  limit: z.int().min(0).max(POLICY.maxRetries).optional(),
  /** How the wait grows with each failed attempt: not at all, by `delay`, or to the double. */
  backoff: z.enum(["constant", "linear", "exponential"]).optional(),
  /** Wait after the first failed attempt. */
  delay: delay.optional(),
  /** No wait is longer, save one that a destination asks for with `retryAfter`. */
  maxDelay: delay.optional(),
  /** `full`: wait a random part of the time, so that what failed together does not return together. */
  jitter: z.enum(["full", "none"]).optional(),
});

const misconfigured = closedObject({
  /** Wait after the first attempt that found no `handle()`; doubles each time. */
  delay: durationBetween(POLICY.minMisconfiguredDelayMs, EMIT.maxDelayMs).optional(),
  maxDelay: durationBetween(POLICY.minMisconfiguredDelayMs, EMIT.maxDelayMs).optional(),
  /** How long to go on before the dispatch settles as `misconfigured`. `"0s"`: at once. */
  for: durationBetween(0, POLICY.maxMisconfiguredMs).optional(),
});

/** What a target, or the defaults, may say about delivery. All of it optional. */
export const delivery = {
  /** Not before this long after the event was emitted. */
  delay: delay.optional(),
  /** How long one attempt may take. */
  timeout: timeout.optional(),
  retry: retry.optional(),
  misconfigured: misconfigured.optional(),
};

const deliverySchema = closedObject(delivery);
export type DeliveryOptions = z.infer<typeof deliverySchema>;

/** What holds where nothing is said. */
export const DELIVERY_DEFAULTS = {
  delay: "0s",
  timeout: "60s",
  retry: { limit: 5, backoff: "exponential", delay: "5s", maxDelay: "1 hour", jitter: "full" },
  misconfigured: { delay: "1 minute", maxDelay: "1 hour", for: "24 hours" },
} as const satisfies DeliveryOptions;

/** A policy as pinned on a dispatch: complete, and in milliseconds. */
export interface Policy {
  readonly timeoutMs: number;
  readonly retry: {
    readonly limit: number;
    readonly backoff: "constant" | "linear" | "exponential";
    readonly delayMs: number;
    readonly maxDelayMs: number;
    readonly jitter: "full" | "none";
  };
  readonly misconfigured: { readonly delayMs: number; readonly maxDelayMs: number; readonly forMs: number };
}
