import type { Outcome } from "../../../schema/contract/statuses.ts";
import type { EventData } from "./event-data.ts";
import { ENDS, hostilityOf } from "./hostile.ts";

/** Kinds of event; their type is `chaos.<kind>`. */
export const KINDS = [
  "steady",
  "flaky",
  "slow",
  "hanging",
  "throwing",
  "ignoring",
  "refusing",
  "emitting",
  "late",
  "patient",
  "fan-out",
  "hostile",
  "pausable",
  "follow-up",
  "wide",
] as const;
export type Kind = (typeof KINDS)[number];

export type DestinationName = Exclude<Kind, "patient" | "fan-out" | "follow-up" | "wide">;

/** What the routes in configs.ts owe for an event of a kind, with the constant back-off after a failure. */
export interface Owed {
  readonly route: string;
  readonly destination: DestinationName;
  readonly backoffMs: number;
}

const toItself = (kind: DestinationName, backoffMs: number): readonly Owed[] => [{ route: kind, destination: kind, backoffMs }];

export const OWED: Readonly<Record<Kind, readonly Owed[]>> = {
  steady: toItself("steady", 2_000),
  flaky: toItself("flaky", 1_000),
  slow: toItself("slow", 2_000),
  hanging: toItself("hanging", 2_000),
  throwing: toItself("throwing", 3_000),
  ignoring: toItself("ignoring", 2_000),
  refusing: toItself("refusing", 2_000),
  emitting: toItself("emitting", 2_000),
  late: toItself("late", 2_000),
  hostile: toItself("hostile", 1_000),
  pausable: toItself("pausable", 2_000),
  patient: [{ route: "patient", destination: "flaky", backoffMs: 20_000 }],
  "fan-out": (["steady", "flaky", "slow", "ignoring"] as const).map((destination) => ({ route: "fan-out", destination, backoffMs: 2_000 })),
  "follow-up": [{ route: "follow-ups", destination: "steady", backoffMs: 2_000 }],
  // What the destination `hostile` emits, and no route takes.
  wide: [],
};

/** Wait after an attempt that found no Worker, `misses` in a row with it: doubling from 1 s to 5 s. */
export function missedBackoffMs(misses: number): number {
  return Math.min(1_000 * 2 ** (misses - 1), 5_000);
}

/** How many events the destination `emitting` adds to the one it got. */
export const FOLLOW_UPS = 2;

/** Dispatches that an event of a kind leads to, those of its follow-ups included. */
export function weightOf(kind: Kind): number {
  return OWED[kind].length + (kind === "emitting" ? FOLLOW_UPS : 0);
}

/** How a dispatch is to end, and after how many attempts; null where that depends on when. */
export interface End {
  readonly status: Outcome;
  readonly attempts: number | null;
}

export const END_OF: Readonly<Record<DestinationName, (data: EventData) => End>> = {
  steady: () => ({ status: "complete", attempts: 1 }),
  flaky: ({ failures }) => ({ status: "complete", attempts: failures + 1 }),
  slow: () => ({ status: "complete", attempts: 1 }),
  hanging: () => ({ status: "complete", attempts: 2 }),
  throwing: () => ({ status: "failed", attempts: 3 }),
  ignoring: () => ({ status: "ignored", attempts: 1 }),
  refusing: () => ({ status: "failed", attempts: 1 }),
  emitting: () => ({ status: "complete", attempts: 1 }),
  late: () => ({ status: "complete", attempts: null }),
  hostile: (data) => ENDS[hostilityOf(data)],
  pausable: () => ({ status: "complete", attempts: 1 }),
};

export function kindOf(type: string): Kind | undefined {
  return KINDS.find((kind) => type === `chaos.${kind}`);
}
