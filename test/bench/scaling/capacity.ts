import { BATCH } from "../../../schema/deployment.ts";
import { PURGE, QUEUE, SECOND_MS } from "../../../schema/limits.ts";
import type { Arrangement, Executor, Load } from "./load.ts";
import { type DatabasePace, EXPRESS_IDS, PLATFORM, ROWS } from "./platform.ts";

/** What can end before all else. */
export type Resource =
  | "creations of a workflow"
  | "creations of an account"
  | "D1"
  | "running instances"
  | "queue consumers"
  | "queue messages"
  | "object";

/** Where an arrangement saturates, in dispatches a second of all its shards. */
export interface Capacity {
  readonly perSecond: number;
  readonly binding: Resource;
  readonly limits: Readonly<Partial<Record<Resource, number>>>;
}

/** Attempts a dispatch: what failed is made again. */
export function attemptsOf({ failedShare }: Load): number {
  return 1 / (1 - failedShare);
}

/**
 * How long D1 is busy with a dispatch: its part of an emit, a read and a transaction for each attempt, its part of a purge. Whoever takes
 * first attempts from messages reads once for all that a message names.
 */
export function databaseMs(executor: Executor, load: Load, { readMs, writeMs, rowMs }: DatabasePace): number {
  const { eventsPerCall, dispatchesPerEvent } = load;
  const owed = eventsPerCall * dispatchesPerEvent;
  const emit = (writeMs + (eventsPerCall * ROWS.event + owed * ROWS.dispatch) * rowMs) / owed;
  const attempt = readMs / (executor === "workflow" ? 1 : idsOfMessage({ executor }, load)) + rowMs + writeMs + ROWS.complete * rowMs;
  const purge = (3 * readMs + writeMs + PURGE.events * ROWS.purge * rowMs) / PURGE.events / dispatchesPerEvent;
  return emit + attemptsOf(load) * attempt + purge;
}

/** Dispatches of which a Workflow instance is made. */
export function workflowShare(executor: Executor, { failedShare }: Load): number {
  switch (executor) {
    case "workflow":
      return 1;
    case "express":
      return failedShare;
    case "object":
      return 0;
    default:
      return executor satisfies never;
  }
}

/** Ids in a message: those of a call to `emit()`. */
export function idsOfMessage({ executor }: Pick<Arrangement, "executor">, load: Load): number {
  return Math.min(load.eventsPerCall * load.dispatchesPerEvent, executor === "express" ? EXPRESS_IDS : QUEUE.idsPerMessage);
}

/** The least of what each resource allows. Shards share an account's limits evenly. */
export function capacityOf(arrangement: Arrangement, load: Load, pace: DatabasePace): Capacity {
  const { shards, accounts, definitions, executor } = arrangement;
  const share = workflowShare(executor, load);
  const callSeconds = (load.callMs / SECOND_MS) * attemptsOf(load);
  const ids = idsOfMessage(arrangement, load);
  const workflow =
    share === 0
      ? {}
      : {
          "creations of a workflow": (PLATFORM.creationsPerSecond * definitions * shards) / share,
          "creations of an account": (PLATFORM.accountCreationsPerSecond * accounts) / share,
          "running instances": (PLATFORM.runningInstances * accounts) / (callSeconds * share),
        };
  const perInvocation = Math.min(ids * BATCH.messages, EXPRESS_IDS);
  const limits: Partial<Record<Resource, number>> = {
    ...workflow,
    D1: (shards * SECOND_MS) / databaseMs(executor, load, pace),
    "queue messages": shards * PLATFORM.messagesPerSecond * ids,
    ...(executor === "express" && { "queue consumers": (shards * PLATFORM.consumers * perInvocation) / (load.callMs / SECOND_MS) }),
    ...(executor === "object" && { object: shards * PLATFORM.objectRequestsPerSecond }),
  };
  const [binding, perSecond] = (Object.entries(limits) as [Resource, number][]).reduce((least, other) =>
    other[1] < least[1] ? other : least,
  );
  return { perSecond, binding, limits };
}
