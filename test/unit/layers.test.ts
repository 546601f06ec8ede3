import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** Where a file stands, what it imports, and whether the layers of DESIGN.md section 3 allow it. */
const IMPORTS: [folder: string, from: string, allowed: boolean][] = [
  ["schema", "zod", true],
  ["schema", "./limits.ts", true],
  ["schema", "./contract/events.ts", false],
  ["schema", "../src/domain/base/chunks.ts", false],
  ["schema", "cloudflare:workers", false],
  ["schema/contract", "../limits.ts", true],
  ["schema/contract", "../config/duration.ts", true],
  ["schema/contract", "../../src/domain/base/chunks.ts", false],
  ["schema/contract", "../../workflows/dispatch.ts", false],
  ["schema/storage", "drizzle-orm", true],
  ["schema/storage", "cloudflare:workers", false],
  ["schema/new/deep", "../../../src/store/d1/page.ts", false],

  ["src/domain/emit", "../../../schema/limits.ts", true],
  ["src/domain/emit", "../base/chunks.ts", true],
  ["src/domain/emit", "./receipts.ts", true],
  ["src/domain/emit", "../../store/d1/page.ts", false],
  ["src/domain/emit", "../../bindings/log.ts", false],
  ["src/domain/emit", "../../hub/emit/emit.ts", false],
  ["src/domain/emit", "../../executor/attempt.ts", false],
  ["src/domain/emit", "../../reconciler/sweep.ts", false],
  ["src/domain/emit", "../../console/app.tsx", false],
  ["src/domain/emit", "../../archive/new.ts", false],
  ["src/domain/emit", "../../index.ts", false],
  ["src/domain/emit", "../../worker.ts", false],
  ["src/domain/emit", "../../../workflows/dispatch.ts", false],
  ["src/domain/emit", "../../../test/unit/support/rows.ts", false],
  ["src/domain/emit", "cloudflare:workers", false],
  ["src/domain/emit", "drizzle-orm", false],
  ["src/domain/emit", "drizzle-orm/d1", false],
  ["src/domain/new/deep", "../../../store/d1/page.ts", false],
  ["src/domain/new/deep", "../../../../workflows/dispatch.ts", false],
  // Loose in a layer of wings: nothing is opened to it.
  ["src/domain", "../../schema/limits.ts", false],
  ["src/domain", "../store/d1/page.ts", false],

  ["src/platform", "../../schema/limits.ts", true],
  ["src/platform", "../domain/base/chunks.ts", false],
  ["src/platform", "../store/d1/page.ts", false],
  ["src/platform", "../bindings/log.ts", false],
  ["src/platform", "../hub/emit/emit.ts", false],
  ["src/platform", "../../workflows/dispatch.ts", false],
  ["src/platform", "../consume.ts", false],
  ["src/platform", "cloudflare:workers", false],
  ["src/platform", "drizzle-orm", false],

  ["src/store/d1", "../../domain/base/chunks.ts", true],
  ["src/store/d1", "../../platform/time-limit.ts", true],
  ["src/store/d1", "../../../schema/storage/tables.ts", true],
  ["src/store/d1", "drizzle-orm", true],
  ["src/store/d1", "../../bindings/log.ts", false],
  ["src/store/d1", "../../hub/emit/emit.ts", false],
  ["src/store/d1", "../../executor/attempt.ts", false],
  ["src/store/d1", "../../reconciler/sweep.ts", false],
  ["src/store/d1", "../../consume.ts", false],
  ["src/store/d1", "cloudflare:workers", false],

  ["src/bindings", "../domain/base/chunks.ts", true],
  ["src/bindings", "../platform/time-limit.ts", true],
  ["src/bindings", "../../schema/limits.ts", true],
  ["src/bindings", "../store/d1/page.ts", false],
  ["src/bindings", "../hub/emit/emit.ts", false],
  ["src/bindings", "../executor/attempt.ts", false],
  ["src/bindings", "../consume.ts", false],
  ["src/bindings", "drizzle-orm", false],

  ["src/hub/emit", "../../store/d1/page.ts", true],
  ["src/hub/emit", "../../bindings/log.ts", true],
  ["src/hub/emit", "../../domain/base/chunks.ts", true],
  ["src/hub/emit", "../operate/operator.ts", true],
  ["src/hub/emit", "../../platform/time-limit.ts", false],
  ["src/hub/emit", "../../executor/attempt.ts", false],
  ["src/hub/emit", "../../reconciler/sweep.ts", false],
  ["src/hub/emit", "../../console/app.tsx", false],
  ["src/hub/emit", "../../../workflows/dispatch.ts", false],
  ["src/hub/emit", "../../index.ts", false],
  ["src/hub/emit", "../../consume.ts", false],
  ["src/hub/emit", "drizzle-orm", false],

  ["src/executor", "../store/d1/page.ts", true],
  ["src/executor", "../bindings/log.ts", true],
  ["src/executor", "../hub/emit/emit.ts", false],
  ["src/executor", "../reconciler/sweep.ts", false],
  ["src/executor", "../../workflows/dispatch.ts", false],
  ["src/executor", "../consume.ts", false],
  ["src/executor", "drizzle-orm", false],

  ["src/reconciler", "../store/d1/page.ts", true],
  ["src/reconciler", "../bindings/log.ts", true],
  ["src/reconciler", "../hub/emit/emit.ts", false],
  ["src/reconciler", "../executor/attempt.ts", false],
  ["src/reconciler", "../../workflows/dispatch.ts", false],
  ["src/reconciler", "../consume.ts", false],
  ["src/reconciler", "drizzle-orm", false],

  ["src/console", "../../schema/contract/events.ts", true],
  ["src/console", "hono", true],
  ["src/console", "../domain/base/chunks.ts", false],
  ["src/console", "../store/d1/page.ts", false],
  ["src/console", "../bindings/log.ts", false],
  ["src/console", "../hub/emit/emit.ts", false],
  ["src/console", "../executor/attempt.ts", false],
  ["src/console", "../../workflows/dispatch.ts", false],
  ["src/console", "../consume.ts", false],
  ["src/console/parts", "../../../schema/contract/events.ts", true],
  ["src/console/parts", "../access/visitor.ts", true],
  ["src/console/parts", "../../domain/base/chunks.ts", false],
  ["src/console/parts", "../../hub/emit/emit.ts", false],
  ["src/console/parts", "../../../workflows/dispatch.ts", false],
  ["src/console/parts", "../../consume.ts", false],

  ["src", "./consume.ts", true],
  ["src", "../schema/contract/api.ts", true],
  ["src", "../workflows/dispatch.ts", true],
  ["src", "../infra/plan.ts", false],
  ["src", "../test/unit/support/rows.ts", false],
  // A new layer is closed until biome.json says what it may import.
  ["src/archive", "../../schema/limits.ts", false],
  ["src/archive", "../store/d1/page.ts", false],
  ["src/archive/deep", "../../domain/base/chunks.ts", false],

  ["workflows", "../src/executor/attempt.ts", true],
  ["workflows", "../src/bindings/hub.ts", true],
  ["workflows", "../schema/storage/messages.ts", true],
  ["workflows", "cloudflare:workers", true],
  ["workflows", "../src/store/d1/page.ts", false],
  ["workflows", "../src/bindings/log.ts", false],
  ["workflows", "../src/console/app.tsx", false],
  ["workflows", "../src/index.ts", false],
  ["workflows", "../src/consume.ts", false],
  ["workflows", "drizzle-orm", false],

  ["infra", "../schema/config/config.ts", true],
  ["infra", "../src/domain/routing/routing.ts", true],
  ["infra", "@pulumi/pulumi", true],
  ["infra", "../src/store/d1/page.ts", false],
  ["infra", "../src/hub/emit/emit.ts", false],
  ["infra", "../src/worker.ts", false],
  ["infra", "../workflows/dispatch.ts", false],
  ["infra", "sql-template-tag", false],
  ["infra/example", "flowhub/pulumi", true],
  ["infra/example", "../plan.ts", false],

  ["examples/shop", "flowhub", true],
  ["examples/shop", "../../src/worker.ts", false],
  ["examples/shop", "../../schema/contract/events.ts", false],
  ["examples/shop", "../../workflows/dispatch.ts", false],
];

describe("lint lets a file import from lower layers only", () => {
  let workspace = "";
  let red: ReadonlySet<string> = new Set();
  const fileOf = (index: number) => `${IMPORTS[index]?.[0]}/import-${index}.ts`;

  /** One run of biome for all of them, on a tree of its own. */
  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), "layers-"));
    copyFileSync(join(ROOT, "biome.json"), join(workspace, "biome.json"));
    for (const [index, [, from]] of IMPORTS.entries()) {
      mkdirSync(join(workspace, dirname(fileOf(index))), { recursive: true });
      writeFileSync(join(workspace, fileOf(index)), `import { it } from "${from}";\n\nexport const used = it;\n`);
    }
    red = new Set(lint(workspace));
  });

  afterAll(() => rmSync(workspace, { recursive: true, force: true }));

  test.each(IMPORTS.map(([folder, from, allowed], index) => [folder, allowed ? "may" : "may not", from, index, allowed] as const))(
    "%s %s import %s",
    (_folder, _may, _from, index, allowed) => {
      expect(red.has(fileOf(index))).toBe(!allowed);
    },
  );

  test("every folder of the source has such a rule", () => {
    const ruled = IMPORTS.filter(([, , allowed]) => !allowed).map(([folder]) => folder);
    for (const layer of foldersIn("src")) expect(ruled.some((folder) => folder.startsWith(`src/${layer}`))).toBe(true);
  });
});

/** The written order of wings: each may import from those before it in its own layer. */
const WINGS = ["base", "d1", "deployment", "routing", "emit", "attempt", "repair", "operate", "pause", "read", "audit", "purge", "access"];
const WINGED = ["domain", "store", "hub"];

describe("wings", () => {
  const files = WINGED.flatMap((layer) => sourcesIn(`src/${layer}`));

  test.each(WINGED)("no file is loose in src/%s, and each of its wings has a place in the order", (layer) => {
    expect(readdirSync(join(ROOT, "src", layer)).filter((name) => !WINGS.includes(name))).toEqual([]);
  });

  test("import within their layer along the order, never back", () => {
    const back = files.flatMap((file) => {
      const [, , own = ""] = file.split("/");
      const others = Array.from(codeOf(file).matchAll(/from "\.\.\/([\w-]+)\/([^"]+)"/g), ([, wing = "", name = ""]) => ({ wing, name }));
      return others.filter(({ wing }) => WINGS.indexOf(wing) >= WINGS.indexOf(own)).map(({ wing, name }) => `${file} -> ${wing}/${name}`);
    });
    expect(back).toEqual([]);
  });
});

/** The files in which biome finds an import that is restricted. */
function lint(folder: string): string[] {
  const options = ["lint", "--reporter=json", "--vcs-enabled=false", "--max-diagnostics=none"];
  const run = spawnSync(join(ROOT, "node_modules/.bin/biome"), [...options, "."], { cwd: folder, encoding: "utf8" });
  const report = JSON.parse(run.stdout) as {
    diagnostics: { category: string; severity: string; location: { path: string | { file: string } } }[];
  };
  return report.diagnostics
    .filter(({ category, severity }) => category === "lint/style/noRestrictedImports" && severity === "error")
    .map(({ location: { path } }) => (typeof path === "string" ? path : path.file));
}

function foldersIn(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Every source file of a folder, at any depth. */
function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file}`);
}

/** A file without its comments. */
function codeOf(file: string): string {
  return readFileSync(join(ROOT, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, "");
}

const CLOCK_AND_CHANCE = /Date\.now|new Date\(\)|performance\.|Math\.random|randomUUID|getRandomValues/;

describe("what is pure asks neither clock nor chance nor the world, at any depth", () => {
  const pure = ["schema", "src/domain"].flatMap(sourcesIn).filter((file) => file !== "schema/storage/drizzle.config.ts");

  test.each(pure)("%s", (file) => {
    expect(codeOf(file)).not.toMatch(CLOCK_AND_CHANCE);
    expect(codeOf(file)).not.toMatch(/setTimeout|fetch\(|process\.|from "node:|console\./);
  });
});

describe("what is done takes clock, chance and ids from the hub it is given", () => {
  const done = ["src/store", "src/hub", "src/executor", "src/reconciler"].flatMap(sourcesIn);

  test.each(done)("%s", (file) => {
    expect(codeOf(file)).not.toMatch(CLOCK_AND_CHANCE);
    expect(codeOf(file)).not.toMatch(/uuidv7\(\)/);
  });

  test("databases are chosen in one place", () => {
    const sources = [...done, ...sourcesIn("src/bindings"), ...sourcesIn("workflows"), "src/consume.ts", "src/index.ts", "src/rpc.ts"];
    const choosing = sources.filter((file) => /\benv\.DB\b|\{[^{}]*\bDB\b[^{}]*\}/.test(codeOf(file)));
    expect(choosing).toEqual(["src/store/d1/stores.ts"]);
  });
});
