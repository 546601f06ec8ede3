import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Unstable_RawConfig } from "wrangler";
import { COMPATIBILITY } from "../schema/deployment.ts";

/** What a wrangler.json says of a Worker. Its paths are absolute, so that it may be written anywhere. */
export interface WorkerConfig extends Omit<Unstable_RawConfig, "name" | "vars"> {
  readonly name: string;
  readonly vars?: Readonly<Record<string, unknown>>;
}

interface WorkerOptions extends Omit<WorkerConfig, "compatibility_date" | "services"> {
  /** By the name of their binding. */
  readonly services?: Readonly<Record<string, Omit<NonNullable<WorkerConfig["services"]>[number], "binding">>>;
}

/** The configuration of a Worker that runs with the hub; without `main`, of bindings for a node script. */
export function workerConfig({ services = {}, ...config }: WorkerOptions): WorkerConfig {
  const bound = Object.entries(services).map(([binding, to]) => ({ binding, ...to }));
  return { ...config, compatibility_date: COMPATIBILITY.date, services: bound };
}

/** Keeps, out of sight of git, the configurations that wrangler reads when no stack is started. */
export const CONFIG_FOLDER = ".wrangler/configs";

/** Writes a configuration into a directory, for wrangler, and returns its path. A path is returned as it is. */
export async function configFile(config: WorkerConfig | string, directory: string): Promise<string> {
  if (typeof config === "string") return config;
  await mkdir(directory, { recursive: true });
  const file = join(directory, `${config.name}.json`);
  // At once: somebody else may be reading it.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(config, undefined, 2)}\n`);
  await rename(draft, file);
  return file;
}
