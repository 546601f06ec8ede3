import { isMissingTable } from "./errors.ts";
import { MIGRATIONS } from "./migrations.ts";

const BREAKPOINT = "--> statement-breakpoint";

/** The table in which wrangler keeps what has been applied. */
const APPLIED_TABLE =
  "CREATE TABLE IF NOT EXISTS d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)";

/** Applies what is missing, each migration in one transaction. Any number of callers may do this at once. */
export async function migrate(d1: D1Database, migrations = MIGRATIONS): Promise<void> {
  let applied = await appliedNames(d1);
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    try {
      await apply(d1, migration);
    } catch (error) {
      applied = await appliedNames(d1);
      if (!applied.has(migration.name)) throw error;
    }
  }
}

/** The unique name goes in first: who loses the race fails before it changes anything. */
async function apply(d1: D1Database, { name, sql }: { name: string; sql: string }): Promise<void> {
  await d1.batch([
    d1.prepare("INSERT INTO d1_migrations (name) VALUES (?1)").bind(name),
    ...sql.split(BREAKPOINT).map((statement) => d1.prepare(statement)),
  ]);
}

async function appliedNames(d1: D1Database): Promise<Set<string>> {
  try {
    const { results } = await d1.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
    return new Set(results.map((row) => row.name));
  } catch (error) {
    if (!isMissingTable(error, "d1_migrations")) throw error;
    await d1.prepare(APPLIED_TABLE).run();
    return new Set();
  }
}
