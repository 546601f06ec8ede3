import type { Duration } from "../config/duration.ts";
import type { Json } from "../json.ts";
import type { Cause, Extensions } from "./events.ts";
import type { RouteExplanation } from "./explanations.ts";
import type { Standing, Status } from "./statuses.ts";

/**
 * What a producer emits. Unknown fields are refused; one that is `null` counts as not given, but for `type`, and for `data`, where it is a value.
 * In type, source, subject and extensions there are no control characters, noncharacters or lone surrogates, as CloudEvents has it.
 */
export interface EmitInput {
  /** 1 to 255 characters without a `*`, and without white space at either end: `order.placed`, `orders/create`, `s3:ObjectCreated:Put`. */
  readonly type: string;
  /** The body: JSON, at most 256 levels deep; none when it is left out. The event as stored is at most 1 MiB. */
  readonly data?: Json | undefined;
  /**
   * Who emits, in 1 to 1,024 bytes of UTF-8. `props.source` of the service binding, where present, wins, unless `props.sources` lets events name
   * theirs.
   */
  readonly source?: string | null | undefined;
  /** What it is about, such as an order id, in 1 to 1,024 bytes of UTF-8. Lists can be filtered by it. */
  readonly subject?: string | null | undefined;
  /** When it happened; by default, now. RFC 3339 text, to the millisecond, or a `Date`. A leap second is the second that follows. */
  readonly time?: string | Date | null | undefined;
  /**
   * Idempotency key within the source. Emitting it again returns the first receipt with `duplicate: true`, and throws `key.conflict` when
   * type, subject or data are others. Extensions and time may differ: what traces a call is another at each try.
   */
  readonly key?: string | null | undefined;
  /** Deliver not before this long from now. Overrides the delays of routes. At most 365 days. */
  readonly delay?: Duration | null | undefined;
  /** Deliver not before this moment; in the past, at once. Instead of `delay`. */
  readonly at?: string | Date | null | undefined;
  /** Extension attributes of CloudEvents: at most 30, 4 KiB as JSON. */
  readonly extensions?: Readonly<Record<string, Extensions[string] | null | undefined>> | null | undefined;
  /** The delivery that made you emit: pass `delivery.cause`. */
  readonly causedBy?: Cause | null | undefined;
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
