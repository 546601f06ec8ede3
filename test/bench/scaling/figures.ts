import type { Capacity } from "./capacity.ts";
import type { Cost } from "./cost.ts";
import type { Arrangement, Executor } from "./load.ts";
import type { Room } from "./room.ts";

/** Where an arrangement ends: by what each resource allows, and what the model carries when a fifth more is asked of it. */
export interface PlaceFigure {
  readonly arrangement: Arrangement;
  readonly eventsPerCall: number;
  readonly capacity: Capacity;
  /** Dispatches a second that settled; `null` where there is no model of the executor. */
  readonly simulated: number | null;
  /** At this rate. */
  readonly creationsPerSecond: number;
  readonly transactionsPerSecond: number;
  readonly dollarsAMonth: number;
}

/** How long first attempts wait in one hub that is steadily asked for a rate: p95. `null`: it cannot carry it, and they wait ever longer. */
export interface WaitFigure {
  readonly executor: Executor;
  readonly definitions: number;
  readonly perSecond: number;
  readonly p95Ms: number | null;
}

/** What some minutes of more than it can carry do to a hub. */
export interface SurgeFigure {
  readonly hub: "as it is" | "a sweep of 10,000" | "a sweep of 10,000, refused one by one";
  readonly eventsPerCall: number;
  readonly perSecond: number;
  readonly surgePerSecond: number;
  readonly surgeMs: number;
  readonly refusedEvents: number;
  /** From the end of the surge until no more is unstarted than three seconds' worth; `null`: not by the end. */
  readonly drainedMs: number | null;
  readonly unstartedAfterSurge: number;
  readonly unstartedAtEnd: number;
  /** In the last three minutes. */
  readonly settledPerSecond: number;
  /** Of all first attempts that are to be made; `null`: that many were not, by the end. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly mostMessagesPerSecond: number;
  readonly extraQueueOperations: number;
  readonly extraRows: number;
  readonly swept: number;
  readonly repairs: number;
  readonly refusedRepairs: number;
  readonly longestDatabaseWaitMs: number;
}

/** How much depends on how long a write takes. */
export interface PaceFigure {
  readonly writeMs: number;
  readonly eventsPerCall: number;
  readonly perSecond: number;
}

/** What it takes to carry a rate with a fifth to spare. */
export interface PlanFigure {
  readonly perSecond: number;
  readonly executor: Executor;
  readonly shards: number;
  readonly accounts: number;
  readonly dollarsAMonth: number;
}

export interface ScalingFigures {
  readonly seed: number;
  readonly places: readonly PlaceFigure[];
  /** Both are empty when they were not asked for. */
  readonly waits: readonly WaitFigure[];
  readonly surges: readonly SurgeFigure[];
  readonly paces: readonly PaceFigure[];
  readonly plans: readonly PlanFigure[];
  readonly costs: readonly { readonly executor: Executor; readonly cost: Cost }[];
  readonly rooms: readonly Room[];
}
