import type { EventData } from "./event-data.ts";

/** What the destination `hostile` does, in the order of events. Its route retries once, after a second, and gives it three. */
export const HOSTILITIES = [
  "holes",
  "toJSON",
  "endless list",
  "wide",
  "odd complete",
  "odd failed",
  "unknown status",
  "megabytes thrown",
  "never",
] as const;
export type Hostility = (typeof HOSTILITIES)[number];

export function hostilityOf({ turn }: EventData): Hostility {
  return HOSTILITIES[turn % HOSTILITIES.length] ?? "never";
}

/** How each ends, and after how many attempts. */
export const ENDS: Readonly<Record<Hostility, { readonly status: "complete" | "failed"; readonly attempts: number }>> = {
  // What the reply emits cannot be stored, now or later.
  holes: { status: "failed", attempts: 1 },
  toJSON: { status: "failed", attempts: 1 },
  "endless list": { status: "failed", attempts: 1 },
  // What can be heard is heard.
  wide: { status: "complete", attempts: 1 },
  "odd complete": { status: "complete", attempts: 1 },
  "odd failed": { status: "failed", attempts: 1 },
  // No answer, which is tried again.
  "unknown status": { status: "failed", attempts: 2 },
  "megabytes thrown": { status: "failed", attempts: 2 },
  never: { status: "failed", attempts: 2 },
};

/** Items of the event that the reply `wide` emits: more than fit on a call stack. */
export const WIDE_ITEMS = 130_000;
