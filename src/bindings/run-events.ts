import { WORKFLOW } from "../../schema/limits.ts";
import type { RunParams } from "../../schema/storage/messages.ts";
import { findRun } from "./dispatch-runs.ts";
import { dispose } from "./dispose.ts";
import { engineAnswer } from "./engine.ts";

export type RunEvent = { readonly type: string; readonly timestamp: string } & Record<string, unknown>;

/** What the engine reports of a run: its history first, then live. */
export interface RunEvents {
  /** The next event; `null` when the run is over or was replaced. */
  readonly next: () => Promise<RunEvent | null>;
  readonly close: () => void;
}

/** Where the last subscription stopped: a run that was replaced counts its events anew, but later. */
export interface Seen {
  timestamp: number;
  eventId: number;
}

/**
 * Subscribes to a run; `null` when the engine does not know it. Events up to `seen` are left out, and `seen` moves on. An event may be long in
 * coming: whoever asks for the next one decides how long to wait.
 */
export async function openRunEvents(workflow: Workflow<RunParams>, id: string, seen: Seen): Promise<RunEvents | null> {
  const instance = await findRun(workflow, id);
  if (instance === null) return null;
  const subscription = await subscribed(instance);
  return {
    async next() {
      for (;;) {
        const value = await nextOf(subscription);
        if (value === undefined) return null;
        if (!isNew(value, seen)) continue;
        Object.assign(seen, { timestamp: value.timestamp, eventId: value.eventId });
        return withoutPayload(value);
      }
    },
    close() {
      dispose(subscription);
      dispose(instance);
    },
  };
}

async function subscribed(instance: WorkflowInstance): Promise<WorkflowInstanceSubscription> {
  try {
    return await engineAnswer(instance.subscribe(), { withinMs: WORKFLOW.lookMs });
  } catch (error) {
    dispose(instance);
    throw error;
  }
}

/** A subscription breaks when its run is restarted or deleted: over, for us, like one that ended. */
async function nextOf(subscription: WorkflowInstanceSubscription): Promise<WorkflowInstanceEvent | undefined> {
  try {
    const { value } = await subscription.next();
    return value ?? undefined;
  } catch {
    return undefined;
  }
}

function isNew(event: WorkflowInstanceEvent, seen: Seen): boolean {
  return event.timestamp > seen.timestamp || (event.timestamp === seen.timestamp && event.eventId > seen.eventId);
}

/** Outputs may hold an unrecorded reply; they stay with the engine. */
function withoutPayload({ timestamp, ...event }: WorkflowInstanceEvent): RunEvent {
  const kept = Object.entries(event).filter(([name]) => name !== "output" && name !== "params" && name !== "instanceId");
  return { type: event.type, ...Object.fromEntries(kept), timestamp: new Date(timestamp).toISOString() };
}
