import sql, { empty, join, raw, type Sql } from "sql-template-tag";
import { READ } from "../../../schema/limits.ts";
import { firstIdAt } from "../../domain/base/time-id.ts";
import { withStorage } from "./storage.ts";

/** A page, and the row its successor goes on from; without one the list has ended. */
export interface RowPage<Row, Last = Row> {
  readonly rows: readonly Row[];
  readonly last?: Last;
}

/** What an index serves, in order, and what it cannot serve. */
export interface Scan {
  /** An ordered SELECT. */
  readonly scan: Sql;
  readonly filters: readonly Sql[];
  /** What of its columns leaves the database; by default all of them. */
  readonly columns?: Sql;
  /** Who reads, where it is not the database itself. */
  readonly reader?: Reader;
}

/** A database, or a session with it. */
export type Reader = Pick<D1Database, "prepare">;

/**
 * A session that a replica may serve, where the database has any: it may lag behind by moments. For reads that take long, so that they do not
 * keep the database itself from who emits.
 */
export function replicaOf(d1: D1Database): Reader {
  return d1.withSession("first-unconstrained");
}

/**
 * Reads a page of a scan. A call reads at most `READ.scanRows` rows to fill the page, and when the page stays short as many to find where
 * the next one starts.
 */
export async function readPage<Row>(d1: D1Database, { limit, ...given }: Scan & { readonly limit: number }): Promise<RowPage<Row>> {
  const { scan, filters, columns = sql`*`, reader = d1 } = given;
  const bounded = sql`SELECT ${columns} FROM (${scan} LIMIT ${READ.scanRows}) ${where(filters)} LIMIT ${limit + 1}`;
  const found = await readAll<Row>(d1, bounded, reader);
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : await endOfScan<Row>(d1, { scan, filters, columns, reader });
  return last === undefined ? { rows } : { rows, last };
}

async function endOfScan<Row>(d1: D1Database, { scan, filters, columns, reader }: Required<Scan>): Promise<Row | undefined> {
  if (filters.length === 0) return undefined;
  const [end] = await readAll<Row>(d1, sql`SELECT ${columns} FROM (${scan} LIMIT 1 OFFSET ${READ.scanRows - 1})`, reader);
  return end;
}

export async function readAll<Row>(d1: D1Database, query: Sql, reader: Reader = d1): Promise<Row[]> {
  const statement = reader.prepare(query.sql).bind(...query.values);
  const { results } = await withStorage(d1, () => statement.all<Row>());
  return results;
}

export function where(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? empty : join(conditions, " AND ", "WHERE ");
}

/** `column = value` for each value that was given. */
export function equal(columns: Readonly<Record<string, string | number | undefined>>): Sql[] {
  return Object.entries(columns).flatMap(([column, value]) => (value === undefined ? [] : [sql`${raw(`"${column}"`)} = ${value}`]));
}

/** Exactly this reason; the empty text stands for none. */
export function because(reason: string | undefined): Sql[] {
  return reason === undefined ? [] : [sql`coalesce(reason, '') = ${reason}`];
}

/** Ids of a window of time that come after a position in a list that is newest first. */
export function idsBetween({
  from,
  to,
  before,
}: {
  from?: number | undefined;
  to?: number | undefined;
  before?: string | undefined;
}): Sql[] {
  return [
    ...(from === undefined ? [] : [sql`id >= ${firstIdAt(from)}`]),
    ...(to === undefined ? [] : [sql`id < ${firstIdAt(to)}`]),
    ...(before === undefined ? [] : [sql`id < ${before}`]),
  ];
}
