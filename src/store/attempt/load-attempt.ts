import type { Policy } from "../../../schema/config/policy.ts";
import type { StoredDispatch, StoredEvent } from "../../../schema/storage/tables.ts";
import type { Control } from "../../domain/attempt/auto-pause.ts";
import type { RecordedAttempt } from "../../domain/attempt/next-attempt.ts";
import { storedEvent } from "../../domain/emit/plan-emit.ts";
import { DISPATCH_COLUMNS, EVENT_COLUMNS, omit, pick, prefixed, selectList } from "../d1/columns.ts";
import { withStorage } from "../d1/storage.ts";

const DISPATCH = pick(DISPATCH_COLUMNS, "route", "destination", "policy", "status", "dueAt");
const EVENT = omit(EVENT_COLUMNS, "key", "configVersion");

const SELECT_ATTEMPT = `
  SELECT ${selectList(prefixed("dispatch", DISPATCH))},
    (SELECT json_object('state', state, 'since', since, 'rate', rate, 'probeAt', probe_at) FROM controls WHERE controls.destination = dispatch.destination) AS control,
    (SELECT json_group_array(json_object('attempt', attempt, 'outcome', outcome, 'startedAt', started_at))
      FROM (SELECT attempt, outcome, started_at FROM executions WHERE dispatch_id = dispatch.id ORDER BY attempt)) AS past,
    ${selectList(prefixed("event", EVENT))}
  FROM dispatches AS dispatch
  JOIN events AS event ON event.id = dispatch.event_id
  WHERE dispatch.id = ?1`;

interface AttemptRow extends Pick<StoredDispatch, keyof typeof DISPATCH>, Pick<StoredEvent, keyof typeof EVENT> {
  readonly control: string | null;
  readonly past: string;
}

export type LoadedAttempt = NonNullable<Awaited<ReturnType<typeof loadAttempt>>>;

/** Everything a look at a dispatch needs, in one read; `null` when there is no such dispatch. */
export async function loadAttempt(d1: D1Database, dispatchId: string) {
  const row = await withStorage(d1, () => d1.prepare(SELECT_ATTEMPT).bind(dispatchId).first<AttemptRow>());
  if (row === null) return null;
  const control = row.control === null ? null : (JSON.parse(row.control) as Control);
  return {
    route: row.route,
    destination: row.destination,
    policy: JSON.parse(row.policy) as Policy,
    status: row.status,
    dueAt: row.dueAt,
    control,
    past: JSON.parse(row.past) as RecordedAttempt[],
    event: storedEvent(row),
  };
}
