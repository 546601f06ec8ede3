import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** The hub Worker as it comes with the package, for a `WorkersScript`. */
export interface Bundle {
  /** Relative to the program: an absolute path would stand in the state and differ on each machine. */
  readonly contentFile: string;
  readonly contentSha256: string;
  readonly mainModule: string;
}

const FILE = "hub.js";

export function hubBundle(): Bundle {
  const path = join(import.meta.dirname, FILE);
  if (!existsSync(path)) throw new Error(`${path} is missing: it is built by "npm run build" and part of the package.`);
  return {
    contentFile: relative(process.cwd(), path).split(sep).join("/"),
    contentSha256: createHash("sha256").update(readFileSync(path)).digest("hex"),
    mainModule: FILE,
  };
}
