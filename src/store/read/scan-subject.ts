import sql, { raw, type Sql } from "sql-template-tag";
import type { Position } from "../../domain/base/cursor.ts";
import { DISPATCH_COLUMNS, prefixed, selectList } from "../d1/columns.ts";
import { isDispatchOf } from "../d1/id-ranges.ts";
import { where } from "../d1/page.ts";

/** What a scan by subject says of each row beside the dispatch: whose event it is. */
export interface OfEvent {
  readonly scanned: string;
}

const COLUMNS = raw(`${selectList(prefixed("dispatch", DISPATCH_COLUMNS))}, dispatch.id AS self, event.id AS scanned`);

/**
 * Selects the dispatches of all events of a subject by way of these, newest event first. An event that is owed to nobody is a row as well, with
 * nulls: so that a scan of so many rows is one of so many events at most.
 */
export function dispatchesOfSubject(subject: string, after: Position | undefined): Sql {
  const [event, dispatch] = after ?? [];
  const beyond = after === undefined ? sql`` : sql`AND (event.id < ${event} OR dispatch.id > ${dispatch})`;
  const conditions = [sql`event.subject = ${subject}`, ...(after === undefined ? [] : [sql`event.id <= ${event}`])];
  return sql`SELECT ${COLUMNS} FROM events AS event INDEXED BY events_subject
    LEFT JOIN dispatches AS dispatch ON ${raw(isDispatchOf("event.id", { id: "dispatch.id" }))} ${beyond}
    ${where(conditions)} ORDER BY event.id DESC, dispatch.id`;
}

/** Where a scan by subject goes on. */
export function positionInSubject({ scanned, id }: OfEvent & { id: string | null }): Position {
  return [scanned, id ?? ""];
}
