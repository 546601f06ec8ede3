/** `node test/bench/seed.ts --state DIR`: a hub that looks as if it had been at work for days. */

import { mkdir } from "node:fs/promises";
import Table from "cli-table3";
import { messageOf } from "../../schema/message-of.ts";
import { obey } from "../../tools/local/command-line.ts";
import { HELP, type Options, readOptions } from "./seed/options.ts";
import { prepareState } from "./seed/prepare-state.ts";
import { type Seeded, seed } from "./seed/seed.ts";
import { HUB } from "./stack.ts";

await obey(readOptions(process.argv.slice(2)), { help: HELP, run });

/** Returns the exit code. */
async function run({ state, ...options }: Options): Promise<number> {
  try {
    await mkdir(state, { recursive: true });
    await prepareState(state);
    const startedAt = Date.now();
    const onProgress = (events: number) => void process.stderr.write(`${events} of ${options.events} events\n`);
    const seeded = await seed({ stateDir: state, config: HUB, ...options, onProgress });
    process.stdout.write(`${tableOf(seeded, (Date.now() - startedAt) / 1_000)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

function tableOf({ events, dispatches, redrives, executions, notes }: Seeded, seconds: number): string {
  const table = new Table({ style: { head: [], border: [] }, colAligns: ["left", "right"] });
  const statuses = Object.entries(dispatches).toSorted(([, a], [, b]) => b - a);
  table.push(
    ["events", events],
    ["dispatches", statuses.reduce((sum, [, count]) => sum + count, 0)],
    ...statuses.map(([status, count]) => [`… ${status}`, count]),
    ["… of these, redrives", redrives],
    ["executions", executions],
    ["notes", notes],
    ["took", `${seconds.toFixed(1)} s`],
  );
  return table.toString();
}
