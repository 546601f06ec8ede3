import { join } from "node:path";

/** The hub that is measured. */
export const HUB = configOf("hub");

/** It and its destinations, for `startStack()`. */
export const WORKERS: readonly string[] = [HUB, configOf("workers/destinations")];

/** What binds the hub, for `observe()`. */
export const OBSERVER = configOf("observer");

function configOf(worker: string): string {
  return join(import.meta.dirname, worker, "wrangler.toml");
}
