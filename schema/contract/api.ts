import type { Activity, ActivityQuery } from "./activity.ts";
import type { AuditPage, AuditQuery } from "./audit.ts";
import type { BulkDetail, BulkFilter, BulkKind, BulkPreview, BulkView } from "./bulks.ts";
import type { ConfigurationView } from "./configuration.ts";
import type { DeadLetterQuery, DeadLetters } from "./dead-letters.ts";
import type { DestinationControl, ResumeOptions } from "./destinations.ts";
import type { DispatchDetail, DispatchQuery, DispatchView } from "./dispatches.ts";
import type { EmitInput, EmitOptions, EmitPreview, EmitReceipt } from "./emit.ts";
import type { EventDetail, EventQuery, EventSearch, EventSummary, HubEvent } from "./events.ts";
import type { EventExplanation } from "./explanations.ts";
import type { Health } from "./health.ts";
import type { BulkOptions, BulkRetryOptions, Cancelled, Operation, RetryOptions } from "./operations.ts";
import type { Page } from "./page.ts";
import type { PurgePage, PurgeQuery } from "./purge.ts";
import type { Stats, StatsQuery } from "./stats.ts";

/** What a producer's service binding offers: least privilege. */
export interface ProducerApi {
  /** Accepts events, all or none. Resolves once they are durable; throws `storage.unavailable` when the database does not answer within 30 s. */
  emit(input: EmitInput | readonly EmitInput[], options?: EmitOptions): Promise<EmitReceipt[]>;
}

/** Everything, for trusted Workers and for the console. Expected absence is `null`; invalid input throws a `(code) text`. */
export interface EventHubApi extends ProducerApi {
  getEvent(id: string): Promise<EventDetail | null>;
  listEvents(query?: EventQuery): Promise<Page<HubEvent>>;
  /** The same without the data, with how the dispatches stand, and by text in the data as well. */
  searchEvents(query?: EventSearch): Promise<Page<EventSummary>>;
  /** Which routes would take an event now, why, and when it would be due where. Stores nothing; throws what `emit` would. */
  previewEmit(input: EmitInput): Promise<EmitPreview>;
  getDispatch(id: string): Promise<DispatchDetail | null>;
  listDispatches(query?: DispatchQuery): Promise<Page<DispatchView>>;
  /** NDJSON of {@link WatchLine} until the dispatch settles; `null` when there is no such dispatch. */
  watchDispatch(id: string): Promise<ReadableStream<Uint8Array> | null>;
  /** Every route of the configuration that routed the event, and why it took the event or not. */
  explainEvent(id: string): Promise<EventExplanation | null>;
  /** The same event to the same destination again, as a new dispatch, after the old one settled, also where it was delivered. Throws `dispatch.ongoing` while it, or a redrive of it, is on its way. */
  retryDispatch(id: string, options?: RetryOptions): Promise<DispatchView>;
  /** Settles an ongoing dispatch as cancelled. An attempt under way is still recorded, and nothing follows from it. Throws `dispatch.settled`. */
  cancelDispatch(id: string, options?: Operation): Promise<DispatchView>;
  /** The same for everything an event is still owed to. */
  cancelEvent(id: string, options?: Operation): Promise<Cancelled>;
  /** Makes a dispatch that is scheduled or waits to retry due at once; one that is due already is woken. Throws `dispatch.settled`. */
  runNow(id: string, options?: Operation): Promise<DispatchView>;
  /**
   * Closes a dead letter: it is owed no more, stays as it is, and can still be retried. A redrive of it that is given up is a dead letter again.
   * Throws `dispatch.no_dead_letter`, which says why it is none.
   */
  dismissDispatch(id: string, options?: Operation): Promise<DispatchView>;
  /** Dead letters, in groups: what was given up, is owed still and nobody has dismissed. */
  deadLetters(query?: DeadLetterQuery): Promise<DeadLetters>;
  /** What `retryDispatches`, `cancelDispatches` or `dismissDispatches` would do now. */
  previewBulk(kind: BulkKind, filter?: BulkFilter): Promise<BulkPreview>;
  /**
   * Retries all dead letters that match, or with another status the last of each line, by and by, as a Workflow: it goes on whatever happens to
   * the caller. What settles after it began is not its concern.
   */
  retryDispatches(filter: BulkFilter, options?: BulkRetryOptions): Promise<BulkView>;
  /** Cancels all that match and are ongoing, in the same way. */
  cancelDispatches(filter: BulkFilter, options?: BulkOptions): Promise<BulkView>;
  /** Dismisses all dead letters that match, in the same way. */
  dismissDispatches(filter: BulkFilter, options?: BulkOptions): Promise<BulkView>;
  getBulk(id: string): Promise<BulkDetail | null>;
  /** The latest 50, newest first. */
  listBulks(): Promise<BulkView[]>;
  /** Ends a bulk operation after the piece it is at. What is done stays done. Throws `bulk.unknown`. */
  stopBulk(id: string, options?: Operation): Promise<BulkDetail>;
  /** Every destination of the configuration, and whether it is held back; also one that is held back and no longer configured. */
  listDestinations(): Promise<DestinationControl[]>;
  /** Holds a destination back: nothing is attempted, nothing is lost, no attempt is used up. Throws `destination.unknown`. */
  pauseDestination(name: string, options?: Operation): Promise<DestinationControl>;
  /** Lets a destination go. Its backlog follows within a minute, or from then on at a rate. */
  resumeDestination(name: string, options?: ResumeOptions): Promise<DestinationControl>;
  /** What was done off the usual path, and by whom: operations, pauses, repairs, notes of the hub on itself. Newest first. */
  activity(query?: ActivityQuery): Promise<Page<Activity>>;
  /** Destinations and routes as configured. Throws `config.invalid`. */
  configuration(): Promise<ConfigurationView>;
  /** The hub at a glance, and what is wrong with its deployment. Throws `hub.misconfigured` when it has no database. */
  health(): Promise<Health>;
  /** Figures of each destination and route in a window: failures by time of settlement, all else by time of emission. */
  stats(query?: StatsQuery): Promise<Stats>;
  /** Counts what is stored and compares it with itself and with the engine, a piece a call. Changes nothing stored, but notes its end for `health`; runs that outlived their dispatch it ends. */
  audit(query?: AuditQuery): Promise<AuditPage>;
  /**
   * Deletes chains of events that have settled wholly and are older than `before`, one page per call. Their keys are
   * forgotten with them. After the last of them it deletes bulk operations that ended before, and older notes on
   * destinations and on undeliverable messages.
   */
  purge(before: string | Date, query?: PurgeQuery): Promise<PurgePage>;
}
