import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const held = new Set<string>();

/** Claims a state directory, made if need be: two databases on the same files destroy each other. Returns how to release it. */
export async function lockState(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  const file = join(resolve(directory), "in-use-by");
  const owner = await ownerOf(file);
  if (held.has(file) || (owner !== process.pid && isAlive(owner))) {
    throw new Error(`The state in ${directory} is in use by process ${owner}; stop that one or choose another directory.`);
  }
  held.add(file);
  await writeFile(file, String(process.pid));
  return async () => {
    held.delete(file);
    await rm(file, { force: true });
  };
}

/** `NaN` when nobody has it. */
async function ownerOf(file: string): Promise<number> {
  try {
    return Number.parseInt(await readFile(file, "utf8"), 10);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Number.NaN;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process lives as well.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
