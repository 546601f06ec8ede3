import { WorkerEntrypoint } from "cloudflare:workers";
import type { EventHubApi } from "../../../../schema/contract/api.ts";
import type { EmitInput, EmitReceipt } from "../../../../schema/contract/emit.ts";
import { dispose } from "../../../../src/bindings/dispose.ts";
import hub from "../../../../src/index.ts";
import { EventHub as Hub } from "../../../../src/rpc.ts";
import { BulkWorkflow as Bulk } from "../../../../workflows/bulk.ts";
import { DispatchWorkflow as Dispatch } from "../../../../workflows/dispatch.ts";
import { type Call, METER_PATH, type Meters, type Timed } from "../meters.ts";
import { meteredBatch, meteredEnv, takeMeters } from "./meters.ts";

/** The hub as it is, with everything it asks of the platform counted. */
export class EventHub extends Hub {
  constructor(ctx: ConstructorParameters<typeof Hub>[0], env: Env) {
    super(ctx, meteredEnv(env));
  }
}

export class BulkWorkflow extends Bulk {}

export class DispatchWorkflow extends Dispatch {
  constructor(ctx: ConstructorParameters<typeof Dispatch>[0], env: Env) {
    super(ctx, meteredEnv(env));
  }
}

/** What has been counted. */
export class Meter extends WorkerEntrypoint<Env> {
  take(): Meters {
    return takeMeters();
  }

  /** Calls the hub, one call after the other, as its own console does. What else the hub is at is counted as well. */
  async timed(calls: readonly Call[]): Promise<Timed> {
    takeMeters();
    const startedAt = Date.now();
    for (const { method, given } of calls) await (method === "sweep" ? this.#sweep() : this.#ask(method, given));
    return { ms: Date.now() - startedAt, meters: takeMeters() };
  }

  /** Emits an event that is owed to one destination, and waits until its run is over. */
  async delivered(input: EmitInput): Promise<Timed> {
    takeMeters();
    const startedAt = Date.now();
    const [receipt] = (await this.#ask("emit", [input])) as EmitReceipt[];
    const [dispatch] = receipt?.dispatches ?? [];
    if (dispatch === undefined) throw new Error("The event is owed to nobody.");
    await this.#untilOver(dispatch.id);
    return { ms: Date.now() - startedAt, meters: takeMeters() };
  }

  /** A run is not there before its message has been treated. */
  async #untilOver(id: string): Promise<void> {
    for (;;) {
      try {
        await this.history(id);
        return;
      } catch (error) {
        if (!String(error).includes("not_found")) throw error;
        await scheduler.wait(1);
      }
    }
  }

  async #sweep(): Promise<void> {
    const controller: ScheduledController = { scheduledTime: Date.now(), cron: "* * * * *", noRetry: () => undefined };
    await hub.scheduled(controller, meteredEnv(this.env));
  }

  /** What is returned is as it came; nobody keeps it, so the runtime releases it with this call. */
  async #ask(method: keyof EventHubApi, given: readonly unknown[]): Promise<unknown> {
    const { EventHub: door } = this.ctx.exports as unknown as {
      readonly EventHub: Record<string, (...given: unknown[]) => Promise<unknown>>;
    };
    return await door[method]?.(...given);
  }

  /** What the engine says has happened in a run that is over, in order: `step_started`, `sleep_started`, … */
  async history(id: string): Promise<string[]> {
    const instance = await this.env.DISPATCH_WORKFLOW.get(id);
    const events = await instance.subscribe();
    const types: string[] = [];
    try {
      for (let next = await events.next(); next.value; next = await events.next()) types.push(next.value.type);
      return types;
    } finally {
      dispose(events);
      dispose(instance);
    }
  }
}

/** Over HTTP as well: from node, an RPC takes ten times as long. */
async function askMeter(request: Request, ctx: ExecutionContext): Promise<Response> {
  const { method, given } = await request.json<{ method: string; given: unknown[] }>();
  const { Meter: meter } = ctx.exports as unknown as { readonly Meter: Record<string, (...given: unknown[]) => Promise<unknown>> };
  return Response.json(await meter[method]?.(...given));
}

export default {
  fetch: (request, env, ctx) => (new URL(request.url).pathname === METER_PATH ? askMeter(request, ctx) : hub.fetch(request, env, ctx)),
  queue: (batch, env) => hub.queue(meteredBatch(batch), meteredEnv(env)),
  scheduled: (controller, env) => hub.scheduled(controller, meteredEnv(env)),
} satisfies ExportedHandler<Env>;
