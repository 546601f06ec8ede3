import { readdir } from "node:fs/promises";
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

/** The file, if a hub has used this state. */
export async function findHubDatabase(stateDir: string): Promise<string | undefined> {
  const names = await readdir(stateDir, { recursive: true });
  const files = names.filter((name) => name.includes("/d1/") && name.endsWith(".sqlite")).map((name) => join(stateDir, name));
  return files.find(isHubs);
}

function isHubs(file: string): boolean {
  using database = new DatabaseSync(file, { readOnly: true, timeout: WAIT_MS });
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'dispatches'").get() !== undefined;
}
