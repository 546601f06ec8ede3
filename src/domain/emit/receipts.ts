import type { EmitReceipt } from "../../../schema/contract/emit.ts";
import type { RunParams } from "../../../schema/storage/messages.ts";
import type { EmitPlan } from "./plan-emit.ts";

interface StoredEvent {
  readonly id: string;
  readonly dispatches: readonly { readonly id: string; readonly destination: string; readonly dueAt: number }[];
}

/** Events that were not stored anew, by the id they would have had. */
export interface Duplicates {
  /** Repeated within the call: the id of the first. */
  readonly repeats: ReadonlyMap<string, string>;
  /** Known from before. */
  readonly known: ReadonlyMap<string, StoredEvent>;
}

/** One receipt an event, in the order of the plan. */
export function receiptsOf(plan: EmitPlan, { repeats, known }: Duplicates): EmitReceipt[] {
  const planned = Map.groupBy(plan.dispatches, (dispatch) => dispatch.eventId);
  return plan.events.map(({ id: given }) => {
    const first = repeats.get(given) ?? given;
    const before = known.get(first);
    const { id, dispatches } = before ?? { id: first, dispatches: planned.get(first) ?? [] };
    return {
      id,
      duplicate: first !== given || before !== undefined,
      durability: "stored",
      dispatches: dispatches.map((dispatch) => ({
        id: dispatch.id,
        destination: dispatch.destination,
        dueAt: new Date(dispatch.dueAt).toISOString(),
      })),
    };
  });
}

/**
 * The runs to start for what was stored anew. None for what is due at once at a destination that is `paused`: it is started when it is released. What
 * is due later may well be due after the pause.
 */
export function runsOf(
  plan: EmitPlan,
  { known, paused, now }: { known: ReadonlyMap<string, unknown>; paused: ReadonlySet<string>; now: number },
): RunParams[] {
  const started = plan.dispatches.filter(({ eventId, destination, dueAt }) => {
    return !known.has(eventId) && (dueAt > now || !paused.has(destination));
  });
  return started.map(({ id, dueAt }) => ({ id, dueAt }));
}
