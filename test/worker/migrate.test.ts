import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { createHub } from "../../src/bindings/hub.ts";
import { health } from "../../src/hub/read/health.ts";
import { migrate } from "../../src/store/d1/migrate.ts";
import { aroundD1 } from "./support/around-d1.ts";
import { failureOf } from "./support/failures.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { envWith } from "./support/hub.ts";

const FILES = import.meta.glob<string>("../../schema/storage/migrations/*.sql", { query: "?raw", import: "default", eager: true });
const WRITTEN = Object.entries(FILES)
  .map(([path, sql]) => ({ name: path.split("/").at(-1) ?? "", sql }))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1));

const d1 = env.EMPTY_DB;

async function read<Row>(sql: string): Promise<Row[]> {
  return (await d1.prepare(sql).all<Row>()).results;
}

const appliedNames = async () => (await read<{ name: string }>("SELECT name FROM d1_migrations ORDER BY id")).map(({ name }) => name);
const tableNames = async () =>
  (await read<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '[_s]*_*' ORDER BY name")).map(
    ({ name }) => name,
  );

afterEach(async () => {
  for (const name of await tableNames()) await d1.prepare(`DROP TABLE ${name}`).run();
});

describe("migrate", () => {
  it("brings an empty database to what all files in schema/storage/migrations say, in their order", async () => {
    await migrate(d1);
    expect(WRITTEN.length).toBeGreaterThan(0);
    expect(await appliedNames()).toEqual(WRITTEN.map(({ name }) => name));
    expect(await tableNames()).toEqual([
      "beats",
      "bulks",
      "configs",
      "controls",
      "d1_migrations",
      "dispatches",
      "ended_sessions",
      "events",
      "executions",
      "notes",
      "secrets",
      "wrong_secrets",
    ]);
  });

  it("does nothing to a database that is up to date", async () => {
    await migrate(d1);
    const before = await read("SELECT * FROM d1_migrations");
    await migrate(d1);
    expect(await read("SELECT * FROM d1_migrations")).toEqual(before);
  });

  it("40 first uses of the hub at once apply each migration once, and all succeed", async () => {
    const isolates = Array.from({ length: 40 }, () => envWith({ DB: aroundD1(d1, async ({ go }) => await go()) }));
    const answers = await Promise.all(isolates.map(async (isolate) => await health(createHub(isolate))));
    expect(answers.map(({ overdue }) => overdue)).toEqual(Array.from({ length: 40 }, () => 0));
    expect(await appliedNames()).toEqual(WRITTEN.map(({ name }) => name));
  });

  it("40 callers at once run what a migration does once", async () => {
    const counting = [
      { name: "0001_a.sql", sql: "CREATE TABLE runs (what TEXT);--> statement-breakpoint\nINSERT INTO runs VALUES ('a')" },
      { name: "0002_b.sql", sql: "INSERT INTO runs VALUES ('b')" },
    ];
    await Promise.all(Array.from({ length: 40 }, async () => await migrate(d1, counting)));
    expect(await read("SELECT what FROM runs")).toEqual([{ what: "a" }, { what: "b" }]);
  });

  it("a migration that fails leaves nothing of itself behind, and what came before it stands", async () => {
    const good = { name: "0001_good.sql", sql: "CREATE TABLE good (id)" };
    const bad = { name: "0002_bad.sql", sql: "CREATE TABLE half (id);--> statement-breakpoint\nINSERT INTO nowhere VALUES (1)" };
    const after = { name: "0003_after.sql", sql: "CREATE TABLE later (id)" };
    expect(await failureOf(migrate(d1, [good, bad, after]))).toContain("no such table: nowhere");
    expect(await appliedNames()).toEqual(["0001_good.sql"]);
    expect(await tableNames()).toEqual(["d1_migrations", "good"]);
  });

  it("a migration that failed is applied once it is mended, and those after it", async () => {
    const [good, after] = ["good", "later"].map((name, index) => ({
      name: `000${index * 2 + 1}_${name}.sql`,
      sql: `CREATE TABLE ${name} (id)`,
    }));
    if (good === undefined || after === undefined) throw new Error("unreachable");
    await failureOf(migrate(d1, [good, { name: "0002_bad.sql", sql: "CREATE TABLE half (" }, after]));
    await migrate(d1, [good, { name: "0002_bad.sql", sql: "CREATE TABLE whole (id)" }, after]);
    expect(await appliedNames()).toEqual(["0001_good.sql", "0002_bad.sql", "0003_later.sql"]);
    expect(await tableNames()).toEqual(["d1_migrations", "good", "later", "whole"]);
  });

  it("goes on from where `wrangler d1 migrations apply` left off", async () => {
    await applyD1Migrations(
      d1,
      WRITTEN.map(({ name, sql }) => ({ name, queries: sql.split("--> statement-breakpoint") })),
    );
    const before = await read("SELECT * FROM d1_migrations");
    const further = { name: "9999_further.sql", sql: "CREATE TABLE further (id)" };
    await migrate(d1, [...WRITTEN, further]);
    expect((await read("SELECT * FROM d1_migrations")).slice(0, before.length)).toEqual(before);
    expect(await appliedNames()).toEqual([...WRITTEN.map(({ name }) => name), further.name]);
  });

  it("`wrangler d1 migrations apply` goes on from where the hub left off", async () => {
    await migrate(d1);
    const further = { name: "9999_further.sql", queries: ["CREATE TABLE further (id)"] };
    await applyD1Migrations(d1, [...WRITTEN.map(({ name, sql }) => ({ name, queries: sql.split("--> statement-breakpoint") })), further]);
    expect(await appliedNames()).toEqual([...WRITTEN.map(({ name }) => name), further.name]);
  });

  it("a first use that fails is not remembered: the next one migrates", async () => {
    const failing = faultyD1(d1, {
      of: /d1_migrations/,
      faultOf: (nth) => (nth === 1 ? "lost" : "none"),
      message: "D1_ERROR: not authorized",
    });
    const isolate = envWith({ DB: failing });
    expect(await failureOf(health(createHub(isolate)))).toContain("not authorized");
    expect((await health(createHub(isolate))).overdue).toBe(0);
    expect(await appliedNames()).toEqual(WRITTEN.map(({ name }) => name));
  });

  it("a migration whose commit went unheard counts as applied", async () => {
    const unheard = faultyD1(d1, { of: /INSERT INTO d1_migrations/, faultOf: (nth) => (nth === 1 ? "unheard" : "none") });
    expect((await health(createHub(envWith({ DB: unheard })))).overdue).toBe(0);
    expect(await appliedNames()).toEqual(WRITTEN.map(({ name }) => name));
  });
});
