import type { DeliveryOptions } from "../config/policy.ts";
import type { Json } from "../json.ts";
import type { DispatchView, NoteView, SettledStatus } from "./contract.ts";

/** Who does something and why: kept with what was done. */
export interface Operation {
  /** A person or a Worker; by default what the caller's binding says it is (`props.source`), else `rpc`. */
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** Delivery of a redrive, where it should differ from that of the dispatch it follows. `delay` counts from now; by default there is none. */
export interface RetryOptions extends Operation, DeliveryOptions {}

export interface ResumeOptions extends Operation {
  /** Dispatches a second with which the backlog is delivered, from a minute after the resumption on; by default within a minute. */
  readonly rate?: number | undefined;
}

/** What cancelling came to. Those that had settled stay as they were. */
export interface Cancelled {
  readonly cancelled: readonly DispatchView[];
  readonly settledBefore: number;
}

/**
 * Whether a destination is held back: `paused` by an operator, `tripped` by its own failures. While it is, nothing is attempted, save an attempt
 * now and again by which one that tripped is found to work again, and no attempt is used up.
 */
export interface DestinationControl {
  readonly destination: string;
  readonly state: "open" | "paused" | "tripped";
  readonly since?: string;
  readonly by?: string;
  readonly reason?: string;
}

/** Why an event went where it did, by the configuration that routed it. */
export interface EventExplanation {
  readonly eventId: string;
  readonly configVersion: string;
  readonly routes: readonly RouteExplanation[];
}

export interface RouteExplanation {
  readonly id: string;
  readonly matched: boolean;
  /** The type and each comparison with what was found: `type order.placed matches order.*; $.data.total gte 100 [no: 99]`. */
  readonly why: string;
}

/** Which dispatches a bulk operation concerns; they combine with "and". */
export interface BulkFilter {
  /** For a retry: a status of what is settled; by default `failed`, `misconfigured` and `lost`. What is cancelled is ongoing. */
  readonly status?: SettledStatus | undefined;
  readonly destination?: string | undefined;
  readonly route?: string | undefined;
  /** Exactly what their last attempt came to; the empty text for those that say nothing. */
  readonly reason?: string | undefined;
  /** Times of emission: `from` is included, `to` is not; by default now. */
  readonly from?: string | Date | undefined;
  readonly to?: string | Date | undefined;
  /** These alone, at most 1,000. */
  readonly ids?: readonly string[] | undefined;
}

export type BulkKind = "retry" | "cancel";
export type BulkState = "running" | "finished" | "stopped";

/** What a bulk operation would do. */
export interface BulkPreview {
  /** Dispatches it would concern now, counted up to 10,000. A retry passes over those that have been retried. */
  readonly count: number;
  readonly more: boolean;
  /** Some of them, newest first. */
  readonly sample: readonly DispatchView[];
}

/** A bulk operation under way, or over. Ask again for how far it is. */
export interface BulkView {
  readonly id: string;
  readonly kind: BulkKind;
  readonly state: BulkState;
  readonly filter: Json;
  readonly by: string;
  readonly reason?: string;
  /** Dispatches that were retried or cancelled so far. */
  readonly done: number;
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** The same with what was done to it: `stop`, by whom and why. */
export interface BulkDetail extends BulkView {
  readonly notes: readonly NoteView[];
}
