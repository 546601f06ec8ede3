import { DatabaseSync } from "node:sqlite";
import { findHubDatabase } from "../../hub-database.ts";

const WAIT_MS = 10_000;

/** How many dispatches are owed, read from the file of a local D1 database beside whoever is at work on it; 0 before there is a table. */
export async function countOngoing(stateDir: string): Promise<number> {
  const file = await findHubDatabase(stateDir);
  if (file === undefined) return 0;
  using database = new DatabaseSync(file, { readOnly: true, timeout: WAIT_MS });
  return Number(database.prepare("SELECT count(*) AS ongoing FROM dispatches WHERE status = 'ongoing'").get()?.["ongoing"]);
}
