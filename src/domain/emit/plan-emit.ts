import { durationMs } from "../../../schema/config/duration.ts";
import type { CallerProps } from "../../../schema/contract/caller.ts";
import type { Cause, Extensions, HubEvent } from "../../../schema/contract/events.ts";
import { Fault } from "../../../schema/faults.ts";
import { dispatchId } from "../../../schema/ids.ts";
import type { Json } from "../../../schema/json.ts";
import { CHECK, EMIT } from "../../../schema/limits.ts";
import type { StoredDispatch, StoredEvent } from "../../../schema/storage/tables.ts";
import type { Routing } from "../routing/routing.ts";
import { sourceOf } from "./caller.ts";
import { readData } from "./event-data.ts";
import type { AcceptedEvent } from "./parse-emit.ts";

/**
 * An event about to be stored. `data` is JSON text, or empty; `extensions` is JSON text. `notBefore`: when the event itself asks to be delivered, by
 * its `at` or `delay`; it is not stored, but whoever plans an event again from its row needs it. Absent: the delays of the routes hold.
 */
export interface EventRow extends StoredEvent {
  readonly notBefore?: number | undefined;
}

/** A dispatch about to be stored. `policy` is JSON text. */
export type DispatchRow = Pick<StoredDispatch, "id" | "eventId" | "route" | "destination" | "policy" | "dueAt" | "checkAt">;

/** All that a call to emit stores, decided before anything is written, so that writing it twice is writing it once. */
export interface EmitPlan {
  readonly events: readonly EventRow[];
  readonly dispatches: readonly DispatchRow[];
  /** Ids of all events of the call, in its order, where some have been taken out. */
  readonly call?: readonly string[];
}

export const NOTHING: EmitPlan = { events: [], dispatches: [] };

export interface EmitPlanInput {
  readonly accepted: readonly AcceptedEvent[];
  /** One for each event, ascending. */
  readonly ids: readonly string[];
  /** Who calls, as far as the binding says so. */
  readonly caller?: CallerProps;
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
  const planned = input.accepted.map((accepted, index) => ({ row: eventRow(accepted, index, input), data: accepted.data }));
  return { events: planned.map(({ row }) => row), dispatches: routeEvents(planned, input) };
}

/**
 * Decides whom events are owed to, and when, from their rows and nothing else of the call that emitted them: whoever routes them again, by
 * another routing, draws no other ids. `data`: that of the row, parsed. Throws `batch.too_large`.
 */
export function routeEvents(
  planned: readonly { readonly row: EventRow; readonly data: Json | undefined }[],
  given: Pick<EmitPlanInput, "routing" | "maxDispatches" | "now">,
): DispatchRow[] {
  const dispatches: DispatchRow[] = [];
  for (const [index, { row, data }] of planned.entries()) {
    for (const dispatch of dispatchRows(row, data, given)) dispatches.push(dispatch);
    // Not counted to the end: a thousand events of a thousand routes each are a million rows.
    if (dispatches.length > given.maxDispatches) throw tooManyDispatches(index, given.maxDispatches);
  }
  return dispatches;
}

function tooManyDispatches(index: number, limit: number): Fault {
  const text = `These events are owed to more than ${limit} destinations, at event ${index}; the limit is ${limit} dispatches a call.`;
  return new Fault("batch.too_large", text);
}

function eventRow(accepted: AcceptedEvent, index: number, input: EmitPlanInput): EventRow {
  const id = input.ids[index];
  if (id === undefined) throw new Error(`no id for event ${index}`);
  const source = sourceOf(accepted.source, input.caller, index) ?? input.defaultSource ?? null;
  const cause = input.cause ?? accepted.causedBy;
  if (accepted.key !== undefined && source === null) {
    throw new Fault(
      "source.required",
      `Event ${index} has a key but no source: a key is unique within its source. Set source, or props.source on the service binding.`,
    );
  }
  const notBefore = momentOf(accepted, index, input.now);
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
    extensions: extensionsText(accepted),
    ...(notBefore !== undefined && { notBefore }),
  };
}

function extensionsText({ extensions }: AcceptedEvent): string | null {
  return extensions === undefined ? null : JSON.stringify(extensions);
}

function dispatchRows(row: EventRow, data: Json | undefined, { routing, now }: Pick<EmitPlanInput, "routing" | "now">): DispatchRow[] {
  return routing.targetsOf(hubEvent(row, data)).map((target, ordinal) => {
    const dueAt = Math.max(now, row.notBefore ?? now + target.delayMs);
    return {
      id: dispatchId(row.id, ordinal),
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

type EventFacts = Omit<EventRow, "data" | "key" | "configVersion">;

/** A stored event as destinations and conditions see it. */
export function storedEvent(row: EventFacts & Pick<EventRow, "data">): HubEvent {
  return hubEvent(row, readData(row.data));
}

/** The event as destinations and conditions see it: attributes that are not set are absent. `data`: that of the row, parsed. */
export function hubEvent(row: EventFacts, data: Json | undefined): HubEvent {
  const { extensions } = row;
  return {
    id: row.id,
    type: row.type,
    ...(row.source !== null && { source: row.source }),
    ...(row.subject !== null && { subject: row.subject }),
    time: new Date(row.time).toISOString(),
    ...((data !== undefined && { data }) as Pick<HubEvent, "data">),
    ...(extensions !== null && { extensions: JSON.parse(extensions) as Extensions }),
    correlationId: row.correlationId,
    ...(row.causationId !== null && { causationId: row.causationId }),
    depth: row.depth,
  };
}
