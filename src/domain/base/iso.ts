import { timeOfId } from "./time-id.ts";

/** When an event was emitted: its id says so. */
export function emittedAt(id: string): string {
  return iso(timeOfId(id) ?? 0);
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}
