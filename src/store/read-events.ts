import sql, { raw, type Sql } from "sql-template-tag";
import type { StoredEvent } from "../../schema/tables.ts";
import type { Position } from "../domain/cursor.ts";
import type { ParsedEventQuery } from "../domain/read-query.ts";
import { EVENT_COLUMNS } from "./event-columns.ts";
import { equal, idsBetween, type RowPage, readAll, readPage, where } from "./page.ts";

const COLUMNS = raw(EVENT_COLUMNS);

export async function readEvent(d1: D1Database, id: string): Promise<StoredEvent | undefined> {
  const [row] = await readAll<StoredEvent>(d1, sql`SELECT ${COLUMNS} FROM events WHERE id = ${id}`);
  return row;
}

/** Newest first; by key, in the order of sources: the index is on key and source, and a key has one event for each source. */
export async function readEvents(d1: D1Database, query: ParsedEventQuery, position: Position | undefined): Promise<RowPage<StoredEvent>> {
  if (query.key !== undefined) return await readByKey(d1, query, position);
  const { indexed, filters } = planOf(query);
  const window = idsBetween({ ...query, before: position === undefined ? undefined : String(position[0]) });
  const [first, second] = indexed.map((condition) => sql`SELECT ${COLUMNS} FROM events ${where([...condition, ...window])}`);
  const scan = second === undefined ? first : sql`${first} UNION ALL ${second}`;
  return await readPage<StoredEvent>(d1, { scan: sql`${scan} ORDER BY id DESC`, filters, limit: query.limit });
}

export function positionOf(event: StoredEvent, query: ParsedEventQuery): Position {
  return query.key === undefined ? [event.id] : [event.source ?? ""];
}

async function readByKey(d1: D1Database, query: ParsedEventQuery, position: Position | undefined): Promise<RowPage<StoredEvent>> {
  const { key, source, correlationId, subject, type, limit } = query;
  const after = position === undefined ? [] : [sql`source > ${position[0]}`];
  const scan = sql`SELECT ${COLUMNS} FROM events INDEXED BY events_key ${where([...equal({ key, source }), ...after])} ORDER BY source`;
  const filters = [...equal({ correlationId, subject, type }), ...idsBetween(query)];
  return await readPage<StoredEvent>(d1, { scan, filters, limit });
}

/** Which filter an index serves, as alternatives that do not overlap, and what is left to be filtered. */
function planOf({ correlationId, subject, type, source }: ParsedEventQuery): { indexed: Sql[][]; filters: Sql[] } {
  if (correlationId !== undefined) return { indexed: chainOf(correlationId), filters: equal({ subject, type, source }) };
  if (subject !== undefined) return { indexed: [equal({ subject })], filters: equal({ type, source }) };
  return { indexed: [equal({ type })], filters: equal({ source }) };
}

/** The index holds events that have a cause; the first of the chain has none, and the chain is named after it. */
function chainOf(correlationId: string): Sql[][] {
  return [
    [sql`correlation_id = ${correlationId}`, sql`causation_id IS NOT NULL`],
    [sql`id = ${correlationId}`, sql`causation_id IS NULL`],
  ];
}
