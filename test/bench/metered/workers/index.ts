import { WorkerEntrypoint } from "cloudflare:workers";
import { dispose } from "../../../../src/bindings/dispose.ts";
import hub, { EventHub as Hub } from "../../../../src/index.ts";
import { BulkWorkflow as Bulk } from "../../../../workflows/bulk.ts";
import { DispatchWorkflow as Dispatch } from "../../../../workflows/dispatch.ts";
import type { Meters } from "../meters.ts";
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

export default {
  fetch: (request, env, ctx) => hub.fetch(request, env, ctx),
  queue: (batch, env) => hub.queue(meteredBatch(batch), meteredEnv(env)),
  scheduled: (controller, env) => hub.scheduled(controller, meteredEnv(env)),
} satisfies ExportedHandler<Env>;
