import * as z from "zod";
import { CHAIN, EMIT, POLICY } from "../limits.ts";
import { closedObject } from "../wording.ts";
import { type Duration, durationBetween } from "./duration.ts";

/** What a target, or the defaults, may say about delivery. */
export interface DeliveryOptions {
  /** Not before this long after the event was emitted. At most 365 days; by default none. */
  readonly delay?: Duration | undefined;
  /** How long one attempt may take. At most 15 minutes; by default 60 seconds. */
  readonly timeout?: Duration | undefined;
  /** What follows a failed attempt. */
  readonly retry?: RetryPolicy | undefined;
  /** What follows an attempt that found no `handle()`. */
  readonly misconfigured?: MisconfiguredOptions | undefined;
}

/** What holds where a target says nothing, and for the hub as a whole. */
export interface HubDefaults extends DeliveryOptions {
  /** Events that a chain may have before it takes no more, 1 to 100,000; by default 10,000. `purge()` keeps chains of more than 12,000. */
  readonly maxChainEvents?: number | undefined;
}

export interface RetryPolicy {
  /** Attempts after the first, 0 to 1,000; by default 5. `0`: one attempt and no more. */
  readonly limit?: number | undefined;
  /** How the wait grows with each failed attempt: not at all, by `delay`, or to the double, which is the default. */
  readonly backoff?: "constant" | "linear" | "exponential" | undefined;
  /** Wait after the first failed attempt; by default 5 seconds. */
  readonly delay?: Duration | undefined;
  /** No wait is longer, save one that a destination asks for with `retryAfter`; by default 1 hour. */
  readonly maxDelay?: Duration | undefined;
  /** `full`, the default: wait a random part of the time, so that what failed together does not return together. */
  readonly jitter?: "full" | "none" | undefined;
}

export interface MisconfiguredOptions {
  /** Wait after the first such attempt, at least 1 second; doubles each time. By default 1 minute. */
  readonly delay?: Duration | undefined;
  /** By default 1 hour. */
  readonly maxDelay?: Duration | undefined;
  /** How long to go on before the dispatch settles as `misconfigured`, at most 30 days; by default 24 hours. `"0s"`: at once. */
  readonly for?: Duration | undefined;
}

const delay = durationBetween(0, EMIT.maxDelayMs);
const misconfiguredDelay = durationBetween(POLICY.minMisconfiguredDelayMs, EMIT.maxDelayMs);

/** {@link DeliveryOptions}, to be part of an object. */
export const delivery = {
  delay: delay.optional(),
  timeout: durationBetween(1, POLICY.maxTimeoutMs).optional(),
  retry: closedObject({
    limit: z.int().min(0).max(POLICY.maxRetries).optional(),
    backoff: z.enum(["constant", "linear", "exponential"]).optional(),
    delay: delay.optional(),
    maxDelay: delay.optional(),
    jitter: z.enum(["full", "none"]).optional(),
  }).optional(),
  misconfigured: closedObject({
    delay: misconfiguredDelay.optional(),
    maxDelay: misconfiguredDelay.optional(),
    for: durationBetween(0, POLICY.maxMisconfiguredMs).optional(),
  }).optional(),
} satisfies { readonly [Name in keyof DeliveryOptions]-?: z.ZodType<DeliveryOptions[Name], DeliveryOptions[Name]> };

/** {@link HubDefaults}, to be an object. */
export const hubDefaults = {
  ...delivery,
  maxChainEvents: z.int().min(1).max(CHAIN.maxConfigured).optional(),
} satisfies { readonly [Name in keyof HubDefaults]-?: z.ZodType<HubDefaults[Name], HubDefaults[Name]> };

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
