import { glob } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const WAIT_MS = 10_000;

/** How many dispatches are owed, read from the file of a local D1 database beside whoever is at work on it; 0 before there is a table. */
export async function countOngoing(stateDir: string): Promise<number> {
  let ongoing = 0;
  for await (const file of glob("v3/d1/*/*.sqlite", { cwd: stateDir })) {
    using database = new DatabaseSync(join(stateDir, file), { readOnly: true, timeout: WAIT_MS });
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'dispatches'").get() === undefined) continue;
    ongoing += Number(database.prepare("SELECT count(*) AS ongoing FROM dispatches WHERE status = 'ongoing'").get()?.["ongoing"]);
  }
  return ongoing;
}
