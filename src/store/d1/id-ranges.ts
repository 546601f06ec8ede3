/**
 * SQL over the grammar of ids (schema/ids.ts). What belongs to an event is a range of the primary key: `-` sorts before `.`, and no id has
 * another character there. Names are SQL expressions: columns, parameters, JSON members.
 */

/** Ends a range of ids: sorts behind all that belongs to an event, and before the next event. */
export const BEHIND_EVENT = ".";

/** True for the ids of an event's dispatches, redrives included. */
export function isDispatchOf(event: string, { id }: { id: string }): string {
  return `${id} > ${event} || '-' AND ${id} < ${event} || '${BEHIND_EVENT}'`;
}

/** True for the ids of a line, by the first of it: a dispatch and its redrives. */
export function isInLine(original: string, { id }: { id: string }): string {
  return `${id} >= ${original} AND ${id} < ${original} || '${BEHIND_EVENT}'`;
}

/** True for the ids of the redrives in the line of a dispatch, by the first of the line. */
export function isRedriveOf(original: string, { id }: { id: string }): string {
  return `${id} BETWEEN ${original} || '-r' AND ${original} || '-s'`;
}

/** The first of the line of a dispatch. An id has no other `-r`. */
export function originalOf(id: string): string {
  return `substr(${id}, 1, instr(${id} || '-r', '-r') - 1)`;
}

/** Between these, both excluded, lie the ids of an event's dispatches. */
export function dispatchBounds(eventId: string): readonly [after: string, before: string] {
  return [`${eventId}-`, `${eventId}${BEHIND_EVENT}`];
}

/** Between these lie the ids of the redrives in a line, by the first of the line. */
export function redriveBounds(originalId: string): readonly [from: string, to: string] {
  return [`${originalId}-r`, `${originalId}-s`];
}

/** Ends the range of texts that begin with this one, which ends in an ASCII character: the next takes its place. */
export function behindPrefix(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
