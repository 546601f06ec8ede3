import ms, { type StringValue } from "ms";
import * as z from "zod";

type Short = "ms" | "s" | "m" | "h" | "d" | "w";
type Long = "second" | "minute" | "hour" | "day" | "week";

/** A length of time as Workflows write it: `"30s"`, `"15 minutes"`, `"7 days"`. `"0s"` is none at all. */
export type Duration = `${number}${Short}` | `${number} ${Short | Long | `${Long}s`}`;

const EXPECTED = 'expected a duration such as "30s", "15 minutes" or "7 days"';
const PATTERN = /^\d+(\.\d+)? ?(ms|s|m|h|d|w|(second|minute|hour|day|week)s?)$/;

/** True for text that is a duration. */
export function isDuration(text: string): text is Duration {
  return PATTERN.test(text);
}

/** Milliseconds of a valid duration. */
export function durationMs(duration: Duration): number {
  return Math.round(ms(duration as StringValue));
}

/** True for a duration that is rounded to none and does not say so. */
export function vanishes(duration: Duration | undefined): boolean {
  return duration !== undefined && durationMs(duration) === 0 && /[1-9]/.test(duration);
}

export const VANISHES = 'is shorter than a millisecond; say "0s" for none';

/** Schema of a duration between two bounds in milliseconds, both included. */
export function durationBetween(minMs: number, maxMs: number): z.ZodType<Duration, Duration> {
  const range =
    minMs === 0 ? `at most ${ms(maxMs, { long: true })}` : `between ${ms(minMs, { long: true })} and ${ms(maxMs, { long: true })}`;
  const schema = z
    .string({ error: EXPECTED })
    .regex(PATTERN, { error: EXPECTED, abort: true })
    .refine((text) => inRange(text as Duration, minMs, maxMs), { error: `must be ${range}` });
  return schema as unknown as z.ZodType<Duration, Duration>;
}

function inRange(duration: Duration, minMs: number, maxMs: number): boolean {
  const length = durationMs(duration);
  return length >= minMs && length <= maxMs;
}
