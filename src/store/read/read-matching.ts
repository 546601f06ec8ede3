import sql, { empty, raw, type Sql } from "sql-template-tag";
import type { BulkKind } from "../../../schema/contract/bulks.ts";
import { BULK } from "../../../schema/limits.ts";
import type { Position } from "../../domain/base/cursor.ts";
import type { ParsedBulkFilter } from "../../domain/operate/bulk-filter.ts";
import type { Retriable } from "../../domain/operate/redrive.ts";
import { isRedriveOf, originalOf } from "../d1/id-ranges.ts";
import { because, equal, idsBetween, type RowPage, readAll, readPage, type Scan, where } from "../d1/page.ts";
import { amongBad, WHOLE_DISPATCH } from "./read-dispatches.ts";

/** A page of the dispatches a bulk operation concerns: to be retried, newest first; to be cancelled, those the hub looks at next first. */
export async function readMatching(
  d1: D1Database,
  { kind, filter, after, limit }: { kind: BulkKind; filter: ParsedBulkFilter; after: Position | undefined; limit: number },
): Promise<RowPage<Retriable>> {
  return await readPage<Retriable>(d1, { ...selectionOf(kind, filter, after), limit });
}

export function positionOf(kind: BulkKind, { id, checkAt }: Retriable): Position {
  return kind === "retry" ? [id] : [checkAt ?? 0, id];
}

/** How many there are now among the first `BULK.countRows` that may be. `more`: there are others that may be. */
export async function countMatching(d1: D1Database, kind: BulkKind, filter: ParsedBulkFilter): Promise<{ count: number; more: boolean }> {
  const { scan, filters } = selectionOf(kind, filter, undefined);
  const matching = where([sql`TRUE`, ...filters]);
  const [row] = await readAll<{ count: number; scanned: number }>(
    d1,
    sql`SELECT count(*) FILTER (${matching}) AS count, count(*) AS scanned FROM (${scan} LIMIT ${BULK.countRows + 1})`,
  );
  return { count: row?.count ?? 0, more: (row?.scanned ?? 0) > BULK.countRows };
}

function selectionOf(kind: BulkKind, filter: ParsedBulkFilter, after: Position | undefined): Scan {
  return kind === "retry" ? retriable(filter, after) : ongoing(filter, after);
}

/** The redrives of the line of a dispatch: a range of the primary key. */
function kinOf(id: string): Sql {
  return sql`FROM dispatches AS kin WHERE ${raw(isRedriveOf(originalOf(id), { id: "kin.id" }))}`;
}

/** What has been retried is over: its redrive is retried instead. */
const NOT_RETRIED = sql`NOT EXISTS (SELECT 1 ${kinOf("self")} AND (kin.redrive_of = self OR kin.status = 'ongoing'))`;

/** What a retry concerns, newest first. */
export function retriable({ status, destination, route, reason, ids, from, to }: ParsedBulkFilter, after: Position | undefined): Scan {
  const before = after === undefined ? undefined : String(after[0]);
  const indexed = [...amongBad(status ?? "failed"), ...idsBetween({ from, to, before }), ...named(ids)];
  return {
    scan: sql`SELECT ${WHOLE_DISPATCH}, id AS self FROM dispatches ${where(indexed)} ORDER BY id DESC`,
    columns: sql`*, (SELECT count(*) ${kinOf("self")}) AS redrives`,
    filters: [...equal({ status, destination, route }), ...because(reason), sql`status <> 'ongoing'`, NOT_RETRIED],
  };
}

function ongoing({ destination, route, reason, ids, from, to }: ParsedBulkFilter, after: Position | undefined): Scan {
  const index = ids === undefined ? raw("INDEXED BY dispatches_check") : empty;
  const beyond = after === undefined ? [] : [sql`(check_at, id) > (${after[0]}, ${after[1]})`];
  return {
    scan: sql`SELECT ${WHOLE_DISPATCH} FROM dispatches ${index}
      ${where([sql`status = 'ongoing'`, ...beyond, ...named(ids)])} ORDER BY check_at, id`,
    columns: sql`*, 0 AS redrives`,
    filters: [...equal({ destination, route }), ...because(reason), ...idsBetween({ from, to })],
  };
}

function named(ids: readonly string[] | undefined): Sql[] {
  return ids === undefined ? [] : [sql`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`];
}
