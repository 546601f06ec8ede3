import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { Figures } from "../chaos/report/figures.ts";

const SEED = process.env["CHAOS_SEED"] ?? "20261121";

/** As `npm run chaos` does; ended with the test when that takes too long. */
async function chaos(signal: AbortSignal, ...args: readonly string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "chaos", "run.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGTERM",
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: code as number | null, stderr, lastLine: stdout.trimEnd().split("\n").at(-1) ?? "" };
}

test(`200 dispatches come to their end as the rules say, through 3 kills and all that a saboteur does: seed ${SEED}`, {
  timeout: 300_000,
}, async ({ signal }) => {
  const { code, stderr, lastLine } = await chaos(signal, "--seed", SEED, "--kills", "3", "--dispatches", "200", "--json");
  expect(lastLine, stderr).toMatch(/^\{/);
  const figures = JSON.parse(lastLine) as Figures;
  expect(figures, stderr).toMatchObject({
    seed: Number(SEED),
    kills: 3,
    settled: figures.dispatches,
    unexplainedDuplicates: 0,
    lost: 0,
    unexplained: 0,
    violations: 0,
  });
  expect(figures.dispatches).toBeGreaterThanOrEqual(200);
  expect(code).toBe(0);
});

test.each([
  [["--kills=-1"], "--kills must be a whole number from 0 to 1000"],
  [["--dispatches", "many"], '--dispatches must be a whole number from 1 to 100000, not "many"'],
  [["--sede", "1"], "Unknown option '--sede'"],
])("chaos says what is wrong with %j and starts nothing", async (args, problem) => {
  const { code, stderr } = await chaos(AbortSignal.timeout(20_000), ...args);
  expect(stderr).toContain(problem);
  expect(code).toBe(2);
});
