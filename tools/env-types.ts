/**
 * Generates the `Env` of every Worker from its configuration, or with `--check` fails when one is not what wrangler would write.
 * One that was found fresh is checked again when its configuration, its types, or wrangler have changed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import wrangler from "wrangler/package.json" with { type: "json" };
import * as chaos from "../test/chaos/configs.ts";
import { WATCHER } from "../test/e2e/configs.ts";
import { HUB_UNDER_TEST } from "../test/hub-under-test.ts";
import { stampOf } from "./stamp.ts";
import { CONFIG_FOLDER, configFile } from "./worker-config.ts";

/** Configuration and file of each Worker, and the name of its interface: distinct, so that one program can hold several. */
const WORKERS = [
  { config: "wrangler.toml", out: "src/env.d.ts", name: "Env" },
  { config: "examples/github/producer/wrangler.toml", out: "examples/github/producer/env.d.ts", name: "ProducerEnv" },
  { config: HUB_UNDER_TEST, out: "test/worker/env.d.ts", name: "Env" },
  { config: WATCHER, out: "test/e2e/fixtures/watcher/env.d.ts", name: "WatcherEnv" },
  { config: chaos.PRODUCER, out: "test/chaos/workers/producer/env.d.ts", name: "ChaosProducerEnv" },
  { config: chaos.DESTINATIONS, out: "test/chaos/workers/destinations/env.d.ts", name: "DestinationsEnv" },
  { config: chaos.INSPECTOR, out: "test/chaos/workers/inspector/env.d.ts", name: "InspectorEnv" },
  { config: chaos.LATE, out: "test/chaos/workers/late/env.d.ts", name: "LateEnv" },
];

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
for (const { config, out, name } of WORKERS) {
  const file = await configFile(config, CONFIG_FOLDER);
  const flags = ["--include-runtime=false", "--strict-vars=false", `--env-interface=${name}`, ...(values.check ? ["--check"] : [])];
  const stamp = stampOf(wrangler.version, out, ...flags, textOf(file), textOf(out));
  if (values.check && (await stamp.isSet())) continue;
  const { status } = spawnSync("wrangler", ["types", out, "-c", file, ...flags], { stdio: "inherit" });
  if (status !== 0) {
    if (values.check) console.error("npm run types writes them anew.");
    process.exit(status ?? 1);
  }
  if (values.check) await stamp.set();
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
