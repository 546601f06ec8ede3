import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAncestor } from "../contenders/ancestor/start.ts";
import { treeOf } from "../contenders/process-tree.ts";
import { startRestate } from "../contenders/restate/start.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
});

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

test("a contender that cannot be started says why, and leaves nothing running", async () => {
  const before = await treeOf([process.pid]);
  const stateDir = await mkdtemp(join(folder, "refused-"));
  await writeFile(join(stateDir, "postgres"), "in the way");
  await expect(startAncestor({ stateDir })).rejects.toThrow(/PostgreSQL did not start:.*EEXIST/s);
  await expect(startRestate({ stateDir, signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  expect(await treeOf([process.pid])).toEqual(before);
});
