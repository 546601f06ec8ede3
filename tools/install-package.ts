import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";

/**
 * Installs a package of the project with a lock file of its own, unless it is installed as locked. Such packages hold what only one part
 * needs: workspaces would be installed by everybody's `npm install`. Throws in words when that cannot be done.
 */
export async function installPackage(folder: string, say: (text: string) => void = console.error): Promise<void> {
  const [installed, locked] = await Promise.all([
    modifiedAt(join(folder, "node_modules/.package-lock.json")),
    modifiedAt(join(folder, "package-lock.json")),
  ]);
  if (installed >= locked) return;
  const name = relative(process.cwd(), folder);
  const { description } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { description: string };
  say(`Installing ${name}, once. ${description}`);
  try {
    const shell = process.platform === "win32";
    await promisify(execFile)("npm", ["ci", "--prefix", folder, "--no-audit", "--no-fund"], { cwd: folder, shell });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`${name} could not be installed: ${stderr?.trim() || message}`, { cause: error });
  }
}

/** 0 when it is not there. */
async function modifiedAt(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
