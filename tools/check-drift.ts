/**
 * Fails when the tables and the migrations say different things, or the hub's list of migrations is not of those that are there. Both are built in a fresh SQLite, one from tables.ts, one from
 * the migrations, and compared as SQLite sees them. WITHOUT ROWID, which tables.ts cannot say, is required of every table.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from "drizzle-kit/api";
import * as tables from "../schema/storage/tables.ts";
import { LIST, listSource, MIGRATIONS, migrationFiles } from "./migration-files.ts";

function fromMigrations(): DatabaseSync {
  return databaseOf(migrationFiles().map((file) => readFileSync(join(MIGRATIONS, file), "utf8")));
}

async function fromTables(): Promise<DatabaseSync> {
  const [empty, wanted] = await Promise.all([generateSQLiteDrizzleJson({}), generateSQLiteDrizzleJson(tables)]);
  return databaseOf(await generateSQLiteMigration(empty, wanted));
}

function databaseOf(statements: readonly string[]): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  for (const statement of statements) database.exec(statement);
  return database;
}

/** A line for each column and each index. */
function describe(database: DatabaseSync): string[] {
  const columns = database
    .prepare(
      `SELECT t.name || '.' || c.name || ' ' || c.type || ' notnull=' || c."notnull" || ' default=' || coalesce(c.dflt_value, '') || ' pk=' || c.pk AS line
       FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%'`,
    )
    .all();
  const indexes = database
    .prepare("SELECT 'index ' || name || ': ' || sql AS line FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    .all();
  return [...columns, ...indexes].map(({ line }) => String(line)).toSorted();
}

function withRowid(database: DatabaseSync): string[] {
  const rows = database
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr = 0 AND name NOT LIKE 'sqlite_%'")
    .all();
  return rows.map(({ name }) => `migrations: table ${String(name)} lacks WITHOUT ROWID`);
}

const migrated = fromMigrations();
const [inMigrations, inTables] = [describe(migrated), describe(await fromTables())];
const problems = [
  ...inMigrations.filter((line) => !inTables.includes(line)).map((line) => `only in the migrations: ${line}`),
  ...inTables.filter((line) => !inMigrations.includes(line)).map((line) => `only in tables.ts: ${line}`),
  ...withRowid(migrated),
  ...(readFileSync(LIST, "utf8") === listSource(migrationFiles())
    ? []
    : ["src/store/d1/migrations.ts lists other migrations than there are"]),
];
if (problems.length > 0) {
  console.error(
    `Tables and migrations differ. Write the next migration (npm run migration -- --name what_changes) or fix it.\n${problems.join("\n")}`,
  );
  process.exitCode = 1;
} else {
  console.log(`Tables and migrations agree: ${inMigrations.length} columns and indexes.`);
}
