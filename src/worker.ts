/** What producers and destinations import: `import { Destination, type HubEvent } from "flowhub"`. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { ProducerApi } from "../schema/contract/api.ts";
import type { Delivery, HandleReply } from "../schema/contract/delivery.ts";
import type { EmitInput } from "../schema/contract/emit.ts";
import type { HubEvent } from "../schema/contract/events.ts";
import { ENTRYPOINTS, RUNTIME_FLAGS } from "../schema/deployment.ts";

/** A Worker entrypoint that events are delivered to. The hub calls `handle()` once an attempt, over RPC. */
export abstract class Destination<DestinationEnv = Cloudflare.Env> extends WorkerEntrypoint<DestinationEnv> {
  /** Handles an event. May be called again for the same `delivery.dispatchId`: make side effects idempotent on it. */
  abstract handle(event: HubEvent, delivery: Delivery): Promise<HandleReply> | HandleReply;
}

/**
 * A service binding to the hub's `Producer`, with its type, which `wrangler types` cannot know. With a `source`, events that name none are
 * emitted with it: for bindings that cannot carry `props.source`, such as those made by Pulumi. Where a binding does, that wins.
 * Throws a `TypeError` when there is no such binding or it cannot be called; so does `emit` when it leads to something else than `Producer`.
 */
export function producerOf(binding: Fetcher | ProducerApi, { source }: { readonly source?: string } = {}): ProducerApi {
  const hub = callable(binding);
  const sourced = (event: EmitInput): EmitInput => (event?.source == null ? { ...event, source } : event);
  const withSource = (input: EmitInput | readonly EmitInput[]) => (isList(input) ? input.map(sourced) : sourced(input));
  return {
    emit: async (input, options) => {
      try {
        return await hub.emit(source === undefined ? input : withSource(input), options);
      } catch (error) {
        throw isMissingEmit(error) ? new TypeError(`${error.message} ${HOW_TO_BIND}`, { cause: error }) : error;
      }
    },
  };
}

const HOW_TO_BIND = `Bind the hub in this Worker's wrangler.toml: [[services]] binding = "HUB", service = "<name of the hub>", entrypoint = "${ENTRYPOINTS.producer}".`;

function callable(binding: Fetcher | ProducerApi | null | undefined): ProducerApi {
  if (binding == null) throw new TypeError(`producerOf() was given ${binding}: this Worker has no binding of that name. ${HOW_TO_BIND}`);
  if (typeof (binding as Partial<ProducerApi>).emit === "function") return binding as ProducerApi;
  if (typeof (binding as Partial<Fetcher>).fetch === "function") {
    throw new TypeError(`This Worker cannot call the hub over RPC: set its compatibility_date to ${RUNTIME_FLAGS.rpc} or later.`);
  }
  throw new TypeError(`producerOf() was given something that is no service binding. ${HOW_TO_BIND}`);
}

/** What workerd says (pinned in test/worker/producer-of.test.ts). */
function isMissingEmit(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('The RPC receiver does not implement the method "emit"');
}

function isList(input: EmitInput | readonly EmitInput[]): input is readonly EmitInput[] {
  return Array.isArray(input);
}

export type { AutoPause } from "../schema/config/auto-pause.ts";
export type { DestinationConfig, DestinationKind } from "../schema/config/destination.ts";
export { type Duration, durationMs } from "../schema/config/duration.ts";
export type { DeliveryOptions, MisconfiguredOptions, Policy, RetryPolicy } from "../schema/config/policy.ts";
export type { Activity, ActivityQuery, ActivitySubject } from "../schema/contract/activity.ts";
export type { EventHubApi, ProducerApi } from "../schema/contract/api.ts";
export type { AuditPage, AuditQuery, Mismatch } from "../schema/contract/audit.ts";
export type { BulkDetail, BulkFilter, BulkKind, BulkPreview, BulkState, BulkView } from "../schema/contract/bulks.ts";
export type { ConfigurationView, ConfiguredDestination, ConfiguredRoute } from "../schema/contract/configuration.ts";
export type { DeadLetterGroup, DeadLetterQuery, DeadLetters } from "../schema/contract/dead-letters.ts";
export type { Delivery, HandleReply } from "../schema/contract/delivery.ts";
export type { DestinationControl, ResumeOptions } from "../schema/contract/destinations.ts";
export type { DispatchDetail, DispatchQuery, DispatchView, ExecutionView, RunView, WatchLine } from "../schema/contract/dispatches.ts";
export type { EmitInput, EmitOptions, EmitPreview, EmitReceipt, ReceiptDispatch } from "../schema/contract/emit.ts";
export type {
  Cause,
  EventDetail,
  EventQuery,
  EventSearch,
  EventSummary,
  Extensions,
  ExtensionValue,
  HubEvent,
} from "../schema/contract/events.ts";
export type { EventExplanation, RouteExplanation } from "../schema/contract/explanations.ts";
export type { Health, LastAudit, LongChain } from "../schema/contract/health.ts";
export type { NoteDetails, NoteKind, NoteView, Remedy, RepairDetail } from "../schema/contract/notes.ts";
export type { BulkOptions, BulkRetryOptions, Cancelled, Operation, RetryOptions } from "../schema/contract/operations.ts";
export type { Page, PageQuery } from "../schema/contract/page.ts";
export type { Problem, ProblemCode } from "../schema/contract/problems.ts";
export type { PurgePage, PurgeQuery } from "../schema/contract/purge.ts";
export type { DestinationStats, DispatchStats, Percentiles, RouteStats, Stats, StatsQuery } from "../schema/contract/stats.ts";
export type { Outcome, SettledStatus, Stage, Standing, Status } from "../schema/contract/statuses.ts";
export { FAULTS, type FaultCode, type FaultEntry, faultCode } from "../schema/faults.ts";
export type { Json } from "../schema/json.ts";
export type { Issue } from "../schema/wording.ts";
