/** Milliseconds at which a UUIDv7, or an id that starts with one, was made. `undefined` when it is no such id. */
export function timeOfId(id: string): number | undefined {
  const time = Number.parseInt(id.slice(0, 13).replace("-", ""), 16);
  return UUID_V7.test(id) ? time : undefined;
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;

const MAX_TIME = 2 ** 48 - 1;

/** The smallest id that can have been made at or after this time: a window of time is a range of ids. */
export function firstIdAt(time: number): string {
  const hex = Math.min(Math.max(0, Math.trunc(time)), MAX_TIME)
    .toString(16)
    .padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
}
