import { env } from "cloudflare:workers";
import type { RunParams } from "../../../schema/storage/messages.ts";
import { failureOf } from "./failures.ts";
import { until } from "./rows.ts";

type Runs = Workflow<RunParams>;

/** The run of a dispatch, as soon as there is one. */
export async function runOf(id: string): Promise<WorkflowInstance> {
  return await until(async () => await env.DISPATCH_WORKFLOW.get(id).catch(() => undefined), { what: `run ${id}` });
}

/** Waits until the engine says so of the run of a dispatch. */
export async function runIs(id: string, status: InstanceStatus["status"]): Promise<InstanceStatus> {
  const run = await runOf(id);
  return await until(
    async () => {
      const now = await run.status();
      return now.status === status ? now : undefined;
    },
    { what: `run ${id} to be ${status}` },
  );
}

/**
 * Puts the run of a dispatch to sleep the way a restart of the local engine does: it says "running" and does nothing until it is woken.
 * The engine resets an instance that is given what it cannot store.
 */
export async function fallAsleep(id: string): Promise<void> {
  const run = await runOf(id);
  const said = await failureOf(run.sendEvent({ type: "lullaby", payload: () => undefined }));
  if (!said.includes("cannot be serialized")) throw new Error(`run ${id} is still awake: ${said}`);
}

/** Makes a run whose params are not what they should be, so that it errors at once, and again after each restart. */
export async function startErring(id: string): Promise<void> {
  await env.DISPATCH_WORKFLOW.createBatch({ instances: [{ id, params: null as unknown as RunParams }] });
  await runIs(id, "errored");
}

/** What a test puts in place of calls to the engine, each given the id of the run and the call as it would have been. */
export interface EngineChanges {
  readonly get?: (id: string, real: () => Promise<WorkflowInstance>) => Promise<WorkflowInstance>;
  readonly createBatch?: (ids: readonly string[], real: () => Promise<unknown>) => Promise<unknown>;
  readonly status?: (id: string, real: () => Promise<InstanceStatus>) => Promise<InstanceStatus>;
  readonly sendEvent?: (id: string, real: () => Promise<void>) => Promise<void>;
  readonly restart?: (id: string, from: string | undefined, real: () => Promise<void>) => Promise<void>;
  readonly terminate?: (id: string, real: () => Promise<void>) => Promise<void>;
}

/** What was asked of an engine that changes something: the call and the run. */
export type EngineCall = readonly [call: "createBatch" | "sendEvent" | "restart" | "terminate", id: string, from?: string];

/** The real engine with some of its answers changed, and an account of the orders it was given. */
export function engineWith(changes: EngineChanges = {}): { readonly runs: Runs; readonly orders: EngineCall[] } {
  const orders: EngineCall[] = [];
  const real = env.DISPATCH_WORKFLOW;

  const around = (instance: WorkflowInstance, id: string) => ({
    status: async () => await (changes.status ?? asIs)(id, async () => await instance.status()),
    sendEvent: async (event: { type: string; payload: unknown }) => {
      orders.push(["sendEvent", id]);
      await (changes.sendEvent ?? asIs)(id, async () => await instance.sendEvent(event));
    },
    restart: async (options?: { from: { name: string } }) => {
      const from = options?.from.name;
      orders.push(from === undefined ? ["restart", id] : ["restart", id, from]);
      const restart = async () => await (options === undefined ? instance.restart() : instance.restart(options));
      await (changes.restart === undefined ? restart() : changes.restart(id, from, restart));
    },
    terminate: async () => {
      orders.push(["terminate", id]);
      await (changes.terminate ?? asIs)(id, async () => await instance.terminate());
    },
  });
  const runs = {
    get: async (id: string) => {
      const instance = await (changes.get ?? asIs)(id, async () => await real.get(id));
      return around(instance, id);
    },
    createBatch: async (batch: { instances: { id: string }[] }) => {
      const ids = batch.instances.map(({ id }) => id);
      for (const id of ids) orders.push(["createBatch", id]);
      const create = async () => await real.createBatch(batch as never);
      return await (changes.createBatch === undefined ? create() : changes.createBatch(ids, create));
    },
  };
  return { runs: runs as unknown as Runs, orders };
}

async function asIs<Result>(_id: string, real: () => Promise<Result>): Promise<Result> {
  return await real();
}

/** The engine's own status of runs with another word in it. */
export function saying(status: InstanceStatus["status"]): NonNullable<EngineChanges["status"]> {
  return async (_id, real) => ({ ...(await real()), status });
}
