import sql, { empty, join, raw, type Sql } from "sql-template-tag";
import type { Superseded } from "../../../schema/storage/tables.ts";
import type { Position } from "../../domain/base/cursor.ts";
import { IS_BAD } from "../d1/lines.ts";
import { where } from "../d1/page.ts";

/** Bad dispatches of a window of settlement, beyond a position. */
interface BadRange {
  /** Those that stand so; by default all. */
  readonly superseded?: Superseded | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** A position of two: an older version has left one of ids, which begins anew. */
  readonly after?: Position | undefined;
  /** These alone. */
  readonly ids?: readonly string[] | undefined;
}

/** The parts of `dispatches_bad`. */
export const SUPERSEDED: readonly Superseded[] = [0, 1, 2];

/**
 * Selects bad dispatches by time of settlement, newest first: each part of `dispatches_bad` is in that order, and SQLite merges them as they
 * are read. `columns` have to hold `id` and `settledAt`.
 */
export function badBySettlement(columns: Sql, { superseded, ...range }: BadRange): Sql {
  const parts = superseded === undefined ? SUPERSEDED : [superseded];
  const index = range.ids === undefined ? raw("INDEXED BY dispatches_bad") : empty;
  const selects = parts.map(
    (part) =>
      sql`SELECT ${columns} FROM dispatches ${index} ${where([sql`superseded = ${raw(`${part}`)}`, raw(IS_BAD), ...bounds(range)])}`,
  );
  return sql`${join(selects, " UNION ALL ")} ORDER BY settledAt DESC, id DESC`;
}

function bounds({ from, to, after, ids }: BadRange): Sql[] {
  return [
    ...(from === undefined ? [] : [sql`settled_at >= ${from}`]),
    ...(to === undefined ? [] : [sql`settled_at < ${to}`]),
    ...(after?.length === 2 ? [sql`(settled_at, id) < (${after[0]}, ${after[1]})`] : []),
    ...(ids === undefined ? [] : [among(ids)]),
  ];
}

/** These ids alone. */
export function among(ids: readonly string[]): Sql {
  return sql`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}

/** Where a list by time of settlement goes on. */
export function positionInBad({ settledAt, id }: { settledAt: number | null; id: string }): Position {
  return [settledAt ?? 0, id];
}
