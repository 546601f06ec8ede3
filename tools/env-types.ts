/**
 * Generates the `Env` of every Worker from its wrangler.toml, or with `--check` fails when one is not what wrangler would write.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

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
  const { status } = spawnSync("wrangler", ["types", out, "-c", config, ...flags], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
