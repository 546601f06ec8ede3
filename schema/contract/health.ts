import type { Issue } from "../wording.ts";
import type { Status } from "./statuses.ts";

/** The hub at a glance. */
export interface Health {
  readonly at: string;
  /** Dispatches of events emitted in the last 24 hours, among the latest 10,000. */
  readonly counts: Readonly<Record<Status, number>>;
  /** There were more than that; the counts stop at `countedFrom`. */
  readonly truncated: boolean;
  readonly countedFrom: string;
  /** Ongoing past the moment they should have been looked at, at most 1,000 counted. */
  readonly overdue: number;
  readonly latest: readonly { readonly id: string; readonly type: string; readonly source?: string; readonly emittedAt: string }[];
  readonly config: { readonly version: string } | { readonly issues: readonly Issue[] };
  /** Size of the database, and where a database of the paid plan ends. `warning` from 70 % on. */
  readonly storage: { readonly bytes: number; readonly limitBytes: number; readonly warning: boolean };
  /** The last `audit()` that came to its end; absent when there was none. */
  readonly lastAudit?: LastAudit;
  /** Chains that came near the events they may have, or reached them, in the last 24 hours: among the ten latest that ever did. */
  readonly longChains: readonly LongChain[];
}

/** A chain that may be a loop. */
export interface LongChain {
  readonly correlationId: string;
  /** When it was noted, and how many events it had then. */
  readonly at: string;
  readonly events: number;
  /** How many it may have. */
  readonly limit: number;
  /** It takes no more. */
  readonly full: boolean;
}

/** What an audit found, all its pieces together. */
export interface LastAudit {
  readonly startedAt: string;
  readonly endedAt: string;
  /** The window by time of emission, where one was asked for. */
  readonly from?: string;
  readonly to?: string;
  readonly events: number;
  readonly dispatches: number;
  readonly unexplained: number;
}
