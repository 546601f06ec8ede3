import prettyMs from "pretty-ms";
import type { Policy } from "../../../schema/config/policy.ts";
import { relative } from "./relative.ts";

/** A moment, relative to now; the exact one on hover. */
export function When({ at }: { at: string }) {
  return (
    <time datetime={at} title={at} data-relative>
      {relative(Date.parse(at), Date.now())}
    </time>
  );
}

/** `0 ms`, `320 ms`, `1.5 s`, `2 min 5 s`: two units at most. */
export function span(ms: number): string {
  return prettyMs(Math.max(0, Math.round(ms)), { unitCount: 2, secondsDecimalDigits: ms < 60_000 ? 1 : 0 });
}

/** How long it was from one moment to another. */
export function between(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

export function count(number: number): string {
  return number.toLocaleString("en");
}

/** `1 dispatch`, `2 dispatches`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** `no retry`, `2 retries, linear from 400ms to 1h`. */
export function retriesOf({ retry: { limit, backoff, delayMs, maxDelayMs } }: Policy): string {
  if (limit === 0) return "no retry";
  // A policy of an older version may have a first wait that is longer than it will be.
  const first = Math.min(delayMs, maxDelayMs);
  const waits = backoff === "constant" ? span(first) : `from ${span(first)} to ${span(maxDelayMs)}`;
  return `${counted(limit, "retry", "retries")}, ${backoff} ${waits}`;
}
