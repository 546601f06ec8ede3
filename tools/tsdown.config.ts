import { defineConfig, type UserConfig } from "tsdown";
import { licenses } from "./licenses.ts";

/** What everything needs is bundled in: who installs the package installs little else. */
const common: UserConfig = {
  cwd: `${import.meta.dirname}/..`,
  outDir: "dist",
  format: "esm",
  target: "es2024",
  clean: false,
  deps: { alwaysBundle: [/./], neverBundle: [/^cloudflare:/, /^@pulumi\//, /^node:/] },
  plugins: [licenses()],
  outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
};

export default defineConfig([
  // The hub: what Pulumi uploads, and the `main` of who uses wrangler alone. Nobody imports it.
  { ...common, entry: { hub: "src/index.ts" }, platform: "browser", minify: true, sourcemap: true, loader: { ".sql": "text" }, dts: false },
  { ...common, entry: { worker: "src/worker.ts" }, platform: "browser", dts: true },
  { ...common, entry: { pulumi: "infra/index.ts" }, platform: "node", dts: true },
]);
