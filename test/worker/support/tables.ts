import { RETENTION, type TableName } from "../../../schema/storage/retention.ts";
import { rows } from "./rows.ts";

/** Every table of the hub: the compiler sees to it that the register names those of tables.ts and no other. */
export const TABLES = Object.keys(RETENTION) as TableName[];

/** Everything that the hub has stored, table by table. */
export async function wholeDatabase(d1: D1Database): Promise<Record<TableName, unknown[]>> {
  const results = await d1.batch(TABLES.map((table) => d1.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`)));
  return Object.fromEntries(TABLES.map((table, index) => [table, results[index]?.results ?? []])) as Record<TableName, unknown[]>;
}

/** What a hub stores once: an isolate that has does not look again. */
const STORED_ONCE: readonly TableName[] = ["configs", "secrets"];

/** Empties every table but these. */
export async function emptyTables(): Promise<void> {
  for (const table of TABLES.filter((name) => !STORED_ONCE.includes(name))) await rows(`DELETE FROM ${table}`);
}

/** Dispatches that nobody would ever look at again, and settled ones that somebody still would: there are none. */
export async function forgottenDispatches(): Promise<unknown[]> {
  return await rows("SELECT id, status, check_at FROM dispatches WHERE (status = 'ongoing') = (check_at IS NULL)");
}
