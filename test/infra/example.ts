import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkPackages } from "./engine/link-packages.ts";
import type { RecordedResource } from "./engine/run.ts";
import { type RunOptions, runProgram } from "./engine/run-program.ts";
import type { Properties } from "./engine/wire.ts";

const ROOT = join(import.meta.dirname, "../..");
const EXAMPLE = join(ROOT, "infra/example");
const FILES = ["Pulumi.yaml", "package.json", "tsconfig.json", "index.ts", "routes.ts"];

export const PROJECT = "github-events";
export const SECRET = "the webhook's own secret";

/** The example as somebody has it who installed its packages, in a folder of its own. */
export interface InstalledExample extends AsyncDisposable {
  readonly directory: string;
  /** Replaces text that is there in one of its files. */
  readonly edit: (file: string, changes: Readonly<Record<string, string>>) => Promise<void>;
}

export async function installExample(): Promise<InstalledExample> {
  const directory = await mkdtemp(join(tmpdir(), "flowhub-example-"));
  for (const file of FILES) await copyFile(join(EXAMPLE, file), join(directory, file));
  await linkPackages(directory);
  await buildWorkers(join(directory, "dist"));
  return {
    directory,
    async edit(file, changes) {
      let text = await readFile(join(directory, file), "utf8");
      for (const [from, to] of Object.entries(changes)) {
        if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
        text = text.replace(from, to);
      }
      await writeFile(join(directory, file), text);
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** By the example's own build script, into another folder. */
async function buildWorkers(outDir: string): Promise<void> {
  const { scripts } = JSON.parse(await readFile(join(EXAMPLE, "package.json"), "utf8")) as { scripts: { build: string } };
  const [command = "", ...args] = scripts.build.split(" ").map((word) => (word.startsWith("--outdir=") ? `--outdir=${outDir}` : word));
  execFileSync(join(ROOT, "node_modules/.bin", command), [...args, "--log-level=error"], { cwd: EXAMPLE });
}

export async function runExample({ directory }: InstalledExample, options: Pick<RunOptions, "mode"> & Partial<RunOptions>) {
  return await runProgram({
    directory,
    project: PROJECT,
    config: { accountId: "0123456789abcdef0123456789abcdef", webhookSecret: SECRET },
    secretKeys: ["webhookSecret"],
    computed: ofTheCloud,
    transpileOnly: true,
    ...options,
  });
}

/** What Cloudflare gives a resource when it is created. */
export function ofTheCloud({ type, name }: RecordedResource): Properties {
  switch (type) {
    case "cloudflare:index/d1Database:D1Database":
      return { uuid: `uuid-of-${name}` };
    case "cloudflare:index/queue:Queue":
      return { queueId: `id-of-${name}` };
    default:
      return {};
  }
}
