import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationMs } from "../../../../schema/config/duration.ts";
import { DELIVERY_DEFAULTS, type DeliveryOptions } from "../../../../schema/config/policy.ts";
import { resolveDelivery } from "../../../../schema/config/resolve-policy.ts";
import { delivery } from "../../support/configs.ts";

const BUILT_IN = {
  delayMs: 0,
  policy: {
    timeoutMs: 60_000,
    retry: { limit: 5, backoff: "exponential", delayMs: 5_000, maxDelayMs: 3_600_000, jitter: "full" },
    misconfigured: { delayMs: 60_000, maxDelayMs: 3_600_000, forMs: 86_400_000 },
  },
};

type Resolved = ReturnType<typeof resolveDelivery>;

/** Each thing that may be said, with two values of which one is zero where zero is allowed, and where it ends up. */
const MEMBERS: [
  name: string,
  say: (value: never) => DeliveryOptions,
  zero: unknown,
  other: unknown,
  read: (resolved: Resolved) => unknown,
  read0: unknown,
  readOther: unknown,
][] = [
  ["delay", (delay) => ({ delay }), "0s", "7 days", ({ delayMs }) => delayMs, 0, 604_800_000],
  ["timeout", (timeout) => ({ timeout }), "1ms", "5s", ({ policy }) => policy.timeoutMs, 1, 5_000],
  ["retry.limit", (limit) => ({ retry: { limit } }), 0, 1_000, ({ policy }) => policy.retry.limit, 0, 1_000],
  [
    "retry.backoff",
    (backoff) => ({ retry: { backoff } }),
    "constant",
    "linear",
    ({ policy }) => policy.retry.backoff,
    "constant",
    "linear",
  ],
  ["retry.delay", (delay) => ({ retry: { delay } }), "0s", "1 minute", ({ policy }) => policy.retry.delayMs, 0, 60_000],
  ["retry.maxDelay", (maxDelay) => ({ retry: { maxDelay } }), "0s", "2 hours", ({ policy }) => policy.retry.maxDelayMs, 0, 7_200_000],
  ["retry.jitter", (jitter) => ({ retry: { jitter } }), "none", "full", ({ policy }) => policy.retry.jitter, "none", "full"],
  [
    "misconfigured.delay",
    (delay) => ({ misconfigured: { delay } }),
    "1s",
    "5s",
    ({ policy }) => policy.misconfigured.delayMs,
    1_000,
    5_000,
  ],
  [
    "misconfigured.maxDelay",
    (maxDelay) => ({ misconfigured: { maxDelay } }),
    "1s",
    "2 hours",
    ({ policy }) => policy.misconfigured.maxDelayMs,
    1_000,
    7_200_000,
  ],
  [
    "misconfigured.for",
    (length) => ({ misconfigured: { for: length } }),
    "0s",
    "30 days",
    ({ policy }) => policy.misconfigured.forMs,
    0,
    2_592_000_000,
  ],
];

describe("where nothing is said", () => {
  test("the built-in policy holds", () => {
    expect(resolveDelivery({})).toEqual(BUILT_IN);
    expect(resolveDelivery({}, undefined)).toEqual(BUILT_IN);
    expect(resolveDelivery({ retry: {}, misconfigured: {} }, { retry: {}, misconfigured: {} })).toEqual(BUILT_IN);
    expect(resolveDelivery({ retry: undefined, misconfigured: undefined }, { retry: undefined })).toEqual(BUILT_IN);
  });
});

describe.each(MEMBERS)("%s", (_, sayTyped, zero, other, read, readZero, readOther) => {
  const say = sayTyped as (value: unknown) => DeliveryOptions;
  const builtIn = read(resolveDelivery({}));

  test("of the target wins over the defaults, zero or not", () => {
    expect(read(resolveDelivery(say(zero), say(other)))).toBe(readZero);
    expect(read(resolveDelivery(say(other), say(zero)))).toBe(readOther);
  });

  test("of the defaults wins over what is built in, zero or not", () => {
    expect(read(resolveDelivery({}, say(zero)))).toBe(readZero);
    expect(read(resolveDelivery({}, say(other)))).toBe(readOther);
  });

  test("that is undefined hides nothing", () => {
    expect(read(resolveDelivery(say(undefined), say(zero)))).toBe(readZero);
    expect(read(resolveDelivery(say(undefined), say(undefined)))).toBe(builtIn);
    expect(read(resolveDelivery(say(zero), say(undefined)))).toBe(readZero);
  });

  test("changes nothing else", () => {
    const changed = resolveDelivery(say(zero));
    const back = resolveDelivery(say(zero), say(other));
    expect(back).toEqual(changed);
    expect(Object.values(flat(changed)).filter((value, index) => value !== Object.values(flat(BUILT_IN as Resolved))[index])).toHaveLength(
      readZero === builtIn ? 0 : 1,
    );
  });
});

test("every member is said by the nearest who says it", () => {
  fc.assert(
    fc.property(delivery, delivery, (target, defaults) => {
      const { delayMs, policy } = resolveDelivery(target, defaults);
      const built = DELIVERY_DEFAULTS;
      const nearest = <Value>(...said: (Value | undefined)[]): Value => said.find((value) => value !== undefined) as Value;
      expect(delayMs).toBe(durationMs(nearest(target.delay, defaults.delay, built.delay)));
      expect(policy.timeoutMs).toBe(durationMs(nearest(target.timeout, defaults.timeout, built.timeout)));
      expect(policy.retry).toEqual({
        limit: nearest<number>(target.retry?.limit, defaults.retry?.limit, built.retry.limit),
        backoff: nearest<string>(target.retry?.backoff, defaults.retry?.backoff, built.retry.backoff),
        delayMs: durationMs(nearest(target.retry?.delay, defaults.retry?.delay, built.retry.delay)),
        maxDelayMs: durationMs(nearest(target.retry?.maxDelay, defaults.retry?.maxDelay, built.retry.maxDelay)),
        jitter: nearest<string>(target.retry?.jitter, defaults.retry?.jitter, built.retry.jitter),
      });
      expect(policy.misconfigured).toEqual({
        delayMs: durationMs(nearest(target.misconfigured?.delay, defaults.misconfigured?.delay, built.misconfigured.delay)),
        maxDelayMs: durationMs(nearest(target.misconfigured?.maxDelay, defaults.misconfigured?.maxDelay, built.misconfigured.maxDelay)),
        forMs: durationMs(nearest(target.misconfigured?.for, defaults.misconfigured?.for, built.misconfigured.for)),
      });
    }),
    { numRuns: 500 },
  );
});

function flat({ delayMs, policy }: Resolved): Record<string, unknown> {
  const named = (name: string, part: object) =>
    Object.fromEntries(Object.entries(part).map(([member, value]) => [`${name}.${member}`, value]));
  return { delayMs, timeoutMs: policy.timeoutMs, ...named("retry", policy.retry), ...named("misconfigured", policy.misconfigured) };
}
