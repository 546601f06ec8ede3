import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { StartContender } from "../contender.ts";

const FOLDER = import.meta.dirname;

/**
 * Installs the servers that contenders run on, unless they are; 280 MB that not everybody needs who works on the project.
 * Throws in words when that cannot be done.
 */
export async function installServers(say: StartContender["say"] = console.error): Promise<void> {
  const [installed, locked] = await Promise.all([modifiedAt("node_modules/.package-lock.json"), modifiedAt("package-lock.json")]);
  if (installed >= locked) return;
  say(`Installing servers for the benchmark in ${FOLDER} (280 MB, once).`);
  try {
    await promisify(execFile)("npm", ["install", "--prefix", FOLDER, "--no-audit", "--no-fund"], { cwd: FOLDER });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`The servers for the benchmark could not be installed: ${stderr?.trim() || message}`, { cause: error });
  }
}

/** 0 when it is not there. */
async function modifiedAt(file: string): Promise<number> {
  try {
    return (await stat(join(FOLDER, file))).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
