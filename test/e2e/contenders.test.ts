import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startAncestor } from "../bench/contenders/ancestor/start.ts";
import type { Contender } from "../bench/contenders/contender.ts";
import { startFloor } from "../bench/contenders/floor/start.ts";
import { startFlowhub } from "../bench/contenders/flowhub/start.ts";
import { treeOf } from "../bench/contenders/process-tree.ts";
import { startRestate } from "../bench/contenders/restate/start.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flowhub-e2e-"));
});

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

/** Not the patience of the test, so that one that never settles can be tried again. */
async function untilSettled(contender: Contender): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const ongoing = await contender.ongoing();
    if (ongoing === 0) return;
    if (Date.now() > deadline) throw new Error(`${ongoing} dispatches are not settled.`);
    await sleep(50);
  }
}

const CONTENDERS = [
  { name: "floor", start: startFloor, retry: 0 },
  { name: "flowhub", start: startFlowhub, retry: 0 },
  // It sends its messages before it commits: should the disk take its time, the consumer finds no dispatch, and forgets about it.
  { name: "ancestor", start: startAncestor, retry: 2 },
  { name: "restate", start: startRestate, retry: 0 },
];

for (const { name, start, retry } of CONTENDERS) {
  test(`the contender ${name} delivers every order as often as it is owed, and leaves nothing running`, { retry }, async () => {
    const contender = await start({ stateDir: await mkdtemp(join(folder, `${name}-`)) });
    let processes: readonly number[];
    try {
      for (const fanOut of [1, 3] as const) {
        const { ms } = await contender.load({ calls: 4, batch: 5, concurrency: 1, fanOut });
        expect(ms).toHaveLength(4);
        await untilSettled(contender);
        expect(await contender.waits()).toHaveLength(20 * fanOut);
      }
    } finally {
      processes = await treeOf(contender.roots);
      await contender[Symbol.asyncDispose]();
    }
    expect(processes.length).toBeGreaterThan(contender.roots.length);
    expect(await treeOf(processes)).toEqual([]);
  });
}

test("a contender that cannot be started says why, and leaves nothing running", async () => {
  const before = await treeOf([process.pid]);
  const stateDir = await mkdtemp(join(folder, "refused-"));
  await writeFile(join(stateDir, "postgres"), "in the way");
  await expect(startAncestor({ stateDir })).rejects.toThrow(/PostgreSQL did not start:.*EEXIST/s);
  await expect(startRestate({ stateDir, signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  expect(await treeOf([process.pid])).toEqual(before);
});
