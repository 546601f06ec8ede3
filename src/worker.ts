/** What producers and destinations import: `import { Destination, type HubEvent } from "flowhub"`. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Delivery, HandleReply, HubEvent } from "../schema/contract.ts";

/** A Worker entrypoint that events are delivered to. The hub calls `handle()` once an attempt, over RPC. */
export abstract class Destination<DestinationEnv = Cloudflare.Env> extends WorkerEntrypoint<DestinationEnv> {
  /** Handles an event. May be called again for the same `delivery.dispatchId`: make side effects idempotent on it. */
  abstract handle(event: HubEvent, delivery: Delivery): Promise<HandleReply> | HandleReply;
}

export type { EventHubApi, ProducerApi } from "../schema/api.ts";
export type {
  Cause,
  Delivery,
  DispatchDetail,
  DispatchQuery,
  DispatchView,
  EmitInput,
  EmitOptions,
  EmitReceipt,
  EventDetail,
  EventQuery,
  ExecutionView,
  HandleReply,
  Health,
  HubEvent,
  NoteView,
  Page,
  RunView,
  Stage,
  Status,
  WatchLine,
} from "../schema/contract.ts";
export { type Duration, durationMs } from "../schema/duration.ts";
export { FAULTS, type FaultCode, faultCode } from "../schema/faults.ts";
export type { Json } from "../schema/json.ts";
export type { AuditPage, AuditQuery, Mismatch, PurgePage, PurgeQuery } from "../schema/upkeep.ts";
