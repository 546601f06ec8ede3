import { type Duration, durationMs } from "./duration.ts";
import { DELIVERY_DEFAULTS, type DeliveryOptions, type Policy } from "./policy.ts";

const { timeout, retry, misconfigured } = DELIVERY_DEFAULTS;
const DEFAULT_POLICY: Policy = {
  timeoutMs: durationMs(timeout),
  retry: {
    limit: retry.limit,
    backoff: retry.backoff,
    delayMs: durationMs(retry.delay),
    maxDelayMs: durationMs(retry.maxDelay),
    jitter: retry.jitter,
  },
  misconfigured: {
    delayMs: durationMs(misconfigured.delay),
    maxDelayMs: durationMs(misconfigured.maxDelay),
    forMs: durationMs(misconfigured.for),
  },
};

/** Resolves delay and policy of a target: what it says itself, else what the hub's defaults say, else ours. */
export function resolveDelivery(target: DeliveryOptions, defaults: DeliveryOptions = {}): { delayMs: number; policy: Policy } {
  return {
    delayMs: durationMs(target.delay ?? defaults.delay ?? DELIVERY_DEFAULTS.delay),
    policy: policyWith(policyWith(DEFAULT_POLICY, defaults), target),
  };
}

/** A policy with what is to be otherwise. */
export function policyWith(policy: Policy, { timeout, retry = {}, misconfigured = {} }: DeliveryOptions): Policy {
  return {
    timeoutMs: msOr(policy.timeoutMs, timeout),
    retry: {
      limit: retry.limit ?? policy.retry.limit,
      backoff: retry.backoff ?? policy.retry.backoff,
      delayMs: msOr(policy.retry.delayMs, retry.delay),
      maxDelayMs: msOr(policy.retry.maxDelayMs, retry.maxDelay),
      jitter: retry.jitter ?? policy.retry.jitter,
    },
    misconfigured: {
      delayMs: msOr(policy.misconfigured.delayMs, misconfigured.delay),
      maxDelayMs: msOr(policy.misconfigured.maxDelayMs, misconfigured.maxDelay),
      forMs: msOr(policy.misconfigured.forMs, misconfigured.for),
    },
  };
}

function msOr(otherwise: number, duration: Duration | undefined): number {
  return duration === undefined ? otherwise : durationMs(duration);
}
