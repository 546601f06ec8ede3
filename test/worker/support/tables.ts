import { rows } from "./rows.ts";

/** Everything that the hub has stored, table by table. */
export async function wholeDatabase(d1: D1Database): Promise<Record<string, unknown[]>> {
  const tables = ["events", "dispatches", "executions", "configs", "notes", "controls"];
  const results = await d1.batch(tables.map((table) => d1.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`)));
  return Object.fromEntries(tables.map((table, index) => [table, results[index]?.results ?? []]));
}

/** Dispatches that nobody would ever look at again, and settled ones that somebody still would: there are none. */
export async function forgottenDispatches(): Promise<unknown[]> {
  return await rows("SELECT id, status, check_at FROM dispatches WHERE (status = 'ongoing') = (check_at IS NULL)");
}
