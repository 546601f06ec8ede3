import type { Issue } from "../wording.ts";
import type { Problem } from "./problems.ts";
import type { Status } from "./statuses.ts";

/** The hub at a glance. `GET /health` says the same, with 503 when there are `problems` or the configuration is invalid. */
export interface Health {
  readonly at: string;
  /** What is wrong with the deployment of the hub; empty when nothing is. */
  readonly problems: readonly Problem[];
  /**
   * Dispatches of the last 24 hours. `failed`, `misconfigured` and `lost`: those that settled so in that time, whenever they were emitted, also
   * when they have been retried since. Every other status: those whose events were emitted in that time, among the latest 10,000.
   */
  readonly counts: Readonly<Record<Status, number>>;
  /** There were more than 10,000; what is counted by emission stops at `countedFrom`. */
  readonly truncated: boolean;
  readonly countedFrom: string;
  /** More than the latest 5,000 were given up: what is counted by settlement is whole from `failuresFrom` on. */
  readonly failuresTruncated: boolean;
  readonly failuresFrom: string;
  /** The `total` of `deadLetters()`: what was given up, is not retried, and waits for somebody. `more`: there are more than were counted. */
  readonly deadLetters: { readonly count: number; readonly more: boolean };
  /** Ongoing past the moment they should have been looked at, at most 1,000 counted. */
  readonly overdue: number;
  /** The last sweep that came to its end: what it put on the queue, and what it left to the next, counted up to 1,000. Absent when there was none. */
  readonly lastSweep?: { readonly at: string; readonly taken: number; readonly left: number };
  /** Destinations that an operator holds back, by name. */
  readonly paused: readonly string[];
  /** Destinations that are held back after failures of their own. */
  readonly tripped: readonly string[];
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
