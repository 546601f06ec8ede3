/**
 * Generates the `Env` of every Worker from its wrangler.toml, or with `--check` fails when one is not what wrangler would write.
 * One that was found fresh is checked again when its configuration, its types, or wrangler have changed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import wrangler from "wrangler/package.json" with { type: "json" };
import { stampOf } from "./stamp.ts";

/** Folder of each Worker and the name of its interface: distinct, so that one program can hold several. */
const WORKERS = [
  { config: "wrangler.toml", out: "src/env.d.ts", name: "Env" },
  { config: "examples/github/producer/wrangler.toml", out: "examples/github/producer/env.d.ts", name: "ProducerEnv" },
  { config: "test/worker/wrangler.toml", out: "test/worker/env.d.ts", name: "Env" },
  { config: "test/e2e/fixtures/watcher/wrangler.toml", out: "test/e2e/fixtures/watcher/env.d.ts", name: "WatcherEnv" },
  ...[
    { worker: "producer", name: "ChaosProducerEnv" },
    { worker: "destinations", name: "DestinationsEnv" },
    { worker: "inspector", name: "InspectorEnv" },
    { worker: "late", name: "LateEnv" },
  ].map(({ worker, name }) => ({
    config: `test/chaos/workers/${worker}/wrangler.toml`,
    out: `test/chaos/workers/${worker}/env.d.ts`,
    name,
  })),
];

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
for (const { config, out, name } of WORKERS) {
  const flags = ["--include-runtime=false", "--strict-vars=false", `--env-interface=${name}`, ...(values.check ? ["--check"] : [])];
  const stamp = stampOf(wrangler.version, out, ...flags, textOf(config), textOf(out));
  if (values.check && (await stamp.isSet())) continue;
  const { status } = spawnSync("wrangler", ["types", out, "-c", config, ...flags], { stdio: "inherit" });
  if (status !== 0) {
    if (values.check) console.error("npm run types writes them anew.");
    process.exit(status ?? 1);
  }
  if (values.check) await stamp.set();
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
