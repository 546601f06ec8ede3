import { durationMs } from "../../schema/duration.ts";
import { DELIVERY_DEFAULTS, type DeliveryOptions, type Policy } from "../../schema/policy.ts";

/** Resolves delay and policy of a target: what it says itself, else what the hub's defaults say, else ours. */
export function resolveDelivery(target: DeliveryOptions, defaults: DeliveryOptions = {}): { delayMs: number; policy: Policy } {
  const retry = { ...DELIVERY_DEFAULTS.retry, ...said(defaults.retry), ...said(target.retry) };
  const misconfigured = { ...DELIVERY_DEFAULTS.misconfigured, ...said(defaults.misconfigured), ...said(target.misconfigured) };
  return {
    delayMs: durationMs(target.delay ?? defaults.delay ?? DELIVERY_DEFAULTS.delay),
    policy: {
      timeoutMs: durationMs(target.timeout ?? defaults.timeout ?? DELIVERY_DEFAULTS.timeout),
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
    },
  };
}

type Said<Options> = { [Name in keyof Options]?: Exclude<Options[Name], undefined> };

/** Without the members that are `undefined`, which would hide what they should fall back to. */
function said<Options extends object>(options: Options | undefined): Said<Options> {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as Said<Options>;
}
