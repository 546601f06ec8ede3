import { env, exports } from "cloudflare:workers";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { EmitInput, EmitReceipt } from "../../../schema/contract/emit.ts";
import { createHub, type Hub } from "../../../src/bindings/hub.ts";
import { emit } from "../../../src/hub/emit/emit.ts";

/** The hub over RPC, as a trusted Worker sees it. */
export const hub = exports.EventHub as unknown as EventHubApi;

/** A name that no other test uses: the database is shared by the tests of a file. */
export function unique(prefix: string): string {
  return `${prefix}${crypto.randomUUID().slice(0, 8)}`;
}

/** A queue that loses all it is given. */
export const deafQueue = { sendBatch: async () => ({}), send: async () => ({}) } as unknown as Queue;

/** The hub's bindings with others in their place. Each is an environment of its own: configuration is read for it anew. */
export function envWith(changes: Partial<Record<keyof Env, unknown>> & Record<string, unknown>): Env {
  return { ...env, ...changes } as Env;
}

const deafEnv = envWith({ DISPATCH_QUEUE: deafQueue });

/** Emits without starting anything: the message on the queue is lost, and what happens next is up to the test. */
export async function store(input: unknown, given?: Env): Promise<EmitReceipt[]> {
  return await emitWith(given === undefined ? deafEnv : envWith({ ...given, DISPATCH_QUEUE: deafQueue }), input);
}

/** Emits in an environment of the test's own, and waits for what comes after the reply. */
export async function emitWith(given: Env, input: unknown, callerSource?: string): Promise<EmitReceipt[]> {
  const later: Promise<unknown>[] = [];
  const receipts = await emit(
    { hub: createHub(given), caller: { source: callerSource }, afterReply: (work) => void later.push(work) },
    input,
  );
  await Promise.all(later);
  return receipts;
}

/** The only one of a list. Throws when there are more or fewer. */
export function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined || items.length > 1)
    throw new Error(`expected one, found ${items.length}: ${JSON.stringify(items).slice(0, 500)}`);
  return item;
}

/** Stores one event and returns the id of its only dispatch, which nothing has started. */
export async function storedDispatch(input: EmitInput, given?: Env): Promise<string> {
  return only(only(await store(input, given)).dispatches).id;
}

/** Emits one event and returns the id of its only dispatch, which is on its way. */
export async function startedDispatch(input: EmitInput): Promise<string> {
  return only(only(await hub.emit(input)).dispatches).id;
}

/** The hub's world with the clock standing at a moment. */
export function hubAt(now: number, given: Env = env): Hub {
  return { ...createHub(given), now: () => now };
}
