import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Inside the project, so that `import … from "flowhub"` resolves as it would for somebody who installed it. */
const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(root, "test/.readme-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function blocks(language: string): string[] {
  return Array.from(readme.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g")), ([, code]) => code ?? "");
}

/** What the compiler says of code with the types of a runtime. */
function compile(code: readonly string[], name: string, { types, include = [] }: { types: string[]; include?: string[] }): string {
  const program = join(folder, name);
  mkdirSync(program);
  for (const [index, text] of code.entries()) writeFileSync(join(program, `block-${index}.ts`), text);
  const config = { extends: "../../../tsconfig.json", compilerOptions: { types }, include: ["*.ts", ...include], exclude: [] };
  writeFileSync(join(program, "tsconfig.json"), JSON.stringify(config));
  return spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", program], { encoding: "utf8" }).stdout;
}

test("the README's producer and destination compile as printed", () => {
  const code = blocks("ts");
  expect(code).toHaveLength(2);
  expect(compile(code, "workers", { types: ["@cloudflare/workers-types"], include: ["../../../src/env.d.ts"] })).toBe("");
});

test("the README's Pulumi program compiles as printed", () => {
  const code = blocks("typescript");
  expect(code).toHaveLength(1);
  expect(compile(code, "pulumi", { types: ["@cloudflare/workers-types", "node"] })).toBe("");
});

test("using flowhub takes fewer than 40 lines, configuration included", () => {
  const lines = [...blocks("ts"), ...blocks("toml")].flatMap((block) => block.split("\n").filter((line) => /^\s*[^\s/#]/.test(line)));
  expect(lines.length).toBeLessThan(40);
});
