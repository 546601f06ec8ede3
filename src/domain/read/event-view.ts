import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import type { EventDetail, EventSummary, HubEvent } from "../../../schema/contract/events.ts";
import type { Json } from "../../../schema/json.ts";
import { emittedAt } from "../base/iso.ts";
import { type EventRow, hubEvent } from "../emit/plan-emit.ts";

/** An event without its data, but for the start of it. */
export type EventFacts = Omit<EventRow, "time" | "data" | "key" | "configVersion"> & { readonly excerpt: string };

export type StatusCounts = EventSummary["dispatches"];

export function eventView(row: EventRow): HubEvent {
  return hubEvent(row, JSON.parse(row.data) as Json);
}

export function eventDetail(row: EventRow, dispatches: readonly DispatchView[]): EventDetail {
  return {
    ...eventView(row),
    ...(row.key !== null && { key: row.key }),
    emittedAt: emittedAt(row.id),
    configVersion: row.configVersion,
    dispatches,
  };
}

export function eventSummary(row: EventFacts, dispatches: StatusCounts): EventSummary {
  const { id, type, source, subject, correlationId, causationId, depth, excerpt } = row;
  return {
    id,
    type,
    ...(source !== null && { source }),
    ...(subject !== null && { subject }),
    emittedAt: emittedAt(id),
    correlationId,
    ...(causationId !== null && { causationId }),
    depth,
    excerpt,
    dispatches,
  };
}
