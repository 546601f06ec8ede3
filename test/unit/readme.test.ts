import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

test("the README's producer and destination compile as printed", () => {
  const code = blocks("ts");
  expect(code).toHaveLength(2);
  for (const [index, text] of code.entries()) writeFileSync(join(folder, `block-${index}.ts`), text);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts", "../../src/env.d.ts"], exclude: [] }),
  );
  const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { encoding: "utf8" });
  expect(tsc.stdout).toBe("");
  expect(tsc.status).toBe(0);
});

test("using flowhub takes fewer than 40 lines, configuration included", () => {
  const lines = [...blocks("ts"), ...blocks("toml")].flatMap((block) => block.split("\n").filter((line) => /^\s*[^\s/#]/.test(line)));
  expect(lines.length).toBeLessThan(40);
});
