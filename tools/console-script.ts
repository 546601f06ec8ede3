/** `npm run console`: bundles what the console does in the browser into the text that the hub serves. With `--check`, says whether it is fresh. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "../src/console");
const target = join(root, "browser.txt");

const { outputFiles } = await build({
  entryPoints: [join(root, "browser/index.ts")],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: "es2022",
  legalComments: "none",
});
const script = outputFiles[0]?.text ?? "";

if (!process.argv.includes("--check")) {
  await writeFile(target, script);
} else if ((await readFile(target, "utf8")) !== script) {
  process.stderr.write("src/console/browser.txt is not what src/console/browser makes: run npm run console.\n");
  process.exitCode = 1;
}
