import fc from "fast-check";
import type { Policy } from "../../../schema/config/policy.ts";

const DAY = 24 * 60 * 60 * 1_000;

const ms = (max: number) => fc.oneof(fc.constantFrom(0, 1, 1_000), fc.nat({ max }));

/** Any policy that a configuration can come to. */
export const policy: fc.Arbitrary<Policy> = fc.record({
  timeoutMs: fc.integer({ min: 1, max: 15 * 60_000 }),
  retry: fc.record({
    limit: fc.oneof(fc.nat({ max: 8 }), fc.nat({ max: 1_000 })),
    backoff: fc.constantFrom("constant", "linear", "exponential"),
    delayMs: ms(365 * DAY),
    maxDelayMs: ms(365 * DAY),
    jitter: fc.constantFrom("full", "none"),
  }),
  misconfigured: fc.record({
    delayMs: fc.integer({ min: 1_000, max: DAY }),
    maxDelayMs: fc.integer({ min: 1_000, max: DAY }),
    forMs: ms(30 * DAY),
  }),
});

/** What `Math.random()` may return, its ends included. */
export const random = fc.oneof(fc.constantFrom(0, 0.5, 1 - 2 ** -53), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));

/** A policy without jitter, with what a test wants to be different. */
export function policyOf(
  given: { retry?: Partial<Policy["retry"]>; misconfigured?: Partial<Policy["misconfigured"]>; timeoutMs?: number } = {},
): Policy {
  return {
    timeoutMs: given.timeoutMs ?? 60_000,
    retry: { limit: 5, backoff: "exponential", delayMs: 5_000, maxDelayMs: 3_600_000, jitter: "none", ...given.retry },
    misconfigured: { delayMs: 60_000, maxDelayMs: 3_600_000, forMs: DAY, ...given.misconfigured },
  };
}
