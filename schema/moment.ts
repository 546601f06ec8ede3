import * as z from "zod";

/** A point in time as callers write it: RFC 3339 text or a `Date`. */
export const moment = z
  .union([z.iso.datetime({ offset: true, error: 'expected a time such as "2026-11-21T10:00:00Z"' }), z.date()], {
    error: "expected an RFC 3339 time or a Date",
  })
  .transform((time) => new Date(time));

/** The same in milliseconds. */
export const momentMs = moment.transform((time) => time.getTime());
