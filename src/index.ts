import { WorkerEntrypoint } from "cloudflare:workers";
import type { EventHubApi, ProducerApi } from "../schema/api.ts";
import type {
  DispatchDetail,
  DispatchQuery,
  DispatchView,
  EmitInput,
  EmitOptions,
  EmitReceipt,
  EventDetail,
  EventQuery,
  Health,
  HubEvent,
  Page,
} from "../schema/contract.ts";
import { type FaultCode, faultCode } from "../schema/faults.ts";
import type { AuditPage, AuditQuery, PurgePage, PurgeQuery } from "../schema/upkeep.ts";
import { logError, logWarning } from "./bindings/log.ts";
import { consoleApp } from "./console/app.tsx";
import { consume } from "./consume.ts";
import { audit } from "./hub/audit.ts";
import { getDispatch, listDispatches } from "./hub/dispatches.ts";
import { emit } from "./hub/emit.ts";
import { getEvent, listEvents } from "./hub/events.ts";
import { health } from "./hub/health.ts";
import { purge } from "./hub/purge.ts";
import { watchDispatch } from "./hub/watch.ts";
import { sweep } from "./reconciler/sweep.ts";

export { DispatchWorkflow } from "../workflows/dispatch.ts";

/** What a service binding may say about its caller. */
interface CallerProps {
  readonly source?: string;
}

/** RPC for producers: `emit` and nothing else. Name this entrypoint in a producer's service binding. */
export class Producer extends WorkerEntrypoint<Env, CallerProps> implements ProducerApi {
  async emit(input: EmitInput | readonly EmitInput[], options?: EmitOptions): Promise<EmitReceipt[]> {
    const { env, ctx } = this;
    const emitter = { env, callerSource: ctx.props?.source, afterReply: (work: Promise<unknown>) => ctx.waitUntil(work) };
    return await atDoor("emit", () => emit(emitter, input, options));
  }
}

/** RPC for trusted Workers and the console: everything. */
export class EventHub extends Producer implements EventHubApi {
  async getEvent(id: string): Promise<EventDetail | null> {
    return await atDoor("getEvent", () => getEvent(this.env, id));
  }

  async listEvents(query?: EventQuery): Promise<Page<HubEvent>> {
    return await atDoor("listEvents", () => listEvents(this.env, query));
  }

  async getDispatch(id: string): Promise<DispatchDetail | null> {
    return await atDoor("getDispatch", () => getDispatch(this.env, id));
  }

  async listDispatches(query?: DispatchQuery): Promise<Page<DispatchView>> {
    return await atDoor("listDispatches", () => listDispatches(this.env, query));
  }

  async watchDispatch(id: string): Promise<ReadableStream<Uint8Array> | null> {
    return await atDoor("watchDispatch", () => watchDispatch(this.env, id));
  }

  async health(): Promise<Health> {
    return await atDoor("health", () => health(this.env));
  }

  async audit(query?: AuditQuery): Promise<AuditPage> {
    return await atDoor("audit", () => audit(this.env, query));
  }

  async purge(before: string | Date, query?: PurgeQuery): Promise<PurgePage> {
    return await atDoor("purge", () => purge(this.env, before, query));
  }
}

/** Faults that somebody who runs the hub should see. */
const OURS: readonly FaultCode[] = ["config.invalid", "storage.unavailable", "storage.full"];

/** Errors leave the hub here: logged once, then as they are. What the caller did wrong is the caller's to log. */
async function atDoor<Result>(door: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = faultCode(error);
    if (code === undefined || OURS.includes(code)) logError(door, error);
    throw error;
  }
}

export default {
  async fetch(request, _env, ctx) {
    return await consoleApp({ health: () => ctx.exports.EventHub.health() }).fetch(request);
  },
  async queue(batch, env) {
    await consume(env, batch);
  },
  async scheduled(_controller, env) {
    try {
      const { taken, left } = await sweep(env, Date.now());
      if (taken > 0) logWarning("swept", { taken, left });
    } catch (error) {
      logError("scheduled", error);
      throw error;
    }
  },
} satisfies ExportedHandler<Env>;
