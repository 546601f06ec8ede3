import { join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig, type Plugin } from "vitest/config";
import { COMPATIBILITY } from "../schema/deployment.ts";
import { CONFIG_FOLDER, configFile } from "../tools/worker-config.ts";
import { DESTINATIONS, HUB_UNDER_TEST, NAMED_ONLY } from "./hub-under-test.ts";

const root = `${import.meta.dirname}/..`;

/** End-to-end tests that mostly wait for the hub, which repairs itself and lets go what was held back after a minute: they wait together. */
const LONG_WAITS = ["test/e2e/chaos.test.ts", "test/e2e/restart.test.ts", "test/e2e/pause.test.ts", "test/e2e/bulk.test.ts"];

/** Gives migrations as text, as wrangler's bundler does. */
const sqlAsText: Plugin = {
  name: "sql-as-text",
  enforce: "pre",
  transform: (code, id) => (id.endsWith(".sql") ? `export default ${JSON.stringify(code)};` : null),
};

/**
 * Tiers that compute, one after the other; then those that start whole stacks, which wait as much as they compute, two at a time, so that none
 * waits for the others longer than it may; then those that mostly wait.
 */
export default defineConfig({
  test: {
    silent: "passed-only",
    projects: [
      {
        root,
        // Pure, so that files need no process each: half the time.
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000, isolate: false, sequence: { groupOrder: 0 } },
      },
      {
        root,
        plugins: [sqlAsText],
        test: { name: "laws", include: ["test/laws/**/*.test.ts"], testTimeout: 60_000, sequence: { groupOrder: 0 } },
      },
      { root, test: { name: "docs", include: ["test/docs/**/*.test.ts"], testTimeout: 60_000, sequence: { groupOrder: 0 } } },
      {
        root,
        plugins: [
          cloudflareTest({
            wrangler: { configPath: await configFile(HUB_UNDER_TEST, join(root, CONFIG_FOLDER)) },
            miniflare: {
              outboundService: "outside",
              workers: [
                {
                  name: DESTINATIONS,
                  modules: [{ type: "ESModule", path: `${import.meta.dirname}/worker/destinations.js` }],
                  compatibilityDate: COMPATIBILITY.date,
                },
                {
                  name: NAMED_ONLY,
                  modules: [{ type: "ESModule", path: `${import.meta.dirname}/worker/named-only.js` }],
                  compatibilityDate: COMPATIBILITY.date,
                },
                {
                  name: "outside",
                  modules: [{ type: "ESModule", path: `${import.meta.dirname}/worker/outside.js` }],
                  compatibilityDate: COMPATIBILITY.date,
                },
              ],
            },
          }),
        ],
        test: {
          name: "worker",
          include: ["test/worker/**/*.test.ts"],
          provide: {
            seed: Number(process.env["FC_SEED"] ?? Math.floor(Math.random() * 2 ** 31)),
            runs: Number(process.env["FC_RUNS"] ?? 0),
          },
          testTimeout: 30_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        // What is tested is what is shipped.
        resolve: { alias: { "flowhub/pulumi": `${root}/dist/pulumi.js` } },
        test: {
          name: "infra",
          include: ["test/infra/**/*.test.ts", "infra/example/*.test.ts"],
          globalSetup: ["test/infra/install.ts", "test/infra/build.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        root,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: LONG_WAITS,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        root,
        test: {
          name: "browser",
          include: ["test/browser/*.test.ts"],
          globalSetup: "test/browser/unpack.ts",
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        root,
        test: {
          name: "bench",
          include: ["test/bench/*/*.test.ts"],
          globalSetup: "test/bench/install.ts",
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        root,
        test: {
          name: "chaos",
          include: LONG_WAITS,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 4,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
