import { stat } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { findHubDatabase } from "../../hub-database.ts";

/** How much is stored, and what it takes in bytes. */
export interface StoredSize {
  readonly events: number;
  readonly dispatches: number;
  /** The file of the database. */
  readonly bytes: number;
  /** What has been written and is not in that file yet. */
  readonly walBytes: number;
  /** With its indexes. */
  readonly bytesPerEvent: number;
  /** With its indexes, executions and notes. */
  readonly bytesPerDispatch: number;
}

/** Of a hub's database, while the hub is at work on it. */
export async function storedSize(stateDir: string): Promise<StoredSize> {
  const file = await findHubDatabase(stateDir);
  if (file === undefined) throw new Error(`There is no database of a hub in ${stateDir}.`);
  using database = new DatabaseSync(file, { readOnly: true });
  const countOf = (table: string) => Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"]);
  const [events, dispatches] = [countOf("events"), countOf("dispatches")];
  return {
    events,
    dispatches,
    bytes: (await stat(file)).size,
    walBytes: (await stat(`${file}-wal`)).size,
    bytesPerEvent: bytesOf(database, ["events"]) / events,
    bytesPerDispatch: bytesOf(database, ["dispatches", "executions", "notes"]) / dispatches,
  };
}

function bytesOf(database: DatabaseSync, tables: readonly string[]): number {
  const trees = "SELECT name FROM sqlite_master WHERE tbl_name IN (SELECT value FROM json_each(?))";
  const sum = `SELECT sum(pgsize) AS bytes FROM dbstat WHERE aggregate = TRUE AND name IN (${trees})`;
  return Number(database.prepare(sum).get(JSON.stringify(tables))?.["bytes"]);
}
