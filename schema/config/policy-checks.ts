import prettyMs from "pretty-ms";
import type { Issue } from "../wording.ts";
import { VANISHES, vanishes } from "./duration.ts";
import type { DeliveryOptions, Policy } from "./policy.ts";

/** Refuses what is said about delivery and cannot be meant: `policy` is what it comes to. The path of an issue begins at what is said. */
export function* deliveryIssues(said: DeliveryOptions, policy: Policy): Generator<Issue> {
  yield* vanishing(said);
  yield* contradictions(said, policy);
}

/** Refuses durations that are not none and would be. */
export function* vanishing({ delay, retry = {}, misconfigured = {} }: DeliveryOptions): Generator<Issue> {
  const said = { delay, "retry.delay": retry.delay, "retry.maxDelay": retry.maxDelay, "misconfigured.for": misconfigured.for };
  for (const [path, duration] of Object.entries(said)) if (vanishes(duration)) yield { path, message: VANISHES };
}

/** Refuses settings that make each other something else, where what is said has a part in it: a policy that is pinned already stays what it is. */
export function* contradictions({ retry = {}, misconfigured = {} }: DeliveryOptions, policy: Policy): Generator<Issue> {
  if (saysOneOf(retry.delay, retry.maxDelay)) yield* longerThanCeiling("retry", policy.retry);
  if (saysOneOf(misconfigured.delay, misconfigured.maxDelay)) yield* longerThanCeiling("misconfigured", policy.misconfigured);
  const { forMs, delayMs } = policy.misconfigured;
  if (saysOneOf(misconfigured.delay, misconfigured.for) && forMs > 0 && forMs < delayMs) {
    const text = `is ${inWords(forMs)}, shorter than the first wait, misconfigured.delay of ${inWords(delayMs)}`;
    yield { path: "misconfigured.for", message: `${text}: it would be given up at once, which "0s" says` };
  }
}

function saysOneOf(...settings: readonly unknown[]): boolean {
  return settings.some((setting) => setting !== undefined);
}

function* longerThanCeiling(
  of: "retry" | "misconfigured",
  { delayMs, maxDelayMs }: { delayMs: number; maxDelayMs: number },
): Generator<Issue> {
  if (delayMs <= maxDelayMs) return;
  const text = `is ${inWords(delayMs)}, longer than ${of}.maxDelay of ${inWords(maxDelayMs)}, and no wait is longer than that`;
  yield { path: `${of}.delay`, message: `${text}: say a longer maxDelay or a shorter delay` };
}

function inWords(ms: number): string {
  return prettyMs(ms, { verbose: true });
}
