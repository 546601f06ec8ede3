import type { Duration } from "../config/duration.ts";
import type { Policy } from "../config/policy.ts";
import type { Json } from "../json.ts";

/** What a producer emits. Unknown fields are refused. */
export interface EmitInput {
  /** Dot-separated, 1 to 128 characters of `A-Z a-z 0-9 _ . -`: `order.placed`. */
  readonly type: string;
  /** The body: JSON, at most 256 levels deep. The event as stored is at most 1 MiB. */
  readonly data: Json;
  /** Who emits. `props.source` of the service binding, where present, wins. */
  readonly source?: string | undefined;
  /** What it is about, such as an order id. Lists can be filtered by it. */
  readonly subject?: string | undefined;
  /** When it happened; by default, now. */
  readonly time?: string | Date | undefined;
  /** Idempotency key within the source. Emitting it again returns the first receipt with `duplicate: true`. */
  readonly key?: string | undefined;
  /** Deliver not before this long from now. Overrides the delays of routes. At most 365 days. */
  readonly delay?: Duration | undefined;
  /** Deliver not before this moment; in the past, at once. Instead of `delay`. */
  readonly at?: string | Date | undefined;
  /** The delivery that made you emit: pass `delivery.cause`. */
  readonly causedBy?: Cause | undefined;
}

/** What `emit()` promises for one event, in the order of the input. */
export interface EmitReceipt {
  readonly id: string;
  /** The key was known: this is the receipt of the event that had it first. */
  readonly duplicate: boolean;
  /** `stored`: committed to the database with its dispatches. `queued`: on the queue, to be stored once the database is back; see {@link EmitOptions}. */
  readonly durability: "stored" | "queued";
  /** Whom it is owed to; empty when no route matched, and the event is stored all the same. `dueAt` is RFC 3339, and moves with each retry. Empty while queued. */
  readonly dispatches: readonly { readonly id: string; readonly destination: string; readonly dueAt: string }[];
}

export interface EmitOptions {
  /**
   * When the database does not answer, put the call on the queue instead of throwing `storage.unavailable`. It is stored, once, when the
   * database is back within four days; until then it is in no list and is not delivered. The whole call has to fit one queue message,
   * 127 KB with what it is owed to; a larger one still throws. Events with a `key` are refused.
   */
  readonly allowQueued?: boolean | undefined;
}

/** Links an event to the delivery that caused it. */
export interface Cause {
  /** Id of the first event of the chain. */
  readonly correlationId: string;
  /** Id of the dispatch in whose handling the event was emitted; the id of its event is all before the `-`. */
  readonly causationId: string;
  /** How many causes lead here; 0 for an event without one. A chain ends at 32. */
  readonly depth: number;
}

/** An event with CloudEvents attribute names. Attributes that were not given are absent, not `null`. */
export interface HubEvent<Data = Json> {
  /** UUIDv7: sorts by time of emission. */
  readonly id: string;
  readonly type: string;
  readonly source?: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time: string;
  readonly data: Data;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly depth: number;
}

/** One attempt to hand an event to a destination. */
export interface Delivery {
  /** The same for every attempt: the idempotency key of whatever `handle()` does. */
  readonly dispatchId: string;
  /** From 1. */
  readonly attempt: number;
  readonly destination: string;
  readonly route: string;
  /** Pass it as `causedBy` to link what you emit to this delivery. Events emitted in the reply are linked already. */
  readonly cause: Cause;
}

/** What `handle()` answers. A throw and a timeout count as `failed`. */
export type HandleReply =
  /** It has been handled. */
  | "complete"
  /** It was not for us; settled, not a fault. */
  | "ignored"
  /** Try again by the policy of the route. */
  | "failed"
  | {
      readonly status: "complete" | "ignored";
      /** Stored together with the record of this attempt, exactly once. At most 100 events and 512 KiB. */
      readonly emit?: readonly EmitInput[] | undefined;
    }
  | {
      readonly status: "failed";
      readonly reason?: string | undefined;
      /** Wait this long instead of the policy's back-off. Still counts against the limit. */
      readonly retryAfter?: Duration | undefined;
      /** `false` settles the dispatch as failed at once. */
      readonly retryable?: boolean | undefined;
    };

/** What an attempt came to. */
export const OUTCOMES = ["complete", "ignored", "failed", "misconfigured"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Where a dispatch stands. All but `ongoing` are final. */
export const SETTLED_STATUSES = ["complete", "ignored", "failed", "misconfigured", "lost", "cancelled"] as const;
/** Given up: somebody has to do something about it. */
export const BAD_STATUSES = ["failed", "misconfigured", "lost"] as const satisfies readonly SettledStatus[];
export const STATUSES = ["ongoing", ...SETTLED_STATUSES] as const;
export type Status = (typeof STATUSES)[number];
export type SettledStatus = (typeof SETTLED_STATUSES)[number];

/** Where a dispatch stands, as people say it; derived, never stored. */
export type Stage = "scheduled" | "waiting to retry" | "running" | SettledStatus;

export interface DispatchView {
  readonly id: string;
  readonly eventId: string;
  readonly route: string;
  readonly destination: string;
  readonly status: Status;
  readonly stage: Stage;
  /** No attempt before this. RFC 3339, like all times here. */
  readonly dueAt: string;
  /** Attempts recorded so far. */
  readonly attempts: number;
  readonly settledAt?: string;
  /** Why it failed last, or why it settled as it did. */
  readonly reason?: string;
  readonly redriveOf?: string;
}

export interface ExecutionView {
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly error?: { readonly name: string; readonly message: string; readonly stack?: string };
}

/** The Workflow instance behind a dispatch. `missing`: not created yet, or its retention is over. */
export interface RunView {
  readonly status: InstanceStatus["status"] | "missing";
  readonly error?: { readonly name: string; readonly message: string };
}

/**
 * Something that was done to a dispatch off its usual path: a repair, an operation. Of the reconciler: `repair`, `repair_failed`, `lost`,
 * and `nudge` for one that was woken in case it slept, each with the cause as reason; of the queue: `dead_letter`.
 */
export interface NoteView {
  readonly at: string;
  readonly kind: string;
  readonly by: string;
  readonly reason?: string;
  readonly detail?: Json;
}

export interface DispatchDetail extends DispatchView {
  readonly policy: Policy;
  /** Restarts of its run by the reconciler since the last recorded attempt. */
  readonly recoveries: number;
  /** Since when the reconciler has had to repair it, while no attempt was recorded. */
  readonly overdueSince?: string;
  readonly executions: readonly ExecutionView[];
  readonly notes: readonly NoteView[];
  readonly run: RunView;
}

export interface EventDetail extends HubEvent {
  readonly key?: string;
  readonly emittedAt: string;
  /** The configuration that routed it. */
  readonly configVersion: string;
  readonly dispatches: readonly DispatchView[];
}

/** Filters combine with "and". `from` is included, `to` is not; both are times of emission. */
export interface EventQuery extends PageQuery {
  readonly type?: string | undefined;
  readonly subject?: string | undefined;
  readonly source?: string | undefined;
  readonly key?: string | undefined;
  readonly correlationId?: string | undefined;
}

/** Filters combine with "and". `from` is included, `to` is not; both are times of emission. */
export interface DispatchQuery extends PageQuery {
  readonly status?: Status | undefined;
  readonly destination?: string | undefined;
  readonly route?: string | undefined;
  readonly eventId?: string | undefined;
  /** Exactly what their last attempt came to; the empty text for those that say nothing. */
  readonly reason?: string | undefined;
}

interface PageQuery {
  readonly from?: string | Date | undefined;
  readonly to?: string | Date | undefined;
  /** Rows a page: 1 to 200, by default 50. */
  readonly limit?: number | undefined;
  /** From the page before, with the same filters. */
  readonly cursor?: string | undefined;
}

/**
 * A page, newest first (ongoing dispatches: those the hub looks at next, first; events by key: in the order of sources). It may be short, even empty, and still have
 * a cursor: a call reads a bounded number of rows. The list has ended when there is no cursor.
 */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor?: string;
}

/** A line of `watchDispatch`: the stored state, or what the engine reports of the run. */
export type WatchLine =
  | { readonly kind: "dispatch"; readonly dispatch: DispatchView }
  | { readonly kind: "run"; readonly event: { readonly type: string; readonly timestamp: string } & Record<string, unknown> };
