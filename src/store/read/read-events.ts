import sql, { raw, type Sql } from "sql-template-tag";
import { READ } from "../../../schema/limits.ts";
import type { StoredEvent } from "../../../schema/storage/tables.ts";
import type { Position } from "../../domain/base/cursor.ts";
import type { ParsedEventQuery, ParsedEventSearch } from "../../domain/read/event-query.ts";
import type { EventFacts } from "../../domain/read/event-view.ts";
import { textMatcher } from "../../domain/read/text-matcher.ts";
import { EVENT_COLUMNS, type Expressions, omit, selectList } from "../d1/columns.ts";
import { equal, idsBetween, type RowPage, readAll, readPage, replicaOf, type Scan, where } from "../d1/page.ts";
import { type EventKey, readSizedPage, sizedColumns } from "./sized-events.ts";

const COLUMNS = raw(selectList(EVENT_COLUMNS));

/** Fields of an event in a list without data. */
const LISTED: Expressions<keyof Omit<EventFacts, "excerpt" | "notBefore">> = omit(
  EVENT_COLUMNS,
  "time",
  "data",
  "key",
  "configVersion",
  "extensions",
);
const LISTED_COLUMNS = raw(selectList(LISTED));
const LISTED_NAMES = raw(Object.keys(LISTED).join(", "));

const START = raw(`substr(data, 1, ${READ.excerpt})`);

/** Bytes of data that are read with its event: as many of each of the events that a call looks at. */
const SEARCHED_AT_ONCE = Math.floor(READ.searchBytes / READ.scanRows);

export async function readEvent(d1: D1Database, id: string): Promise<StoredEvent | undefined> {
  const [row] = await readAll<StoredEvent>(d1, sql`SELECT ${COLUMNS} FROM events WHERE id = ${id}`);
  return row;
}

/** Newest first; by key, in the order of sources: the index is on key and source, and a key has one event for each source. */
export async function readEvents(
  d1: D1Database,
  query: ParsedEventQuery,
  position: Position | undefined,
): Promise<RowPage<StoredEvent, EventKey>> {
  const columns = sizedColumns(Math.floor(READ.pageBytes / (query.limit + 1)));
  return await readSizedPage(d1, { ...scanOf(query, { position, columns }), limit: query.limit, maxBytes: READ.pageBytes });
}

/** Events without their data, whose start is read of those alone that are found: a page of 50 might not fit one reply. */
export async function findEvents(
  d1: D1Database,
  { text, ...query }: ParsedEventSearch,
  position: Position | undefined,
): Promise<RowPage<EventFacts, EventKey>> {
  if (text !== undefined) return await findText(d1, { ...query, text }, position);
  const columns = sql`${LISTED_COLUMNS}, id AS listed, iif(octet_length(data) <= ${SEARCHED_AT_ONCE}, ${START}, NULL) AS excerpt`;
  const excerpt = sql`coalesce(excerpt, (SELECT ${START} FROM events WHERE events.id = listed)) AS excerpt`;
  const scan = scanOf(query, { position, columns });
  return await readPage<EventFacts>(d1, { ...scan, columns: sql`${LISTED_NAMES}, ${excerpt}`, limit: query.limit });
}

/**
 * Events with a text in their data, which is compared here: SQLite knows the case of A to Z alone, and the time of the database is what everybody
 * shares: a replica is asked where there is one. A call looks through the data of `READ.scanRows` events, or `READ.searchBytes` of it.
 */
async function findText(
  d1: D1Database,
  query: ParsedEventQuery & { readonly text: string },
  position: Position | undefined,
): Promise<RowPage<EventFacts, EventKey>> {
  const scan = scanOf(query, { position, columns: sizedColumns(SEARCHED_AT_ONCE) });
  const bounds = { limit: READ.scanRows - 1, maxBytes: READ.searchBytes };
  const { rows, last } = await readSizedPage(d1, { ...scan, ...bounds, reader: replicaOf(d1) });
  const holds = textMatcher(query.text);
  const found = rows
    .values()
    .filter(({ data }) => holds(data))
    .take(query.limit + 1)
    .toArray();
  const events = found.slice(0, query.limit).map(({ data, ...event }) => ({ ...event, excerpt: startOf(data) }));
  const end = found.length > query.limit ? events.at(-1) : last;
  return end === undefined ? { rows: events } : { rows: events, last: end };
}

/** As SQLite counts characters: one of two UTF-16 units is one. */
function startOf(data: string): string {
  return [...data.slice(0, 2 * READ.excerpt)].slice(0, READ.excerpt).join("");
}

export function positionOf(event: EventKey, query: ParsedEventQuery): Position {
  return query.key === undefined ? [event.id] : [event.source ?? ""];
}

/** From where a scan goes on, and what it selects. */
interface ScanOptions {
  readonly position: Position | undefined;
  readonly columns: Sql;
}

function scanOf(query: ParsedEventQuery, { position, columns }: ScanOptions): Scan {
  if (query.key !== undefined) return scanByKey(query, { position, columns });
  const { indexed, filters } = planOf(query);
  const window = idsBetween({ ...query, before: position === undefined ? undefined : String(position[0]) });
  const [first, second] = indexed.map((condition) => sql`SELECT ${columns} FROM events ${where([...condition, ...window])}`);
  const scan = second === undefined ? first : sql`${first} UNION ALL ${second}`;
  return { scan: sql`${scan} ORDER BY id DESC`, filters };
}

function scanByKey(query: ParsedEventQuery, { position, columns }: ScanOptions): Scan {
  const { key, source, correlationId, subject, type } = query;
  const after = position === undefined ? [] : [sql`source > ${position[0]}`];
  const scan = sql`SELECT ${columns} FROM events INDEXED BY events_key ${where([...equal({ key, source }), ...after])} ORDER BY source`;
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
