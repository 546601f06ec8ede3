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
} from "./contract.ts";
import type { AuditPage, AuditQuery, PurgePage, PurgeQuery } from "./upkeep.ts";

/** What a producer's service binding offers: least privilege. */
export interface ProducerApi {
  /** Accepts events, all or none. Resolves once they are durable. */
  emit(input: EmitInput | readonly EmitInput[], options?: EmitOptions): Promise<EmitReceipt[]>;
}

/** Everything, for trusted Workers and for the console. Expected absence is `null`; invalid input throws a `(code) text`. */
export interface EventHubApi extends ProducerApi {
  getEvent(id: string): Promise<EventDetail | null>;
  listEvents(query?: EventQuery): Promise<Page<HubEvent>>;
  getDispatch(id: string): Promise<DispatchDetail | null>;
  listDispatches(query?: DispatchQuery): Promise<Page<DispatchView>>;
  /** NDJSON of {@link WatchLine} until the dispatch settles; `null` when there is no such dispatch. */
  watchDispatch(id: string): Promise<ReadableStream<Uint8Array> | null>;
  health(): Promise<Health>;
  /** Counts what is stored and compares it with itself and with the engine, a piece a call. Changes nothing stored; runs that outlived their dispatch it ends. */
  audit(query?: AuditQuery): Promise<AuditPage>;
  /** Deletes chains of events that have settled wholly and are older than `before`, a piece a call. Their keys are forgotten with them. */
  purge(before: string | Date, query?: PurgeQuery): Promise<PurgePage>;
}
