import sql, { raw, type Sql } from "sql-template-tag";
import { READ } from "../../../schema/limits.ts";
import type { StoredDispatch } from "../../../schema/storage/tables.ts";
import type { ReadDispatch } from "../../domain/attempt/held.ts";
import type { Position } from "../../domain/base/cursor.ts";
import { supersededOf } from "../../domain/base/standing.ts";
import { isOfBad, type ParsedDispatchQuery } from "../../domain/read/dispatch-query.ts";
import type { ExecutionFacts } from "../../domain/read/dispatch-view.ts";
import type { StatusCounts } from "../../domain/read/event-view.ts";
import type { NoteFacts } from "../../domain/read/note-view.ts";
import { DISPATCH_COLUMNS, selectList } from "../d1/columns.ts";
import { isHeldBack } from "../d1/held.ts";
import { dispatchBounds, isDispatchOf, redriveBounds } from "../d1/id-ranges.ts";
import { IS_BAD } from "../d1/lines.ts";
import { because, equal, idsBetween, type RowPage, readAll, readPage, where } from "../d1/page.ts";
import { badBySettlement, positionInBad } from "./scan-bad.ts";
import { ongoingByDestination, positionInOngoing } from "./scan-ongoing.ts";

export const WHOLE_DISPATCH = raw(selectList(DISPATCH_COLUMNS));

/** Where nothing is held back this costs no row. */
const READ_DISPATCH = raw(selectList({ ...DISPATCH_COLUMNS, held: `status = 'ongoing' AND ${isHeldBack("dispatches")}` }));

export async function readDispatch(d1: D1Database, id: string): Promise<ReadDispatch | undefined> {
  const [row] = await readAll<ReadDispatch>(d1, sql`SELECT ${READ_DISPATCH} FROM dispatches WHERE id = ${id}`);
  return row;
}

/** The latest attempts in their order, the stacks of the latest of these. */
export async function readExecutions(d1: D1Database, dispatchId: string): Promise<ExecutionFacts[]> {
  const of = sql`FROM executions WHERE dispatch_id = ${dispatchId}`;
  const error = sql`iif(attempt > (SELECT max(attempt) ${of}) - ${READ.stacks}, error, json_remove(error, '$.stack'))`;
  const columns = sql`attempt, outcome, started_at AS startedAt, finished_at AS finishedAt, ${error} AS error`;
  const latest = await readAll<ExecutionFacts>(d1, sql`SELECT ${columns} ${of} ORDER BY attempt DESC LIMIT ${READ.history}`);
  return latest.reverse();
}

/** The latest notes in their order. */
export async function readNotes(d1: D1Database, subjectId: string): Promise<NoteFacts[]> {
  const columns = sql`at, kind, "by", reason, detail`;
  const latest = await readAll<NoteFacts>(
    d1,
    sql`SELECT ${columns} FROM notes WHERE subject_id = ${subjectId} ORDER BY id DESC LIMIT ${READ.history}`,
  );
  return latest.reverse();
}

/** Dispatches of an event, redrives included, these last, and so many at most: a range of the primary key. */
export async function readDispatchesOf(d1: D1Database, eventId: string, limit: number = Number.MAX_SAFE_INTEGER): Promise<ReadDispatch[]> {
  return await readAll(d1, sql`SELECT ${READ_DISPATCH} FROM dispatches WHERE ${ofEvent(eventId)} ORDER BY length(id), id LIMIT ${limit}`);
}

/** How the dispatches of each of these events stand, of the first `READ.dispatchesOfEvent` of each. */
export async function countDispatchesOf(d1: D1Database, eventIds: readonly string[]): Promise<ReadonlyMap<string, StatusCounts>> {
  const rows = await readAll<{ eventId: string; counts: string }>(
    d1,
    sql`SELECT event.value AS eventId, (
        SELECT json_group_object(status, count) FROM (
          SELECT status, count(*) AS count FROM (
            SELECT status FROM dispatches WHERE ${raw(isDispatchOf("event.value", { id: "id" }))} LIMIT ${READ.dispatchesOfEvent})
          GROUP BY status)) AS counts
      FROM json_each(${JSON.stringify(eventIds)}) AS event`,
  );
  return new Map(rows.map(({ eventId, counts }) => [eventId, JSON.parse(counts) as StatusCounts]));
}

/** The first of a line with all its redrives. */
export async function readLine(d1: D1Database, root: string): Promise<Pick<StoredDispatch, "id" | "status">[]> {
  const [from, to] = redriveBounds(root);
  return await readAll(d1, sql`SELECT id, status FROM dispatches WHERE id = ${root} OR id BETWEEN ${from} AND ${to}`);
}

/** Newest first: by settlement what is bad, ongoing ones by destination and in the order in which the hub looks at them, others by emission. */
export async function readDispatches(
  d1: D1Database,
  query: ParsedDispatchQuery,
  position: Position | undefined,
): Promise<RowPage<ReadDispatch>> {
  const { destination, route, reason, status, standing, limit } = query;
  const superseded = standing && supersededOf(standing);
  switch (orderOf(query)) {
    case "check": {
      const scan = ongoingByDestination(READ_DISPATCH, { destination, after: position });
      const filters = [...equal({ route }), ...because(reason), ...idsBetween(query)];
      return await readPage<ReadDispatch>(d1, { scan, filters, limit });
    }
    case "settlement": {
      const { from, to } = query;
      const scan = badBySettlement(READ_DISPATCH, { superseded, from, to, after: position });
      const filters = [...equal({ status, destination, route }), ...because(reason)];
      return await readPage<ReadDispatch>(d1, { scan, filters, limit });
    }
    default: {
      const before = position === undefined ? undefined : String(position[0]);
      const indexed = [...idsBetween({ ...query, before }), ...(query.eventId === undefined ? [] : [ofEvent(query.eventId)])];
      const scan = sql`SELECT ${READ_DISPATCH} FROM dispatches ${where(indexed)} ORDER BY id DESC`;
      const ofBad = standing === undefined ? [] : [raw(IS_BAD)];
      const filters = [...equal({ status, destination, route, superseded }), ...ofBad, ...because(reason)];
      return await readPage<ReadDispatch>(d1, { scan, filters, limit });
    }
  }
}

/** Which index serves a list. Those of an event are few, and a range of the primary key. */
function orderOf(query: ParsedDispatchQuery): "check" | "settlement" | "emission" {
  if (query.eventId !== undefined) return "emission";
  if (query.status === "ongoing") return "check";
  return isOfBad(query) ? "settlement" : "emission";
}

export function positionOf(dispatch: StoredDispatch, query: ParsedDispatchQuery): Position {
  switch (orderOf(query)) {
    case "check":
      return positionInOngoing(dispatch);
    case "settlement":
      return positionInBad(dispatch);
    default:
      return [dispatch.id];
  }
}

function ofEvent(eventId: string): Sql {
  const [after, before] = dispatchBounds(eventId);
  return sql`id > ${after} AND id < ${before}`;
}
