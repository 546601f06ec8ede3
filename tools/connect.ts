import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getPlatformProxy } from "wrangler";
import type { EventHubApi } from "../schema/contract/api.ts";
import { ENTRYPOINTS } from "../schema/deployment.ts";
import { messageOf } from "../schema/message-of.ts";
import { configFile, workerConfig } from "./worker-config.ts";

/** A hub's RPC, for a node script. */
export interface Connection extends AsyncDisposable {
  readonly hub: EventHubApi;
}

export interface Address {
  /** Name of the hub's Worker. */
  readonly hub: string;
  readonly remote: boolean;
  readonly registry: string | undefined;
}

const ANSWER_MS = 10_000;

/** Connects to a hub's `EventHub` entrypoint. Throws in words when it does not answer. */
export async function connect({ hub, remote, registry }: Address): Promise<Connection> {
  const directory = await mkdtemp(join(tmpdir(), "flowhub-connect-"));
  const services = { HUB: { service: hub, entrypoint: ENTRYPOINTS.hub, remote } };
  const configPath = await configFile(workerConfig({ name: "flowhub-operator", services }), directory);
  if (registry !== undefined) process.env["WRANGLER_REGISTRY_PATH"] = registry;
  process.env["WRANGLER_LOG"] ??= "error";
  const proxy = await getPlatformProxy<{ HUB: EventHubApi }>({ configPath, persist: false, remoteBindings: remote });
  const close = async () => {
    await proxy.dispose();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilAnswers(proxy.env.HUB);
    return { hub: proxy.env.HUB, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    const where = remote ? "deployed in this account" : "running on this machine";
    throw new Error(`No hub "${hub}" ${where} answers: ${messageOf(error)}`, { cause: error });
  }
}

/** A Worker of this machine is found some moments after the registry is read. */
async function untilAnswers(hub: EventHubApi): Promise<void> {
  const deadline = Date.now() + ANSWER_MS;
  for (;;) {
    try {
      await hub.health();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
