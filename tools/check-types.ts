/** `npm run check:types`: checks that generated types are fresh, and every TypeScript program, two at a time. */
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import pLimit from "p-limit";
import { installPackage } from "./install-package.ts";
import { type Ended, runNode } from "./run-node.ts";

const ROOT = join(import.meta.dirname, "..");
const TSC = "node_modules/typescript/bin/tsc";
/** Knows what each program consisted of when it was last checked, so that what has not changed is not checked again. */
const BUILD_INFO = "node_modules/.cache/tsc";

/** Packages whose types some of the programs need. */
const PACKAGES = ["test/bench", "test/browser", "tools/live"];

/** Programs that use the package as it is built: its tests compile them. */
const OF_THE_BUILD = ["infra/example", "test/infra/package/pulumi", "test/infra/package/workers"];

/** A program takes up to 1 GB of memory. */
const AT_ONCE = 2;

/** Folders of the programs. Tests come first: theirs are the largest, and started last one would run alone. */
function programs(): string[] {
  const configs = globSync("**/tsconfig.json", { cwd: ROOT, exclude: (name) => ["node_modules", "dist", ".wrangler"].includes(name) });
  return configs
    .map((config) => dirname(config).replaceAll("\\", "/"))
    .filter((folder) => !OF_THE_BUILD.includes(folder) && !folder.includes("/."))
    .toSorted()
    .toReversed();
}

function checkProgram(folder: string): Promise<Ended> {
  const info = join(BUILD_INFO, `${folder === "." ? "root" : folder.replaceAll("/", "-")}.tsbuildinfo`);
  const pretty = process.stdout.isTTY ? ["--pretty"] : [];
  return runNode([TSC, "-p", folder, "--incremental", "--tsBuildInfoFile", info, ...pretty], ROOT);
}

/** Says how it ended; if badly, with all that it said. Returns its name then. */
async function report(name: string, run: () => Promise<Ended>): Promise<string[]> {
  const startedAt = performance.now();
  const { code, output } = await run();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(code === 0 ? `✓ ${name} (${seconds} s)` : `✗ ${name}\n${output}`);
  return code === 0 ? [] : [name];
}

for (const folder of PACKAGES) await installPackage(join(ROOT, folder));
const limit = pLimit(AT_ONCE);
const failed = await Promise.all([
  limit(() => report("generated types", () => runNode(["tools/env-types.ts", "--check"], ROOT))),
  ...programs().map((folder) => limit(() => report(`tsc -p ${folder}`, () => checkProgram(folder)))),
]);
if (failed.flat().length > 0) {
  console.error(`Types are wrong: ${failed.flat().join(", ")}.`);
  process.exitCode = 1;
}
