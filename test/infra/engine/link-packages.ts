import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");
const PACKAGES = ["@pulumi", "@types", "typescript"];

/** Gives a program what `npm install` would: Pulumi's packages, and flowhub as it is built. */
export async function linkPackages(directory: string): Promise<void> {
  const modules = join(directory, "node_modules");
  await mkdir(modules);
  await symlink(ROOT, join(modules, "flowhub"));
  for (const name of PACKAGES) await symlink(join(ROOT, "node_modules", name), join(modules, name));
}
