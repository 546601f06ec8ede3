import sql, { raw, type Sql } from "sql-template-tag";
import { ANY, isOpenEnded } from "../../../schema/config/type-glob.ts";
import type { BulkKind } from "../../../schema/contract/bulks.ts";
import { BULK } from "../../../schema/limits.ts";
import type { Position } from "../../domain/base/cursor.ts";
import { isOfDeadLetters, type ParsedBulkFilter } from "../../domain/operate/bulk-filter.ts";
import type { Retriable } from "../../domain/operate/redrive.ts";
import { isRedriveOf, originalOf } from "../d1/id-ranges.ts";
import { IS_DEAD_LETTER, isLastOfLine } from "../d1/lines.ts";
import { because, equal, idsBetween, type RowPage, readAll, readPage, type Scan, where } from "../d1/page.ts";
import { WHOLE_DISPATCH } from "./read-dispatches.ts";
import { among, badBySettlement, positionInBad } from "./scan-bad.ts";
import { ongoingByDestination, positionInOngoing } from "./scan-ongoing.ts";
import { dispatchesOfSubject, type OfEvent, positionInSubject } from "./scan-subject.ts";

/** A dispatch that an operation concerns; `scanned`: of a scan by subject, its event. */
export type Matching = Retriable & Partial<OfEvent>;

/**
 * A page of the dispatches a bulk operation concerns, newest first: dead letters by settlement, others by emission. To be cancelled: by
 * destination, of each those first that the hub looks at next. Of one subject: by emission of its events.
 */
export async function readMatching(
  d1: D1Database,
  { kind, filter, after, limit }: { kind: BulkKind; filter: ParsedBulkFilter; after: Position | undefined; limit: number },
): Promise<RowPage<Matching>> {
  return await readPage<Matching>(d1, { ...selectionOf(kind, filter, after), limit });
}

export function positionOf(kind: BulkKind, filter: ParsedBulkFilter, row: Matching): Position {
  if (row.scanned !== undefined) return positionInSubject({ id: row.id, scanned: row.scanned });
  if (kind === "cancel") return positionInOngoing(row);
  return isOfDeadLetters(kind, filter) ? positionInBad(row) : [row.id];
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
  if (filter.subject !== undefined) return ofSubject(kind, { ...filter, subject: filter.subject }, after);
  if (kind === "cancel") return ongoing(filter, after);
  return isOfDeadLetters(kind, filter) ? deadLetters(filter, after) : lastOfLines(filter, after);
}

/** What is owed to one subject is found by its events, however much is owed to others. */
function ofSubject(kind: BulkKind, filter: ParsedBulkFilter & { readonly subject: string }, after: Position | undefined): Scan {
  const { status, destination, route, ids, from, to } = filter;
  const asked = [...equal({ status, destination, route }), ...(ids === undefined ? [] : [among(ids)]), ...ofEvent(filter)];
  const settled = [sql`settledAt >= ${from ?? 0}`, sql`settledAt < ${to ?? Number.MAX_SAFE_INTEGER}`];
  const emitted = idsBetween({ from, to });
  const concerned = {
    cancel: [sql`status = 'ongoing'`, ...emitted],
    deadLetters: [raw(IS_DEAD_LETTER), ...settled],
    lastOfLines: [raw(isLastOfLine("self", originalOf("self"))), ...emitted],
  };
  const which = kind === "cancel" ? kind : isOfDeadLetters(kind, filter) ? "deadLetters" : "lastOfLines";
  return {
    scan: dispatchesOfSubject(filter.subject, after),
    columns: WITH_REDRIVES,
    filters: [sql`self IS NOT NULL`, ...concerned[which], ...asked],
  };
}

/** What was given up and is owed still, by time of settlement: what stands first in `dispatches_bad`. */
function deadLetters(filter: ParsedBulkFilter, after: Position | undefined): Scan {
  const { status, destination, route, ids, from, to } = filter;
  return {
    scan: badBySettlement(LINKS, { superseded: 0, from, to, after, ids }),
    columns: WITH_REDRIVES,
    filters: [...equal({ status, destination, route }), ...ofEvent(filter)],
  };
}

/** What settled otherwise, by time of emission: of each line the last, while nothing of it is ongoing. */
function lastOfLines(filter: ParsedBulkFilter, after: Position | undefined): Scan {
  const { status, destination, route, ids, from, to } = filter;
  const before = after === undefined ? undefined : String(after[0]);
  const indexed = [...idsBetween({ from, to, before }), ...(ids === undefined ? [] : [among(ids)])];
  return {
    scan: sql`SELECT ${LINKS} FROM dispatches ${where(indexed)} ORDER BY id DESC`,
    columns: WITH_REDRIVES,
    filters: [...equal({ status, destination, route }), ...ofEvent(filter), raw(isLastOfLine("self", originalOf("self")))],
  };
}

function ongoing(filter: ParsedBulkFilter, after: Position | undefined): Scan {
  const { destination, route, ids, from, to } = filter;
  return {
    scan: ongoingByDestination(WHOLE_DISPATCH, { destination, after, ids }),
    columns: sql`*, 0 AS redrives`,
    filters: [...equal({ route }), ...idsBetween({ from, to }), ...ofEvent(filter)],
  };
}

/** Columns of a dispatch, its id once more under a name that tables have not. */
const LINKS = sql`${WHOLE_DISPATCH}, id AS self`;

const WITH_REDRIVES = sql`*, (SELECT count(*) FROM dispatches AS kin WHERE ${raw(isRedriveOf(originalOf("self"), { id: "kin.id" }))}) AS redrives`;

/** Why it failed, and of which type its event is: a look at the event of each that was scanned. */
function ofEvent({ reason, type }: ParsedBulkFilter): Sql[] {
  const asked = ofType(type);
  const said = asked.length === 0 ? [] : [sql`EXISTS (SELECT 1 FROM events ${where([sql`events.id = eventId`, ...asked])})`];
  return [...because(reason), ...said];
}

/** Exactly, or all that begin so and go on. Not GLOB: D1 refuses patterns of more than 50 bytes. SQLite counts code points. */
function ofType(type: string | undefined): Sql[] {
  if (type === undefined || type === ANY) return [];
  if (!isOpenEnded(type)) return equal({ type });
  const start = type.slice(0, -1);
  const length = Array.from(start).length;
  return [sql`substr(type, 1, ${length}) = ${start}`, sql`length(type) > ${length}`];
}
