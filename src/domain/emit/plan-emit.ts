import { durationMs } from "../../../schema/config/duration.ts";
import type { Cause, HubEvent } from "../../../schema/contract/events.ts";
import { Fault } from "../../../schema/faults.ts";
import type { Json } from "../../../schema/json.ts";
import { CHECK, EMIT } from "../../../schema/limits.ts";
import type { StoredDispatch, StoredEvent } from "../../../schema/storage/tables.ts";
import type { Routing } from "../routing/routing.ts";
import type { AcceptedEvent } from "./parse-emit.ts";

/** An event about to be stored. `data` is JSON text. */
export type EventRow = StoredEvent;

/** A dispatch about to be stored. `policy` is JSON text. */
export type DispatchRow = Pick<StoredDispatch, "id" | "eventId" | "route" | "destination" | "policy" | "dueAt" | "checkAt">;

/** All that a call to emit stores, decided before anything is written, so that writing it twice is writing it once. */
export interface EmitPlan {
  readonly events: readonly EventRow[];
  readonly dispatches: readonly DispatchRow[];
}

export const NOTHING: EmitPlan = { events: [], dispatches: [] };

export interface EmitPlanInput {
  readonly accepted: readonly AcceptedEvent[];
  /** One for each event, ascending. */
  readonly ids: readonly string[];
  /** Who calls, where the binding says so; wins over what the event says. */
  readonly callerSource?: string | undefined;
  /** Who emits where neither binding nor event says so. */
  readonly defaultSource?: string | undefined;
  /** The delivery whose reply carries the events; wins over `causedBy`. */
  readonly cause?: Cause | undefined;
  readonly routing: Routing;
  readonly configVersion: string;
  readonly maxDispatches: number;
  readonly now: number;
}

/** Decides rows and due times of a call. Throws a `Fault` when the call as a whole cannot be stored. */
export function planEmit(input: EmitPlanInput): EmitPlan {
  const events: EventRow[] = [];
  const dispatches: DispatchRow[] = [];
  for (const [index, accepted] of input.accepted.entries()) {
    const event = eventRow(accepted, index, input);
    const askedFor = momentOf(accepted, index, input.now);
    events.push(event);
    dispatches.push(...dispatchRows(event, { data: accepted.data, askedFor }, input));
  }
  if (dispatches.length > input.maxDispatches) {
    throw new Fault(
      "batch.too_large",
      `These events are owed to ${dispatches.length} destinations; the limit is ${input.maxDispatches} dispatches a call.`,
    );
  }
  return { events, dispatches };
}

function eventRow(accepted: AcceptedEvent, index: number, input: EmitPlanInput): EventRow {
  const id = input.ids[index];
  if (id === undefined) throw new Error(`no id for event ${index}`);
  const source = input.callerSource ?? accepted.source ?? input.defaultSource ?? null;
  const cause = input.cause ?? accepted.causedBy;
  if (accepted.key !== undefined && source === null) {
    throw new Fault(
      "source.required",
      `Event ${index} has a key but no source: a key is unique within its source. Set source, or props.source on the service binding.`,
    );
  }
  return {
    id,
    type: accepted.type,
    source,
    subject: accepted.subject ?? null,
    time: accepted.time?.getTime() ?? input.now,
    data: accepted.dataText,
    key: accepted.key ?? null,
    correlationId: cause?.correlationId ?? id,
    causationId: cause?.causationId ?? null,
    depth: cause === undefined ? 0 : cause.depth + 1,
    configVersion: input.configVersion,
  };
}

function dispatchRows(row: EventRow, event: { data: Json; askedFor: number | undefined }, { routing, now }: EmitPlanInput): DispatchRow[] {
  return routing.targetsOf(hubEvent(row, event.data)).map((target, ordinal) => {
    const dueAt = Math.max(now, event.askedFor ?? now + target.delayMs);
    return {
      id: `${row.id}-${ordinal}`,
      eventId: row.id,
      route: target.route,
      destination: target.destination,
      policy: target.policyText,
      dueAt,
      checkAt: dueAt + CHECK.graceMs,
    };
  });
}

/** When the event itself asks to be delivered. */
function momentOf({ delay, at }: AcceptedEvent, index: number, now: number): number | undefined {
  const moment = at?.getTime() ?? (delay === undefined ? undefined : now + durationMs(delay));
  if (moment !== undefined && moment > now + EMIT.maxDelayMs) {
    throw new Fault("delay.invalid", `Event ${index}: at is ${new Date(moment).toISOString()}; at most 365 days ahead is allowed.`);
  }
  return moment;
}

/** The event as destinations and conditions see it: attributes that are not set are absent. */
export function hubEvent(row: Omit<EventRow, "data" | "key" | "configVersion">, data: HubEvent["data"]): HubEvent {
  return {
    id: row.id,
    type: row.type,
    ...(row.source !== null && { source: row.source }),
    ...(row.subject !== null && { subject: row.subject }),
    time: new Date(row.time).toISOString(),
    data,
    correlationId: row.correlationId,
    ...(row.causationId !== null && { causationId: row.causationId }),
    depth: row.depth,
  };
}
