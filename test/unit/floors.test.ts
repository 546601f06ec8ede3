import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** Where a file stands, what it imports, and whether the floors of DESIGN.md section 3 allow it. */
const IMPORTS: [folder: string, from: string, allowed: boolean][] = [
  ["schema", "zod", true],
  ["schema", "./limits.ts", true],
  ["schema", "drizzle-orm", true],
  ["schema", "../src/domain/stage.ts", false],
  ["schema", "../src/store/page.ts", false],
  ["schema", "../workflows/dispatch.ts", false],
  ["schema", "cloudflare:workers", false],

  ["src/domain", "../../schema/limits.ts", true],
  ["src/domain", "./stage.ts", true],
  ["src/domain", "../store/page.ts", false],
  ["src/domain", "../bindings/log.ts", false],
  ["src/domain", "../hub/emit.ts", false],
  ["src/domain", "../executor/attempt.ts", false],
  ["src/domain", "../reconciler/sweep.ts", false],
  ["src/domain", "../console/app.tsx", false],
  ["src/domain", "../index.ts", false],
  ["src/domain", "../worker.ts", false],
  ["src/domain", "../consume.ts", false],
  ["src/domain", "../../workflows/dispatch.ts", false],
  ["src/domain", "../../test/unit/support/rows.ts", false],
  ["src/domain", "cloudflare:workers", false],
  ["src/domain", "drizzle-orm", false],
  ["src/domain", "drizzle-orm/d1", false],

  ["src/store", "../domain/stage.ts", true],
  ["src/store", "../../schema/storage/tables.ts", true],
  ["src/store", "drizzle-orm", true],
  ["src/store", "../bindings/log.ts", false],
  ["src/store", "../hub/emit.ts", false],
  ["src/store", "../executor/attempt.ts", false],
  ["src/store", "../reconciler/sweep.ts", false],
  ["src/store", "../consume.ts", false],
  ["src/store", "cloudflare:workers", false],

  ["src/bindings", "../domain/stage.ts", true],
  ["src/bindings", "../../schema/limits.ts", true],
  ["src/bindings", "../store/page.ts", false],
  ["src/bindings", "../hub/emit.ts", false],
  ["src/bindings", "../executor/attempt.ts", false],
  ["src/bindings", "../consume.ts", false],
  ["src/bindings", "drizzle-orm", false],

  ["src/hub", "../store/page.ts", true],
  ["src/hub", "../bindings/log.ts", true],
  ["src/hub", "../domain/stage.ts", true],
  ["src/hub", "../executor/attempt.ts", false],
  ["src/hub", "../reconciler/sweep.ts", false],
  ["src/hub", "../console/app.tsx", false],
  ["src/hub", "../../workflows/dispatch.ts", false],
  ["src/hub", "../index.ts", false],
  ["src/hub", "../consume.ts", false],
  ["src/hub", "drizzle-orm", false],

  ["src/executor", "../store/page.ts", true],
  ["src/executor", "../bindings/log.ts", true],
  ["src/executor", "../hub/emit.ts", false],
  ["src/executor", "../reconciler/sweep.ts", false],
  ["src/executor", "../../workflows/dispatch.ts", false],
  ["src/executor", "../consume.ts", false],
  ["src/executor", "drizzle-orm", false],

  ["src/reconciler", "../store/page.ts", true],
  ["src/reconciler", "../bindings/log.ts", true],
  ["src/reconciler", "../hub/emit.ts", false],
  ["src/reconciler", "../executor/attempt.ts", false],
  ["src/reconciler", "../../workflows/dispatch.ts", false],
  ["src/reconciler", "../consume.ts", false],
  ["src/reconciler", "drizzle-orm", false],

  ["src/console", "../../schema/contract.ts", true],
  ["src/console", "hono", true],
  ["src/console", "../domain/stage.ts", false],
  ["src/console", "../store/page.ts", false],
  ["src/console", "../bindings/log.ts", false],
  ["src/console", "../hub/emit.ts", false],
  ["src/console", "../executor/attempt.ts", false],
  ["src/console", "../../workflows/dispatch.ts", false],
  ["src/console", "../consume.ts", false],
  ["src/console/parts", "../../../schema/contract.ts", true],
  ["src/console/parts", "../access/visitor.ts", true],
  ["src/console/parts", "../../domain/stage.ts", false],
  ["src/console/parts", "../../hub/emit.ts", false],
  ["src/console/parts", "../../../workflows/dispatch.ts", false],
  ["src/console/parts", "../../consume.ts", false],

  ["workflows", "../src/executor/attempt.ts", true],
  ["workflows", "../schema/messages.ts", true],
  ["workflows", "cloudflare:workers", true],
  ["workflows", "../src/store/page.ts", false],
  ["workflows", "../src/bindings/log.ts", false],
  ["workflows", "../src/console/app.tsx", false],
  ["workflows", "../src/index.ts", false],
  ["workflows", "../src/consume.ts", false],
  ["workflows", "drizzle-orm", false],

  ["infra", "../schema/config.ts", true],
  ["infra", "../src/domain/routing.ts", true],
  ["infra", "@pulumi/pulumi", true],
  ["infra", "../src/store/page.ts", false],
  ["infra", "../src/hub/emit.ts", false],
  ["infra", "../src/worker.ts", false],
  ["infra", "../workflows/dispatch.ts", false],
  ["infra", "sql-template-tag", false],

  ["examples/shop", "flowhub", true],
  ["examples/shop", "../../src/worker.ts", false],
  ["examples/shop", "../../schema/contract.ts", false],
  ["examples/shop", "../../workflows/dispatch.ts", false],
];

describe("lint lets a file import from lower floors only", () => {
  let workspace = "";
  let red: ReadonlySet<string> = new Set();
  const fileOf = (index: number) => `${IMPORTS[index]?.[0]}/import-${index}.ts`;

  /** One run of biome for all of them, on a tree of its own. */
  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), "floors-"));
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
    const ruled = new Set(IMPORTS.filter(([, , allowed]) => !allowed).map(([folder]) => folder));
    const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of folders) expect(ruled).toContain(`src/${name}`);
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

describe("what is pure asks neither clock nor chance nor the world", () => {
  const pure = ["schema", "src/domain"].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith(".ts") && !["check-drift.ts", "drizzle.config.ts"].includes(file))
      .map((file) => `${folder}/${file}`),
  );

  test.each(pure)("%s", (file) => {
    const code = readFileSync(join(ROOT, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, "");
    expect(code).not.toMatch(
      /Date\.now|new Date\(\)|performance\.|Math\.random|randomUUID|getRandomValues|setTimeout|fetch\(|process\.|from "node:|console\./,
    );
  });
});
