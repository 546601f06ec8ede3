import type { EmitInput } from "flowhub";

/** Something that happens to events, whose price is asked. */
export interface Case {
  /** For a table. */
  readonly title: string;
  /** Emitted in one call. */
  readonly events: readonly EmitInput[];
  /** How many dispatches the call makes. */
  readonly dispatches: number;
  /** The same is emitted before, and settles before anything is counted. */
  readonly again?: true;
}

const DATA = { order: "R-1042", total: 129.5, currency: "EUR" };

/** Destinations never fail but as often as `failures` says; the routes are in metered/hub.ts. */
export const CASES = {
  nowhere: { title: "an event that no route takes", events: [{ type: "nowhere", data: DATA }], dispatches: 0 },
  keyed: { title: "an event with a key", events: [{ type: "nowhere", source: "shop", key: "keyed", data: DATA }], dispatches: 0 },
  duplicate: {
    title: "an event whose key is known",
    events: [{ type: "at-once", source: "shop", key: "duplicate", data: DATA }],
    dispatches: 0,
    again: true,
  },
  once: { title: "1 destination", events: [{ type: "at-once", data: DATA }], dispatches: 1 },
  delayed: { title: "delayed", events: [{ type: "delayed", data: DATA }], dispatches: 1 },
  retried: { title: "one retry", events: [{ type: "retried", data: { ...DATA, failures: 1 } }], dispatches: 1 },
  /** Completes at the sixth attempt, the last of the default policy. */
  failedFive: { title: "five failures", events: [{ type: "retried", data: { ...DATA, failures: 5 } }], dispatches: 1 },
  fannedOut: { title: "3 destinations", events: [{ type: "fanned-out", data: DATA }], dispatches: 3 },
  batch: { title: "1 destination, 100 events a call", events: hundred("at-once"), dispatches: 100 },
  fannedOutBatch: { title: "3 destinations, 100 events a call", events: hundred("fanned-out"), dispatches: 300 },
} as const satisfies Readonly<Record<string, Case>>;

export type CaseName = keyof typeof CASES;

/** In the order in which they are counted. */
export const CASE_NAMES = Object.keys(CASES) as readonly CaseName[];

/**
 * Emitted before anything is counted. The key comes after all others: a look for a key reads the entry behind it as well, and in a hub that
 * has been used there is one.
 */
export const WARM_UP: readonly Case[] = [
  { title: "warm-up", events: [{ type: "at-once", source: "shop", key: "~", data: DATA }], dispatches: 1 },
  { title: "warm-up", events: [{ type: "fanned-out", data: DATA }], dispatches: 3 },
];

function hundred(type: string): EmitInput[] {
  return Array.from({ length: 100 }, () => ({ type, data: DATA }));
}
