import { AUDIT } from "../../../schema/limits.ts";
import type { StoredDispatch, StoredEvent } from "../../../schema/storage/tables.ts";
import type { ExecutionFigures, NotedFact } from "../../domain/audit/audit.ts";
import { firstIdAt } from "../../domain/base/time-id.ts";
import { DISPATCH_COLUMNS, EVENT_COLUMNS, omit, selectList } from "../d1/columns.ts";
import { BEHIND_EVENT, isDispatchOf } from "../d1/id-ranges.ts";
import { kindText } from "../d1/notes.ts";
import { withStorage } from "../d1/storage.ts";

/** Where a piece begins: after the last event of the one before; and where the whole does. */
export interface AuditWindow {
  readonly after?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const AUDITED = omit(DISPATCH_COLUMNS, "policy", "reason", "redriveOf");

export type AuditDispatchRow = Pick<StoredDispatch, keyof typeof AUDITED> & {
  readonly timeoutMs: number;
  readonly hasEvent: boolean;
};

/** Events of a piece, oldest first, with all that is stored about them, as of one moment. */
export interface StoredPiece {
  readonly events: readonly StoredEvent[];
  readonly dispatches: readonly AuditDispatchRow[];
  readonly executions: readonly (ExecutionFigures & { readonly dispatchId: string })[];
  readonly notes: readonly { readonly subjectId: string; readonly fact: NotedFact }[];
  /** The last event, when there are others after it. */
  readonly last: string | undefined;
}

const SELECT_EVENTS = `SELECT ${selectList(EVENT_COLUMNS)} FROM events WHERE id > ?1 AND id < ?2 ORDER BY id`;

const SELECT_DISPATCHES = `
  SELECT ${selectList(AUDITED)}, policy ->> 'timeoutMs' AS timeoutMs,
    EXISTS (SELECT 1 FROM events WHERE events.id = event_id) AS hasEvent
  FROM dispatches WHERE id > ?1 AND id < ?2`;

const SELECT_EXECUTIONS = `
  SELECT figures.*, outcome AS lastOutcome
  FROM (SELECT dispatch_id AS dispatchId, count(*) AS count, min(attempt) AS first, max(attempt) AS last
    FROM executions WHERE dispatch_id > ?1 AND dispatch_id < ?2 GROUP BY dispatch_id) AS figures
  JOIN executions ON dispatch_id = dispatchId AND attempt = last`;

const SELECT_NOTES = `
  SELECT DISTINCT subject_id AS subjectId, iif(kind = ${kindText("repair")}, detail ->> 'remedy', kind) AS fact
  FROM notes WHERE subject_id > ?1 AND subject_id < ?2`;

/** Reads the next piece, within the bounds of `AUDIT` but for one event at least, and every dispatch with an id among theirs. */
export async function readAuditPiece(d1: D1Database, window: AuditWindow): Promise<StoredPiece> {
  const start = window.after === undefined ? firstIdAt(window.from ?? 0) : `${window.after}${BEHIND_EVENT}`;
  const last = await lastOfPiece(d1, start, endOf(window));
  const end = last === undefined ? endOf(window) : `${last}${BEHIND_EVENT}`;
  const selects = [SELECT_EVENTS, SELECT_DISPATCHES, SELECT_EXECUTIONS, SELECT_NOTES].map((sql) => d1.prepare(sql).bind(start, end));
  const results = await withStorage(d1, () => d1.batch(selects));
  const [events, dispatches, executions, notes] = results.map((result) => result.results as never[]);
  return {
    events: events ?? [],
    dispatches: (dispatches ?? []).map((row: AuditDispatchRow) => ({ ...row, hasEvent: Boolean(row.hasEvent) })),
    executions: executions ?? [],
    notes: notes ?? [],
    last,
  };
}

/**
 * Sorts behind every id until the year 7544, and before the subjects of notes that are about no dispatch, such as
 * audits and undeliverable messages.
 */
const BEHIND_ALL = "a";

function endOf({ to }: AuditWindow): string {
  return to === undefined ? BEHIND_ALL : firstIdAt(to);
}

const SELECT_SIZES = `
  SELECT id, length(CAST(data AS BLOB)) AS bytes,
    (SELECT count(*) FROM dispatches WHERE ${isDispatchOf("events.id", { id: "dispatches.id" })}) AS dispatches
  FROM events WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3`;

/** The event a piece ends with, one at least; none when it is the last piece. */
async function lastOfPiece(d1: D1Database, start: string, end: string): Promise<string | undefined> {
  const select = d1.prepare(SELECT_SIZES).bind(start, end, AUDIT.events + 1);
  const { results } = await withStorage(d1, () => select.all<{ id: string; bytes: number; dispatches: number }>());
  const sum = { bytes: 0, dispatches: 0 };
  const over = results.findIndex(({ bytes, dispatches }, index) => {
    sum.bytes += bytes;
    sum.dispatches += dispatches;
    return index > 0 && (index === AUDIT.events || sum.bytes > AUDIT.maxDataBytes || sum.dispatches > AUDIT.dispatches);
  });
  return over < 0 ? undefined : results[over - 1]?.id;
}
