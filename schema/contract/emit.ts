import type { Duration } from "../config/duration.ts";
import type { Json } from "../json.ts";
import type { Cause } from "./events.ts";
import type { RouteExplanation } from "./explanations.ts";
import type { Standing, Status } from "./statuses.ts";

/** What a producer emits. Unknown fields are refused. */
export interface EmitInput {
  /** Dot-separated, 1 to 128 characters of `A-Z a-z 0-9 _ . -`: `order.placed`. */
  readonly type: string;
  /** The body: JSON, at most 256 levels deep. The event as stored is at most 1 MiB. */
  readonly data: Json;
  /** Who emits. `props.source` of the service binding, where present, wins, unless `props.sources` lets events name theirs. */
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
  /** Whom it is owed to; empty when no route matched, and the event is stored all the same. Empty while queued. Without redrives. */
  readonly dispatches: readonly ReceiptDispatch[];
}

/** A dispatch in a receipt. Of a known key, as it stands now: what has failed or was cancelled is not delivered because the key is emitted again. */
export interface ReceiptDispatch {
  readonly id: string;
  readonly destination: string;
  /** No attempt before this. RFC 3339; moves with each retry. */
  readonly dueAt: string;
  /** Its own; `ongoing` for what has just been stored. */
  readonly status: Status;
  /** Of what is failed, misconfigured or lost: `superseded` where a redrive has taken its place, which `getEvent` shows. */
  readonly standing?: Standing;
}

export interface EmitOptions {
  /**
   * When the database does not answer, put the call on the queue instead of throwing `storage.unavailable`. It is stored, once, when the
   * database is back within four days; until then it is in no list and is not delivered. The whole call has to fit one queue message,
   * 127 KB with what it is owed to; a larger one still throws, and so does one that the queue does not take within 10 s, with what both said.
   * Events with a `key` are refused.
   */
  readonly allowQueued?: boolean | undefined;
}

/** What `emit()` would do with an event now. */
export interface EmitPreview {
  readonly configVersion: string;
  readonly routes: readonly RouteExplanation[];
  readonly dispatches: readonly { readonly route: string; readonly destination: string; readonly dueAt: string }[];
}
