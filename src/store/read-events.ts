import { type SQL, sql } from "drizzle-orm";
import type { EventRow } from "../domain/plan-emit.ts";
import type { ParsedEventQuery } from "../domain/read-query.ts";
import { equal, idsBetween, type RowPage, readAll, readPage, where } from "./page.ts";

const COLUMNS = sql`id, type, source, subject, time, data, key, correlation_id AS correlationId, causation_id AS causationId, depth, config_version AS configVersion`;

export async function readEvent(d1: D1Database, id: string): Promise<EventRow | undefined> {
  const [row] = await readAll<EventRow>(d1, sql`SELECT ${COLUMNS} FROM events WHERE id = ${id}`);
  return row;
}

/** Newest first, from `before` on. */
export async function readEvents(d1: D1Database, query: ParsedEventQuery, before: string | undefined): Promise<RowPage<EventRow>> {
  const { indexed, filters } = planOf(query);
  const window = idsBetween({ ...query, before });
  const [first, second] = indexed.map((condition) => sql`SELECT ${COLUMNS} FROM events ${where([...condition, ...window])}`);
  const scan = second === undefined ? first : sql`${first} UNION ALL ${second}`;
  return await readPage<EventRow>(d1, { scan: sql`${scan} ORDER BY id DESC`, filters, limit: query.limit });
}

/** Which filter an index serves, as alternatives that do not overlap, and what is left to be filtered. */
function planOf({ key, correlationId, subject, type, source }: ParsedEventQuery): { indexed: SQL[][]; filters: SQL[] } {
  if (key !== undefined) return { indexed: [equal({ key, source })], filters: equal({ correlationId, subject, type }) };
  if (correlationId !== undefined) return { indexed: chainOf(correlationId), filters: equal({ subject, type, source }) };
  if (subject !== undefined) return { indexed: [equal({ subject })], filters: equal({ type, source }) };
  return { indexed: [equal({ type })], filters: equal({ source }) };
}

/** The index holds events that have a cause; the first of the chain has none, and the chain is named after it. */
function chainOf(correlationId: string): SQL[][] {
  return [
    [sql`correlation_id = ${correlationId}`, sql`causation_id IS NOT NULL`],
    [sql`id = ${correlationId}`, sql`causation_id IS NULL`],
  ];
}
