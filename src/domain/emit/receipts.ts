import type { EmitReceipt, ReceiptDispatch } from "../../../schema/contract/emit.ts";
import type { RunParams } from "../../../schema/storage/messages.ts";
import type { StoredDispatch } from "../../../schema/storage/tables.ts";
import { iso } from "../base/iso.ts";
import { standingOf } from "../base/standing.ts";
import type { EmitPlan } from "./plan-emit.ts";

/** A dispatch as far as a receipt tells of it. */
export type OwedDispatch = Pick<StoredDispatch, "id" | "destination" | "dueAt" | "status" | "superseded">;

/** What a known key stands for: the event that had it first, with its dispatches as they stand. */
export interface KnownEvent {
  readonly id: string;
  readonly dispatches: readonly OwedDispatch[];
}

/** Events that were not stored anew, by the id they would have had. */
export interface Duplicates {
  /** Repeated within the call: the id of the first. */
  readonly repeats: ReadonlyMap<string, string>;
  /** Known from before. */
  readonly known: ReadonlyMap<string, KnownEvent>;
}

/** One receipt an event, in the order of the plan. */
export function receiptsOf(plan: EmitPlan, { repeats, known }: Duplicates): EmitReceipt[] {
  const planned = Map.groupBy(plan.dispatches, (dispatch) => dispatch.eventId);
  const plannedFor = (id: string) => (planned.get(id) ?? []).map((dispatch) => ({ ...dispatch, ...AS_STORED }));
  return plan.events.map(({ id: given }) => {
    const first = repeats.get(given) ?? given;
    const before = known.get(first);
    const { id, dispatches } = before ?? { id: first, dispatches: plannedFor(first) };
    return {
      id,
      duplicate: first !== given || before !== undefined,
      durability: "stored",
      dispatches: dispatches.map(receiptDispatch),
    };
  });
}

/** How a dispatch stands that has just been stored. */
const AS_STORED = { status: "ongoing", superseded: 0 } as const satisfies Partial<OwedDispatch>;

function receiptDispatch(dispatch: OwedDispatch): ReceiptDispatch {
  const { id, destination, dueAt, status } = dispatch;
  const standing = standingOf(dispatch);
  return { id, destination, dueAt: iso(dueAt), status, ...(standing !== undefined && { standing }) };
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
