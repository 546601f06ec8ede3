import type {
  DispatchDetail,
  DispatchView,
  EventDetail,
  ExecutionView,
  HubEvent,
  NoteView,
  Outcome,
  RunView,
  Status,
} from "../../schema/contract.ts";
import type { Json } from "../../schema/json.ts";
import type { Policy } from "../../schema/policy.ts";
import { type EventRow, hubEvent } from "./plan-emit.ts";
import { stageOf } from "./stage.ts";
import { timeOfId } from "./time-id.ts";

/** Rows as callers see them: times in RFC 3339, what is not set absent. */

interface DispatchColumns {
  readonly id: string;
  readonly eventId: string;
  readonly route: string;
  readonly destination: string;
  readonly policy: string;
  readonly status: Status;
  readonly dueAt: number;
  readonly attempts: number;
  readonly recoveries: number;
  readonly settledAt: number | null;
  readonly reason: string | null;
  readonly redriveOf: string | null;
}

export function dispatchView(row: DispatchColumns, now: number): DispatchView {
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

interface ExecutionColumns {
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly error: string | null;
}

export function executionView(row: ExecutionColumns): ExecutionView {
  return {
    attempt: row.attempt,
    outcome: row.outcome,
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
    ...(row.error !== null && { error: JSON.parse(row.error) as NonNullable<ExecutionView["error"]> }),
  };
}

interface NoteColumns {
  readonly at: number;
  readonly kind: string;
  readonly by: string;
  readonly reason: string | null;
  readonly detail: string | null;
}

export function noteView({ at, kind, by, reason, detail }: NoteColumns): NoteView {
  return { at: iso(at), kind, by, ...(reason !== null && { reason }), ...(detail !== null && { detail }) };
}

export function dispatchDetail(
  row: DispatchColumns,
  parts: { executions: readonly ExecutionColumns[]; notes: readonly NoteColumns[]; run: RunView; now: number },
): DispatchDetail {
  return {
    ...dispatchView(row, parts.now),
    policy: JSON.parse(row.policy) as Policy,
    recoveries: row.recoveries,
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

/** When an event was emitted: its id says so. */
export function emittedAt(id: string): string {
  return iso(timeOfId(id) ?? 0);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
