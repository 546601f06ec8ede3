import sql, { raw, type Sql } from "sql-template-tag";
import { READ } from "../../../schema/limits.ts";
import type { StoredEvent } from "../../../schema/storage/tables.ts";
import type { Position } from "../../domain/base/cursor.ts";
import type { ParsedEventQuery, ParsedEventSearch } from "../../domain/read/event-query.ts";
import type { EventFacts } from "../../domain/read/event-view.ts";
import { EVENT_COLUMNS, type Expressions, omit, selectList } from "../d1/columns.ts";
import { equal, idsBetween, type RowPage, readAll, readPage, type Scan, where } from "../d1/page.ts";

const COLUMNS = raw(selectList(EVENT_COLUMNS));

/** Fields of an event in a list, as a scan has named them. */
const LISTED: Expressions<keyof Omit<EventFacts, "excerpt" | "notBefore">> = omit(
  EVENT_COLUMNS,
  "time",
  "data",
  "key",
  "configVersion",
  "extensions",
);

export async function readEvent(d1: D1Database, id: string): Promise<StoredEvent | undefined> {
  const [row] = await readAll<StoredEvent>(d1, sql`SELECT ${COLUMNS} FROM events WHERE id = ${id}`);
  return row;
}

/** Newest first; by key, in the order of sources: the index is on key and source, and a key has one event for each source. */
export async function readEvents(d1: D1Database, query: ParsedEventQuery, position: Position | undefined): Promise<RowPage<StoredEvent>> {
  return await readPage<StoredEvent>(d1, { ...scanOf(query, position), limit: query.limit });
}

/** The same without the data, of which 50 might not fit one reply: a piece of it instead. */
export async function findEvents(d1: D1Database, query: ParsedEventSearch, position: Position | undefined): Promise<RowPage<EventFacts>> {
  const { scan, filters } = scanOf(query, position);
  const columns = sql`${raw(Object.keys(LISTED).join(", "))}, substr(data, 1, ${READ.excerpt}) AS excerpt`;
  return await readPage<EventFacts>(d1, { scan, columns, filters: [...filters, ...holding(query.text)], limit: query.limit });
}

export function positionOf(event: Pick<StoredEvent, "id" | "source">, query: ParsedEventQuery): Position {
  return query.key === undefined ? [event.id] : [event.source ?? ""];
}

function scanOf(query: ParsedEventQuery, position: Position | undefined): Scan {
  if (query.key !== undefined) return scanByKey(query, position);
  const { indexed, filters } = planOf(query);
  const window = idsBetween({ ...query, before: position === undefined ? undefined : String(position[0]) });
  const [first, second] = indexed.map((condition) => sql`SELECT ${COLUMNS} FROM events ${where([...condition, ...window])}`);
  const scan = second === undefined ? first : sql`${first} UNION ALL ${second}`;
  return { scan: sql`${scan} ORDER BY id DESC`, filters };
}

function scanByKey(query: ParsedEventQuery, position: Position | undefined): Scan {
  const { key, source, correlationId, subject, type } = query;
  const after = position === undefined ? [] : [sql`source > ${position[0]}`];
  const scan = sql`SELECT ${COLUMNS} FROM events INDEXED BY events_key ${where([...equal({ key, source }), ...after])} ORDER BY source`;
  return { scan, filters: [...equal({ correlationId, subject, type }), ...idsBetween(query)] };
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

/** Text in the data, as it is or as a JSON string writes it. Not LIKE: D1 refuses patterns of more than 50 bytes. `lower` knows A to Z only. */
function holding(text: string | undefined): Sql[] {
  if (text === undefined) return [];
  const written = JSON.stringify(text).slice(1, -1);
  const literally = sql`instr(lower(data), lower(${text})) > 0`;
  return [written === text ? literally : sql`(${literally} OR instr(lower(data), lower(${written})) > 0)`];
}
