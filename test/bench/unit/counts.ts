import { CASE_NAMES } from "../counts/cases.ts";
import type { Counts, Usage } from "../counts/usage.ts";

export const NOTHING: Usage = {
  events: 0,
  stored: 0,
  dispatches: 0,
  deliveries: 0,
  rowsWritten: 0,
  rowsRead: 0,
  roundTrips: 0,
  messages: 0,
  queueOperations: 0,
  consumerRequests: 0,
  instances: 0,
  steps: 0,
  subrequests: 0,
};

/** An event that no route takes. */
export const EVENT: Usage = { ...NOTHING, events: 1, stored: 1, rowsWritten: 2, rowsRead: 1, roundTrips: 1, subrequests: 1 };

/** An event that goes to one destination and completes at once. */
export const ONCE: Usage = {
  events: 1,
  stored: 1,
  dispatches: 1,
  deliveries: 1,
  rowsWritten: 6,
  rowsRead: 7,
  roundTrips: 3,
  messages: 1,
  queueOperations: 3,
  consumerRequests: 1,
  instances: 1,
  steps: 1,
  subrequests: 6,
};

/** Counts in which every case is known from the others by its rows. */
export const COUNTS = {
  ...(Object.fromEntries(CASE_NAMES.map((name, nth) => [name, { ...ONCE, rowsWritten: 100 + 10 * nth }])) as unknown as Counts),
  nowhere: EVENT,
  once: ONCE,
} satisfies Counts;
