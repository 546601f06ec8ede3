import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DispatchDetail, EventHubApi, Status } from "flowhub";
import { eventIdOf, originalIdOf, redriveNumberOf } from "../../schema/ids.ts";
import { plain } from "../../tools/local/observer.ts";
import { type Stack, startStack } from "../../tools/local/stack.ts";
import { HUBS, OBSERVER, SHOP } from "./configs.ts";

/** A hub with a shop behind it, its console at `url`, and its RPC for whoever prepares something. */
export interface ShopHub extends AsyncDisposable {
  readonly url: string;
  readonly stack: Stack;
  readonly hub: EventHubApi;
  /** Resolves when a dispatch stands so. */
  readonly until: (id: string, status: Status) => Promise<DispatchDetail>;
  /** Resolves with the id of the nth redrive of a dispatch, from 1, when it is stored. */
  readonly redrive: (id: string, nth: number) => Promise<string>;
}

const PATIENCE_MS = 30_000;

/** Starts one of the hubs, with the shop. */
export async function startShopHub(kind: keyof typeof HUBS = "open"): Promise<ShopHub> {
  const stateDir = await mkdtemp(join(tmpdir(), "flowhub-browser-"));
  const stack = await startStack({ configs: [HUBS[kind], SHOP], stateDir });
  const observer = await stack.observe<{ HUB: EventHubApi }>({ config: OBSERVER, ready: ({ HUB }) => HUB.health() });
  const hub = observer.bindings.HUB;
  return {
    url: stack.url.replace(/\/$/, ""),
    stack,
    hub,
    until: async (id, status) => await untilStatus(hub, id, status),
    redrive: async (id, nth) => await nthRedrive(hub, id, nth),
    async [Symbol.asyncDispose]() {
      await observer[Symbol.asyncDispose]();
      await stack.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

async function untilStatus(hub: EventHubApi, id: string, status: Status): Promise<DispatchDetail> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const dispatch = plain(await hub.getDispatch(id));
    if (dispatch?.status === status) return dispatch;
    if (Date.now() > deadline) throw new Error(`dispatch ${id} is ${dispatch?.status ?? "unknown"}, not ${status}`);
    await sleep(100);
  }
}

async function nthRedrive(hub: EventHubApi, id: string, nth: number): Promise<string> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const event = plain(await hub.getEvent(eventIdOf(id)));
    const redrive = event?.dispatches.find(
      (one) => one.redriveOf !== undefined && originalIdOf(one.id) === id && redriveNumberOf(one.id) === nth,
    );
    if (redrive !== undefined) return redrive.id;
    if (Date.now() > deadline) throw new Error(`dispatch ${id} has no redrive ${nth}`);
    await sleep(100);
  }
}
