import * as z from "zod";
import { SECOND_MS } from "./limits.ts";

const dateTime = z.iso.datetime({ offset: true });

/** A point in time as callers write it: RFC 3339 text or a `Date`. RFC 3339 writes no other years, so whoever is told one may pass it on. */
export const moment = z.union([z.string(), z.date()], { error: "expected an RFC 3339 time or a Date" }).transform((written, context) => {
  const time = typeof written === "string" ? readTime(written) : written;
  if (time !== undefined && isOfFourDigits(time.getUTCFullYear())) return time;
  const message = time === undefined ? 'expected a time such as "2026-11-21T10:00:00Z"' : "must lie within the years 0000 to 9999";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** The same in milliseconds. */
export const momentMs = moment.transform((time) => time.getTime());

function isOfFourDigits(year: number): boolean {
  return year >= 0 && year <= 9_999;
}

/** The seconds of a leap second, at their place. */
const LEAP_SECOND = /^.{16}:60/;

/** RFC 3339 allows `t` and `z`, and leap seconds: no clock here has one, so it is read as the second that follows it. */
function readTime(text: string): Date | undefined {
  const isLeap = LEAP_SECOND.test(text);
  const regular = (isLeap ? `${text.slice(0, 17)}59${text.slice(19)}` : text).toUpperCase();
  if (!dateTime.safeParse(regular).success) return undefined;
  const time = new Date(regular);
  if (!isLeap) return time;
  const next = new Date(time.getTime() + SECOND_MS);
  return beginsDay(next) ? next : undefined;
}

/** True within the second with which a day of UTC begins: a leap second stands nowhere else than before it. */
function beginsDay(time: Date): boolean {
  return time.getUTCHours() + time.getUTCMinutes() + time.getUTCSeconds() === 0;
}
