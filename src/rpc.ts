import { WorkerEntrypoint } from "cloudflare:workers";
import type { Activity, ActivityQuery } from "../schema/contract/activity.ts";
import type { EventHubApi, ProducerApi } from "../schema/contract/api.ts";
import type { AuditPage, AuditQuery } from "../schema/contract/audit.ts";
import type { BulkDetail, BulkFilter, BulkKind, BulkPreview, BulkView } from "../schema/contract/bulks.ts";
import type { CallerProps } from "../schema/contract/caller.ts";
import type { ConfigurationView } from "../schema/contract/configuration.ts";
import type { DeadLetterQuery, DeadLetters } from "../schema/contract/dead-letters.ts";
import type { DestinationControl, ResumeOptions } from "../schema/contract/destinations.ts";
import type { DispatchDetail, DispatchQuery, DispatchView } from "../schema/contract/dispatches.ts";
import type { EmitInput, EmitOptions, EmitPreview, EmitReceipt } from "../schema/contract/emit.ts";
import type { EventDetail, EventQuery, EventSearch, EventSummary, HubEvent } from "../schema/contract/events.ts";
import type { EventExplanation } from "../schema/contract/explanations.ts";
import type { Health } from "../schema/contract/health.ts";
import type { BulkOptions, BulkRetryOptions, Cancelled, Operation, RetryOptions } from "../schema/contract/operations.ts";
import type { Page } from "../schema/contract/page.ts";
import type { PurgePage, PurgeQuery } from "../schema/contract/purge.ts";
import type { Stats, StatsQuery } from "../schema/contract/stats.ts";
import { isOperatorsConcern } from "../schema/faults.ts";
import { createHub } from "./bindings/hub.ts";
import { logError } from "./bindings/log.ts";
import { parseCaller } from "./domain/emit/caller.ts";
import { audit } from "./hub/audit/audit.ts";
import { type Emitter, emit } from "./hub/emit/emit.ts";
import { previewEmit } from "./hub/emit/preview-emit.ts";
import { getBulk, listBulks, previewBulk, startBulk, stopBulk } from "./hub/operate/bulk.ts";
import { cancelDispatch, cancelEvent } from "./hub/operate/cancel.ts";
import { dismissDispatch } from "./hub/operate/dismiss-dispatch.ts";
import type { Operator } from "./hub/operate/operator.ts";
import { retryDispatch } from "./hub/operate/retry-dispatch.ts";
import { runNow } from "./hub/operate/run-now.ts";
import { listDestinations, pauseDestination, resumeDestination } from "./hub/pause/control-destination.ts";
import { purge } from "./hub/purge/purge.ts";
import { activity } from "./hub/read/activity.ts";
import { configuration } from "./hub/read/configuration.ts";
import { deadLetters } from "./hub/read/dead-letters.ts";
import { getDispatch, listDispatches } from "./hub/read/dispatches.ts";
import { getEvent, listEvents, searchEvents } from "./hub/read/events.ts";
import { explainEvent } from "./hub/read/explain-event.ts";
import { health } from "./hub/read/health.ts";
import { stats } from "./hub/read/stats.ts";
import { watchDispatch } from "./hub/read/watch.ts";

/** RPC for producers: `emit` and nothing else. Name this entrypoint in a producer's service binding. */
export class Producer extends WorkerEntrypoint<Env, CallerProps> implements ProducerApi {
  async emit(input: EmitInput | readonly EmitInput[], options?: EmitOptions): Promise<EmitReceipt[]> {
    return await atDoor("emit", () => emit(emitterOf(this.env, this.ctx), input, options));
  }
}

/** RPC for trusted Workers and the console: everything. */
export class EventHub extends Producer implements EventHubApi {
  async getEvent(id: string): Promise<EventDetail | null> {
    return await atDoor("getEvent", () => getEvent(createHub(this.env), id));
  }

  async listEvents(query?: EventQuery): Promise<Page<HubEvent>> {
    return await atDoor("listEvents", () => listEvents(createHub(this.env), query));
  }

  async searchEvents(query?: EventSearch): Promise<Page<EventSummary>> {
    return await atDoor("searchEvents", () => searchEvents(createHub(this.env), query));
  }

  async previewEmit(input: EmitInput): Promise<EmitPreview> {
    return await atDoor("previewEmit", () => previewEmit(emitterOf(this.env, this.ctx), input));
  }

  async getDispatch(id: string): Promise<DispatchDetail | null> {
    return await atDoor("getDispatch", () => getDispatch(createHub(this.env), id));
  }

  async listDispatches(query?: DispatchQuery): Promise<Page<DispatchView>> {
    return await atDoor("listDispatches", () => listDispatches(createHub(this.env), query));
  }

  async watchDispatch(id: string): Promise<ReadableStream<Uint8Array> | null> {
    return await atDoor("watchDispatch", () => watchDispatch(createHub(this.env), id));
  }

  async explainEvent(id: string): Promise<EventExplanation | null> {
    return await atDoor("explainEvent", () => explainEvent(createHub(this.env), id));
  }

  async retryDispatch(id: string, options?: RetryOptions): Promise<DispatchView> {
    return await atDoor("retryDispatch", () => retryDispatch(operatorOf(this.env, this.ctx), id, options));
  }

  async cancelDispatch(id: string, options?: Operation): Promise<DispatchView> {
    return await atDoor("cancelDispatch", () => cancelDispatch(operatorOf(this.env, this.ctx), id, options));
  }

  async cancelEvent(id: string, options?: Operation): Promise<Cancelled> {
    return await atDoor("cancelEvent", () => cancelEvent(operatorOf(this.env, this.ctx), id, options));
  }

  async runNow(id: string, options?: Operation): Promise<DispatchView> {
    return await atDoor("runNow", () => runNow(operatorOf(this.env, this.ctx), id, options));
  }

  async dismissDispatch(id: string, options?: Operation): Promise<DispatchView> {
    return await atDoor("dismissDispatch", () => dismissDispatch(operatorOf(this.env, this.ctx), id, options));
  }

  async deadLetters(query?: DeadLetterQuery): Promise<DeadLetters> {
    return await atDoor("deadLetters", () => deadLetters(createHub(this.env), query));
  }

  async previewBulk(kind: BulkKind, filter?: BulkFilter): Promise<BulkPreview> {
    return await atDoor("previewBulk", () => previewBulk(createHub(this.env), kind, filter));
  }

  async retryDispatches(filter: BulkFilter, options?: BulkRetryOptions): Promise<BulkView> {
    return await atDoor("retryDispatches", () => startBulk(operatorOf(this.env, this.ctx), "retry", { filter, options }));
  }

  async cancelDispatches(filter: BulkFilter, options?: BulkOptions): Promise<BulkView> {
    return await atDoor("cancelDispatches", () => startBulk(operatorOf(this.env, this.ctx), "cancel", { filter, options }));
  }

  async dismissDispatches(filter: BulkFilter, options?: BulkOptions): Promise<BulkView> {
    return await atDoor("dismissDispatches", () => startBulk(operatorOf(this.env, this.ctx), "dismiss", { filter, options }));
  }

  async getBulk(id: string): Promise<BulkDetail | null> {
    return await atDoor("getBulk", () => getBulk(createHub(this.env), id));
  }

  async listBulks(): Promise<BulkView[]> {
    return await atDoor("listBulks", () => listBulks(createHub(this.env)));
  }

  async stopBulk(id: string, options?: Operation): Promise<BulkDetail> {
    return await atDoor("stopBulk", () => stopBulk(operatorOf(this.env, this.ctx), id, options));
  }

  async listDestinations(): Promise<DestinationControl[]> {
    return await atDoor("listDestinations", () => listDestinations(createHub(this.env)));
  }

  async pauseDestination(name: string, options?: Operation): Promise<DestinationControl> {
    return await atDoor("pauseDestination", () => pauseDestination(operatorOf(this.env, this.ctx), name, options));
  }

  async resumeDestination(name: string, options?: ResumeOptions): Promise<DestinationControl> {
    return await atDoor("resumeDestination", () => resumeDestination(operatorOf(this.env, this.ctx), name, options));
  }

  async activity(query?: ActivityQuery): Promise<Page<Activity>> {
    return await atDoor("activity", () => activity(createHub(this.env), query));
  }

  async configuration(): Promise<ConfigurationView> {
    return await atDoor("configuration", () => configuration(createHub(this.env)));
  }

  async health(): Promise<Health> {
    return await atDoor("health", () => health(createHub(this.env)));
  }

  async stats(query?: StatsQuery): Promise<Stats> {
    return await atDoor("stats", () => stats(createHub(this.env), query));
  }

  async audit(query?: AuditQuery): Promise<AuditPage> {
    return await atDoor("audit", () => audit(operatorOf(this.env, this.ctx), query));
  }

  async purge(before: string | Date, query?: PurgeQuery): Promise<PurgePage> {
    return await atDoor("purge", () => purge(createHub(this.env), before, query));
  }
}

function emitterOf(env: Env, ctx: ExecutionContext<CallerProps>): Emitter {
  return { hub: createHub(env), caller: parseCaller(ctx.props), afterReply: (work) => ctx.waitUntil(work) };
}

function operatorOf(env: Env, ctx: ExecutionContext<CallerProps>): Operator {
  const { source = "rpc" } = parseCaller(ctx.props);
  return { hub: createHub(env), name: source, afterReply: (work) => ctx.waitUntil(work) };
}

/** Errors leave the hub here: logged once, then as they are. What the caller did wrong is the caller's to log. */
async function atDoor<Result>(door: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isOperatorsConcern(error)) logError(door, error);
    throw error;
  }
}
