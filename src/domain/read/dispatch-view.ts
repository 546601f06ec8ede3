import type { Policy } from "../../../schema/config/policy.ts";
import type { DispatchDetail, DispatchView, ExecutionView, RunView } from "../../../schema/contract/dispatches.ts";
import type { StoredDispatch, StoredExecution } from "../../../schema/storage/tables.ts";
import { stageOf } from "../attempt/stage.ts";
import { iso } from "../base/iso.ts";
import { standingOf } from "../base/standing.ts";
import { type NoteFacts, noteView } from "./note-view.ts";

/** An execution without what only the fence needs. */
export type ExecutionFacts = Omit<StoredExecution, "dispatchId" | "nonce">;

/** Rows as callers see them: times in RFC 3339, what is not set absent. */

/** A dispatch, and 1 for one that is held back: where that was not asked, it is not said. */
type Row = StoredDispatch & { readonly held?: number };

export function dispatchView(row: Row, now: number): DispatchView {
  const standing = standingOf(row);
  return {
    id: row.id,
    eventId: row.eventId,
    route: row.route,
    destination: row.destination,
    status: row.status,
    stage: stageOf({ ...row, held: row.held === 1 }, now),
    dueAt: iso(row.dueAt),
    attempts: row.attempts,
    ...(row.settledAt !== null && { settledAt: iso(row.settledAt) }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.redriveOf !== null && { redriveOf: row.redriveOf }),
    ...(standing !== undefined && { standing }),
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

export function dispatchDetail(
  row: Row,
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
