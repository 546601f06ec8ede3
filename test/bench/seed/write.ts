import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { getTableColumns, getTableName, type InferSelectModel, type Table } from "drizzle-orm";

/** Inserts a row of a table, given as it is stored. */
export function inserterOf<Rows extends Table>(database: DatabaseSync, table: Rows): (row: Readonly<InferSelectModel<Rows>>) => void {
  const columns = Object.entries(getTableColumns(table));
  const names = columns.map(([, { name }]) => `"${name}"`).join(", ");
  const insert = database.prepare(`INSERT INTO ${getTableName(table)} (${names}) VALUES (${columns.map(() => "?").join(", ")})`);
  return (row) => void insert.run(...columns.map(([key]) => (row as Record<string, SQLInputValue>)[key] ?? null));
}

/** All or nothing. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("PRAGMA cache_size = -400000; PRAGMA synchronous = OFF; BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
