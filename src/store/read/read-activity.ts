import sql, { type Sql } from "sql-template-tag";
import { READ } from "../../../schema/limits.ts";
import { subjectIdOf } from "../../../schema/storage/subjects.ts";
import type { Position } from "../../domain/base/cursor.ts";
import type { ActivityFacts, ParsedActivityQuery } from "../../domain/read/activity-query.ts";
import { equal, type RowPage, readPage, where } from "../d1/page.ts";

/** A note of a list, with its place there. */
export type ActivityRow = ActivityFacts & { readonly id: string };

/** Newest first: of one subject in the order of ids, of all by time. */
export async function readActivity(d1: D1Database, query: ParsedActivityQuery, after: Position | undefined): Promise<RowPage<ActivityRow>> {
  const { kind, by, from, to, limit, subject } = query;
  const window = [...(from === undefined ? [] : [sql`at >= ${from}`]), ...(to === undefined ? [] : [sql`at < ${to}`])];
  const filters = equal({ kind, by });
  const columns = columnsFor(limit);
  if (subject !== undefined) {
    const [, , id] = after ?? [];
    const ofOne = [sql`subject_id = ${subjectIdOf(subject)}`, ...(id === undefined ? [] : [sql`id < ${id}`])];
    const scan = sql`SELECT * FROM notes ${where(ofOne)} ORDER BY id DESC`;
    return await readPage<ActivityRow>(d1, { scan, filters: [...filters, ...window], columns, limit });
  }
  const beyond = after === undefined ? [] : [sql`(at, subject_id, id) < (${after[0]}, ${after[1]}, ${after[2]})`];
  const scan = sql`SELECT * FROM notes INDEXED BY notes_at ${where([...window, ...beyond])} ORDER BY at DESC, subject_id DESC, id DESC`;
  return await readPage<ActivityRow>(d1, { scan, filters, columns, limit });
}

/** A detail may hold a whole message of the queue: of a page of several only small ones leave the database. */
function columnsFor(limit: number): Sql {
  const most = limit === 1 ? READ.noteDetailAlone : READ.noteDetail;
  return sql`subject_id AS subjectId, id, at, kind, "by", reason, iif(octet_length(detail) <= ${most}, detail, NULL) AS detail,
    coalesce(octet_length(detail) > ${most}, 0) AS cut`;
}

export function positionOf({ at, subjectId, id }: ActivityRow): Position {
  return [at, subjectId, id];
}
