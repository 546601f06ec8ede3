import type { Policy } from "../../../schema/config/policy.ts";

/**
 * How long to wait before the next attempt, in milliseconds.
 * `failures`: failed attempts so far, at least 1. `random`: from [0, 1), drawn once by the caller.
 */
export function retryDelayMs(retry: Policy["retry"], failures: number, random: number): number {
  const capped = Math.min(grown(retry, failures), retry.maxDelayMs);
  return retry.jitter === "full" ? Math.floor(random * capped) : capped;
}

function grown({ backoff, delayMs }: Policy["retry"], failures: number): number {
  switch (backoff) {
    case "constant":
      return delayMs;
    case "linear":
      return delayMs * failures;
    case "exponential":
      return delayMs * 2 ** (failures - 1);
    default:
      return backoff satisfies never;
  }
}

/** The same for an attempt that found no `handle()`: doubling, without jitter. `misses`: such attempts in a row, at least 1. */
export function misconfiguredDelayMs(policy: Policy["misconfigured"], misses: number): number {
  return Math.min(policy.delayMs * 2 ** (misses - 1), policy.maxDelayMs);
}
