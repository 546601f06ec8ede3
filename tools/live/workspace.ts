import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, runCommand } from "./shell.ts";

const ROOT = join(import.meta.dirname, "../..");
const EXAMPLE = join(ROOT, "infra/example");

/** A temporary folder with all there is of a live run on this machine. */
export interface Workspace {
  readonly folder: string;
  /** The copy of infra/example, with flowhub installed from its package. */
  readonly program: string;
  readonly stack: string;
  /** Where Pulumi keeps the state, and what its secrets are encrypted with: nothing of the person's own Pulumi. */
  readonly pulumiEnv: { readonly PULUMI_BACKEND_URL: string; readonly PULUMI_CONFIG_PASSPHRASE_FILE: string };
}

export async function createWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), "flowhub-live-"));
  const [state, passphrase] = [join(folder, "state"), join(folder, "passphrase")];
  await mkdir(state);
  await writeFile(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return {
    folder,
    program: join(folder, "example"),
    stack: `live-${randomBytes(4).toString("hex")}`,
    pulumiEnv: { PULUMI_BACKEND_URL: pathToFileURL(state).href, PULUMI_CONFIG_PASSPHRASE_FILE: passphrase },
  };
}

/** Installs the package that npm would publish in a copy of the example: nothing in the repository changes, and what is tried is what ships. */
export async function installExample({ folder, program }: Workspace, command: Pick<Command, "say" | "signal">): Promise<void> {
  const npm = (cwd: string, ...args: string[]) => runCommand("npm", args, { ...command, cwd, env: npmEnv() });
  // Builds first: that is its prepack script.
  await npm(ROOT, "pack", "--loglevel", "error", "--pack-destination", folder);
  await npm(EXAMPLE, "run", "build");
  await cp(EXAMPLE, program, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  const { name, version } = await readJson<{ name: string; version: string }>(join(ROOT, "package.json"));
  const manifest = await readJson<{ dependencies: Record<string, string> }>(join(program, "package.json"));
  const dependencies = { ...manifest.dependencies, [name]: `file:../${name}-${version}.tgz` };
  await writeFile(join(program, "package.json"), JSON.stringify({ ...manifest, dependencies }, null, 2));
  await npm(program, "install", "--no-audit", "--no-fund", "--loglevel", "error");
}

/** Scripts of packages are none of the account's business. */
function npmEnv(): NodeJS.ProcessEnv {
  const { CLOUDFLARE_API_TOKEN: _, ...env } = process.env;
  return env;
}

/** In the copy: talk is told two seconds later. What a preview then prints. */
export const ROUTING_CHANGE = "~ route talk: ~ digest: delay 5s → 7s";

export async function changeRoute({ program }: Workspace): Promise<void> {
  const file = join(program, "routes.ts");
  const [before, after, ...more] = (await readFile(file, "utf8")).split('destination: "digest", delay: "5s"');
  if (before === undefined || after === undefined || more.length > 0) throw new Error(`${file} has not one route with a delay of 5s`);
  await writeFile(file, `${before}destination: "digest", delay: "7s"${after}`);
}

async function readJson<Content>(file: string): Promise<Content> {
  return JSON.parse(await readFile(file, "utf8")) as Content;
}
