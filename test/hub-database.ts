import { glob } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";

/** For whoever has it locked. */
const WAIT_MS = 5_000;

/** The hub's database in a state directory. `readOnly` where a hub may be at work on it. Throws when no hub has used this state. */
export async function openHubDatabase(stateDir: string, options: DatabaseSyncOptions = {}): Promise<DatabaseSync> {
  const file = await findHubDatabase(stateDir);
  if (file === undefined) throw new Error(`There is no database of a hub in ${stateDir}.`);
  return new DatabaseSync(file, { timeout: WAIT_MS, ...options });
}

/** As if a sweep had just come: where nobody calls its cron, a hub says so after five minutes, with a 503. */
export async function markSwept(stateDir: string): Promise<void> {
  using database = await openHubDatabase(stateDir);
  database.prepare("INSERT OR REPLACE INTO beats (name, at, taken, left) VALUES ('sweep', ?, 0, 0)").run(Date.now());
}

/** The file, if a hub has used this state. */
export async function findHubDatabase(stateDir: string): Promise<string | undefined> {
  // Not all that is there: runs leave thousands of files.
  for await (const name of glob("v3/d1/*/*.sqlite", { cwd: stateDir })) {
    const file = join(stateDir, name);
    if (isHubs(file)) return file;
  }
  return undefined;
}

function isHubs(file: string): boolean {
  using database = new DatabaseSync(file, { readOnly: true, timeout: WAIT_MS });
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'dispatches'").get() !== undefined;
}
