import type { DispatchView } from "../../../schema/contract/dispatches.ts";
import type { EventDetail, EventSummary } from "../../../schema/contract/events.ts";
import { emittedAt } from "../base/iso.ts";
import { type EventRow, storedEvent } from "../emit/plan-emit.ts";

/** An event without its data, but for the start of it. */
export type EventFacts = Omit<EventRow, "time" | "data" | "key" | "configVersion" | "extensions"> & { readonly excerpt: string };

export type StatusCounts = EventSummary["dispatches"];

export function eventDetail(row: EventRow, dispatches: readonly DispatchView[]): EventDetail {
  return {
    ...storedEvent(row),
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
