import { createHash } from "node:crypto";
import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "..", "node_modules/.cache/stamps");

/** Remembers that something was found to be well, by all that it depended on: the next check of just that can be left out. */
export function stampOf(...depends: readonly string[]) {
  const file = join(FOLDER, createHash("sha256").update(JSON.stringify(depends)).digest("hex"));
  return {
    isSet: () =>
      access(file).then(
        () => true,
        () => false,
      ),
    async set(): Promise<void> {
      await mkdir(FOLDER, { recursive: true });
      await writeFile(file, "");
    },
  };
}
