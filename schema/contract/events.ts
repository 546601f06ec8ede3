import type { Json } from "../json.ts";
import type { DispatchView } from "./dispatches.ts";
import type { PageQuery } from "./page.ts";
import type { Status } from "./statuses.ts";

/** Links an event to the delivery that caused it. */
export interface Cause {
  /** Id of the first event of the chain. */
  readonly correlationId: string;
  /** Id of the dispatch in whose handling the event was emitted; the id of its event is all before the `-`. */
  readonly causationId: string;
  /** How many causes lead here; 0 for an event without one. A chain ends at 32. */
  readonly depth: number;
}

/** A value that CloudEvents has for attributes: text, a boolean, or a whole number of 32 bits. */
export type ExtensionValue = string | number | boolean;

/** Extension attributes of CloudEvents, such as `traceparent`, by names of 1 to 20 characters of `a-z 0-9`. */
export type Extensions = Readonly<Record<string, ExtensionValue>>;

/**
 * An event with CloudEvents attribute names. Attributes that were not given are absent, not `null`, and so is `data`. `HubEvent<Order>` says of
 * a destination that all its events have data, of this type.
 */
export interface HubEvent<Data = Json | undefined> {
  /** UUIDv7: sorts by time of emission. */
  readonly id: string;
  readonly type: string;
  readonly source?: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time: string;
  readonly data: Data;
  readonly extensions?: Extensions;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly depth: number;
}

export interface EventDetail extends HubEvent {
  readonly key?: string;
  readonly emittedAt: string;
  /** The configuration that routed it. */
  readonly configVersion: string;
  /** The first 5,000, redrives last; `listDispatches({ eventId })` has all. */
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

/** Filters of `listEvents`, and text in the data, of which a call looks through 8 MiB. Throws `search.busy` where others search for text for 5 s. */
export interface EventSearch extends EventQuery {
  /**
   * Found somewhere in the data as JSON text, with or without blanks between its parts, or in a value of it. Case does not matter, in any language
   * (`ß` and `SS` are one, `i` and `İ` are not), nor whether an accent is part of its letter or a character of its own. At most 200 characters.
   */
  readonly text?: string | undefined;
}

/** An event without its data, and how what it was owed to stands. */
export interface EventSummary {
  readonly id: string;
  readonly type: string;
  readonly source?: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly emittedAt: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly depth: number;
  /** Start of the data as JSON text, at most 200 characters; empty for an event without data. */
  readonly excerpt: string;
  /** Its dispatches, redrives included. */
  readonly dispatches: Readonly<Partial<Record<Status, number>>>;
}
