import type { Policy } from "../../../schema/config/policy.ts";
import type { BulkView } from "../../../schema/contract/bulks.ts";
import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import type { DispatchDetail, DispatchView, ExecutionView, RunView } from "../../../schema/contract/dispatches.ts";
import type { EventDetail, EventSummary, HubEvent } from "../../../schema/contract/events.ts";
import type { NoteView } from "../../../schema/contract/notes.ts";
import type { Json } from "../../../schema/json.ts";
import type { StoredBulk, StoredDispatch, StoredExecution, StoredNote } from "../../../schema/storage/tables.ts";
import { stageOf } from "../attempt/stage.ts";
import { timeOfId } from "../base/time-id.ts";
import { type EventRow, hubEvent } from "../emit/plan-emit.ts";

/** An execution without what only the fence needs. */
export type ExecutionFacts = Omit<StoredExecution, "dispatchId" | "nonce">;
export type NoteFacts = Omit<StoredNote, "subjectId" | "id">;
/** An event without its data, but for the start of it. */
export type EventFacts = Omit<EventRow, "time" | "data" | "key" | "configVersion"> & { readonly excerpt: string };
export type StatusCounts = EventSummary["dispatches"];

/** Rows as callers see them: times in RFC 3339, what is not set absent. */

export function dispatchView(row: StoredDispatch, now: number): DispatchView {
  return {
    id: row.id,
    eventId: row.eventId,
    route: row.route,
    destination: row.destination,
    status: row.status,
    stage: stageOf(row, now),
    dueAt: iso(row.dueAt),
    attempts: row.attempts,
    ...(row.settledAt !== null && { settledAt: iso(row.settledAt) }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.redriveOf !== null && { redriveOf: row.redriveOf }),
  };
}

export function executionView(row: ExecutionFacts): ExecutionView {
  return {
    attempt: row.attempt,
    outcome: row.outcome,
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
    ...(row.error !== null && { error: JSON.parse(row.error) as NonNullable<ExecutionView["error"]> }),
  };
}

export function noteView({ at, kind, by, reason, detail }: NoteFacts): NoteView {
  return { at: iso(at), kind, by, ...(reason !== null && { reason }), ...(detail !== null && { detail: JSON.parse(detail) as Json }) };
}

export function bulkView(row: StoredBulk): BulkView {
  const { id, kind, state, filter, by, reason, done, startedAt, endedAt } = row;
  return {
    id,
    kind,
    state,
    filter: JSON.parse(filter) as Json,
    by,
    ...(reason !== null && { reason }),
    done,
    startedAt: iso(startedAt),
    ...(endedAt !== null && { endedAt: iso(endedAt) }),
  };
}

export function controlView(
  destination: string,
  control: { state: "paused" | "tripped"; since: number; by: string; detail: string | null } | undefined,
): DestinationControl {
  if (control === undefined) return { destination, state: "open" };
  const { state, since, by, detail } = control;
  return { destination, state, since: iso(since), by, ...(detail !== null && { reason: detail }) };
}

export function dispatchDetail(
  row: StoredDispatch,
  parts: { executions: readonly ExecutionFacts[]; notes: readonly NoteFacts[]; run: RunView; now: number },
): DispatchDetail {
  return {
    ...dispatchView(row, parts.now),
    policy: JSON.parse(row.policy) as Policy,
    recoveries: row.recoveries,
    ...(row.overdueSince !== null && { overdueSince: iso(row.overdueSince) }),
    executions: parts.executions.map(executionView),
    notes: parts.notes.map(noteView),
    run: parts.run,
  };
}

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

/** When an event was emitted: its id says so. */
export function emittedAt(id: string): string {
  return iso(timeOfId(id) ?? 0);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
