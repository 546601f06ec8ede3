import { spawnSync } from "node:child_process";

/** Builds the package once, before its tests. */
export default function build(): void {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "build"], { cwd: `${import.meta.dirname}/../..`, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm run build ended with ${status}:\n${stdout}${stderr}`);
}
