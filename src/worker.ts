/** What producers and destinations import: `import { Destination, type HubEvent } from "flowhub"`. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { ProducerApi } from "../schema/contract/api.ts";
import type { Delivery, EmitInput, HandleReply, HubEvent } from "../schema/contract/contract.ts";

/** A Worker entrypoint that events are delivered to. The hub calls `handle()` once an attempt, over RPC. */
export abstract class Destination<DestinationEnv = Cloudflare.Env> extends WorkerEntrypoint<DestinationEnv> {
  /** Handles an event. May be called again for the same `delivery.dispatchId`: make side effects idempotent on it. */
  abstract handle(event: HubEvent, delivery: Delivery): Promise<HandleReply> | HandleReply;
}

/**
 * A service binding to the hub's `Producer`, with its type, which `wrangler types` cannot know. With a `source`, events that name none are
 * emitted with it: for bindings that cannot carry `props.source`, such as those made by Pulumi. Where a binding does, that wins.
 */
export function producerOf(binding: Fetcher | ProducerApi, { source }: { readonly source?: string } = {}): ProducerApi {
  const hub = binding as ProducerApi;
  if (source === undefined) return hub;
  const sourced = (event: EmitInput): EmitInput => (event?.source === undefined ? { ...event, source } : event);
  return { emit: (input, options) => hub.emit(isList(input) ? input.map(sourced) : sourced(input), options) };
}

function isList(input: EmitInput | readonly EmitInput[]): input is readonly EmitInput[] {
  return Array.isArray(input);
}

export { type Duration, durationMs } from "../schema/config/duration.ts";
export type { EventHubApi, ProducerApi } from "../schema/contract/api.ts";
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
  HubEvent,
  NoteView,
  Page,
  RunView,
  Stage,
  Status,
  WatchLine,
} from "../schema/contract/contract.ts";
export type { Health, LastAudit } from "../schema/contract/health.ts";
export type {
  BulkDetail,
  BulkFilter,
  BulkKind,
  BulkPreview,
  BulkState,
  BulkView,
  Cancelled,
  DestinationControl,
  EventExplanation,
  Operation,
  ResumeOptions,
  RetryOptions,
  RouteExplanation,
} from "../schema/contract/operations.ts";
export type {
  ConfigurationView,
  ConfiguredDestination,
  ConfiguredRoute,
  DeadLetterGroup,
  DeadLetterQuery,
  DeadLetters,
  EmitPreview,
  EventSearch,
  EventSummary,
} from "../schema/contract/search.ts";
export type { DestinationStats, DispatchStats, Percentiles, RouteStats, Stats, StatsQuery } from "../schema/contract/stats.ts";
export type { AuditPage, AuditQuery, Mismatch, PurgePage, PurgeQuery } from "../schema/contract/upkeep.ts";
export { FAULTS, type FaultCode, faultCode } from "../schema/faults.ts";
export type { Json } from "../schema/json.ts";
