import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkPackages } from "./link-packages.ts";

const FIXTURE = join(import.meta.dirname, "fixture");

/** A Pulumi program of one file outside of the repository, with the repository's packages. Disposing of it deletes it. */
export async function scratchProgram(source: string): Promise<AsyncDisposable & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), "flowhub-program-"));
  await linkPackages(directory);
  for (const file of ["Pulumi.yaml", "package.json", "tsconfig.json"]) await copyFile(join(FIXTURE, file), join(directory, file));
  await writeFile(join(directory, "index.ts"), source);
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}
