import type { AutoPause } from "../config/auto-pause.ts";
import type { Policy } from "../config/policy.ts";
import type { BAD_STATUSES, EventQuery, Status } from "./contract.ts";
import type { RouteExplanation } from "./operations.ts";

/** Filters of `listEvents`, and text in the data. */
export interface EventSearch extends EventQuery {
  /** Found somewhere in the data as JSON text, or in a value of it; the case of the letters A to Z does not matter. At most 200 characters. */
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
  /** Start of the data as JSON text, at most 200 characters. */
  readonly excerpt: string;
  /** Its dispatches, redrives included. */
  readonly dispatches: Readonly<Partial<Record<Status, number>>>;
}

/** What `emit()` would do with an event now. */
export interface EmitPreview {
  readonly configVersion: string;
  readonly routes: readonly RouteExplanation[];
  readonly dispatches: readonly { readonly route: string; readonly destination: string; readonly dueAt: string }[];
}

/** `from` is included, `to` is not; both are times of emission. */
export interface DeadLetterQuery {
  readonly destination?: string | undefined;
  readonly from?: string | Date | undefined;
  readonly to?: string | Date | undefined;
}

/** What was given up and nobody has retried, grouped by what it was owed to and why it failed; the largest group first. */
export interface DeadLetters {
  readonly groups: readonly DeadLetterGroup[];
  /** Dispatches in all groups, also those that are not listed. */
  readonly total: number;
  /** There are groups that are not listed. */
  readonly moreGroups: boolean;
  /** Only the latest were looked at; older ones are not counted. */
  readonly truncated: boolean;
}

export interface DeadLetterGroup {
  readonly destination: string;
  readonly status: (typeof BAD_STATUSES)[number];
  readonly reason?: string;
  readonly count: number;
  readonly firstEmittedAt: string;
  readonly lastEmittedAt: string;
  /** The dispatch of it that was emitted last. */
  readonly latest: string;
}

/** The configuration as the hub understands it, by destination in the order of names. */
export interface ConfigurationView {
  readonly version: string;
  readonly destinations: readonly ConfiguredDestination[];
}

export interface ConfiguredDestination {
  readonly name: string;
  /** The hub's service binding for it. */
  readonly worker: string;
  readonly autoPause?: AutoPause;
  readonly routes: readonly ConfiguredRoute[];
}

/** A route to a destination, with how it delivers there. */
export interface ConfiguredRoute {
  readonly id: string;
  readonly on: string;
  /** `$.data.total gte 100 and not ($.data.test exact true)`. */
  readonly where?: string;
  readonly delayMs: number;
  readonly policy: Policy;
}
