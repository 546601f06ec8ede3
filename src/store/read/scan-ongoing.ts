import sql, { empty, raw, type Sql } from "sql-template-tag";
import type { Position } from "../../domain/base/cursor.ts";
import { where } from "../d1/page.ts";
import { among } from "./scan-bad.ts";

interface OngoingRange {
  readonly destination?: string | undefined;
  /** A position of three: an older version has left one of two, which begins anew. */
  readonly after?: Position | undefined;
  /** These alone. */
  readonly ids?: readonly string[] | undefined;
}

/** Selects ongoing dispatches by destination, of each those first that the hub looks at next: the order of the reconciler's index, which holds just these. */
export function ongoingByDestination(columns: Sql, { destination, after, ids }: OngoingRange): Sql {
  const index = ids === undefined ? raw("INDEXED BY dispatches_check") : empty;
  const conditions = [
    sql`status = 'ongoing'`,
    ...(destination === undefined ? [] : [sql`destination = ${destination}`]),
    ...(after?.length === 3 ? [beyond(after, destination)] : []),
    ...(ids === undefined ? [] : [among(ids)]),
  ];
  return sql`SELECT ${columns} FROM dispatches ${index} ${where(conditions)} ORDER BY destination, check_at, id`;
}

/** With the destination given, what comes behind it in the index is enough to seek by. */
function beyond([destination, checkAt, id]: Position, given: string | undefined): Sql {
  return given === undefined
    ? sql`(destination, check_at, id) > (${destination}, ${checkAt}, ${id})`
    : sql`(check_at, id) > (${checkAt}, ${id})`;
}

/** Where a list of ongoing dispatches goes on. */
export function positionInOngoing({ destination, checkAt, id }: { destination: string; checkAt: number | null; id: string }): Position {
  return [destination, checkAt ?? 0, id];
}
