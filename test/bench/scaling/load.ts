import type { DatabasePace } from "./platform.ts";

/** How a dispatch gets its first attempt: a Workflow each, as it is; the queue consumer, Workflows for what is delayed or failed; an object with alarms. */
export type Executor = "workflow" | "express" | "object";

/** What is deployed. */
export interface Arrangement {
  /** Hubs, each with a database, a queue and its workflows of its own. */
  readonly shards: number;
  readonly accounts: number;
  /** Workflow definitions a hub. */
  readonly definitions: number;
  readonly executor: Executor;
}

/** What is asked of a hub, all of them the same. */
export interface Load {
  readonly eventsPerCall: number;
  readonly dispatchesPerEvent: number;
  readonly callMs: number;
  /** Of attempts. */
  readonly failedShare: number;
}

/** What no page states. */
export interface Assumptions {
  readonly pace: DatabasePace;
  /** What is refused when a `createBatch` exceeds the rate: the whole call, or those of its members that exceed it. */
  readonly refusal: "call" | "entry";
}

export const SINGLE: Load = { eventsPerCall: 1, dispatchesPerEvent: 1, callMs: 200, failedShare: 0.01 };
export const TENS: Load = { ...SINGLE, eventsPerCall: 10 };
