/**
 * Ids of the hub. An event's is a UUIDv7: the primary key is the time index, and the last byte names the database that stores it. All that
 * belongs to an event has an id that begins with the event's: `<event>-<ordinal>` a dispatch, `<event>-<ordinal>-r<n>_<moment>` the nth redrive
 * of one. The moment keeps a database that was put back from drawing an id whose run the engine still keeps: time does not come back. Redrives
 * that an earlier version stored have none.
 * Ranges of ids in SQL: src/store/d1/id-ranges.ts.
 */

const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Digits in base 36 of the moment in a redrive's id: enough for milliseconds until the year 5188. */
const MOMENT_DIGITS = 9;

const REDRIVE = new RegExp(`-r(\\d{1,6})(?:_[0-9a-z]{${MOMENT_DIGITS}})?`);

const REDRIVE_AT_END = new RegExp(`${REDRIVE.source}$`);

/** Matches the id of a dispatch, redrives included, anywhere in a text. */
export const DISPATCH_ID = new RegExp(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}-\\d{1,6}(?:${REDRIVE.source})?`);

const ONLY_DISPATCH_ID = new RegExp(`^${DISPATCH_ID.source}$`);

/** The id of the dispatch that is `ordinal` in the order of the routes an event was owed by, from 0. */
export function dispatchId(eventId: string, ordinal: number): string {
  return `${eventId}-${ordinal}`;
}

/** The id of the nth redrive in the line of a dispatch, from 1, made at a moment in milliseconds. `id`: any dispatch of that line. */
export function redriveId(id: string, nth: number, madeAt: number): string {
  return `${originalIdOf(id)}-r${nth}_${madeAt.toString(36).padStart(MOMENT_DIGITS, "0")}`;
}

/** The event that a dispatch belongs to: all of its id before the ordinal. */
export function eventIdOf(dispatchId: string): string {
  return originalIdOf(dispatchId).replace(/-\d+$/, "");
}

/** The first of the line a dispatch belongs to: the id without what makes it a redrive. */
export function originalIdOf(dispatchId: string): string {
  return dispatchId.replace(REDRIVE_AT_END, "");
}

/** Which redrive of its line a dispatch is, from 1; 0 for the first of the line. */
export function redriveNumberOf(dispatchId: string): number {
  return Number(REDRIVE_AT_END.exec(dispatchId)?.[1] ?? 0);
}

/** True for the id of a redrive. */
export function isRedriveId(dispatchId: string): boolean {
  return REDRIVE_AT_END.test(dispatchId);
}

/** True for what has the shape of an event's id. */
export function isEventId(text: string): boolean {
  return EVENT_ID.test(text);
}

/** True for what has the shape of a dispatch's id, redrives included. */
export function isDispatchId(text: string): boolean {
  return ONLY_DISPATCH_ID.test(text);
}

/** The shard of ids made by a hub with one database. */
export const FIRST_SHARD = 0;

/** Where the last byte of a UUID stands in its text. */
const LAST_BYTE = [34, 36] as const;

/** Names the database an event is stored in, by its id or one that begins with it: the last byte of the event's. */
export function shardOf(id: string): number {
  return Number.parseInt(id.slice(...LAST_BYTE), 16);
}
