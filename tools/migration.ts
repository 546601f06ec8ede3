/** `npm run migration -- --name what_changes`: writes the next migration from tables.ts, and the list of all that the hub applies. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LIST, listSource, MIGRATIONS, migrationFiles, withoutRowid } from "./migration-files.ts";

const CONFIG = "schema/storage/drizzle.config.ts";

const before = migrationFiles();
const { status } = spawnSync("drizzle-kit", ["generate", "--config", CONFIG, ...process.argv.slice(2)], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
for (const file of migrationFiles().filter((name) => !before.includes(name))) {
  const path = join(MIGRATIONS, file);
  writeFileSync(path, withoutRowid(readFileSync(path, "utf8")));
}
writeFileSync(LIST, listSource(migrationFiles()));
