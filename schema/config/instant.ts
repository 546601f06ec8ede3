/** A moment as precise as it was written: whole seconds in milliseconds since 1970, and the digits of its fraction. */
export interface Instant {
  readonly wholeMs: number;
  readonly fraction: string;
}

const RFC_3339 = /^(\d{4}-\d\d-\d\d)t(\d\d:\d\d:\d\d)(?:\.(\d+))?(?:z|([+-])([01]\d|2[0-3]):([0-5]\d))$/i;

const MINUTE_MS = 60_000;

/** Reads an RFC 3339 time; `undefined` for any other text, and for a day or hour that no calendar has. */
export function readInstant(text: string): Instant | undefined {
  const [, date, time, fraction = "", sign, hours = 0, minutes = 0] = RFC_3339.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const local = new Date(`${date}T${time}Z`);
  // The engine reads the 30th of February as the 2nd of March.
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(`${date}T${time}`)) return undefined;
  const offsetMs = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return { wholeMs: local.getTime() - offsetMs, fraction };
}

/** Negative when `a` is before `b`, positive when it is after, 0 when they are the same moment. */
export function compareInstants(a: Instant, b: Instant): number {
  if (a.wholeMs !== b.wholeMs) return a.wholeMs - b.wholeMs;
  const digits = Math.max(a.fraction.length, b.fraction.length);
  const [first, second] = [a.fraction.padEnd(digits, "0"), b.fraction.padEnd(digits, "0")];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
