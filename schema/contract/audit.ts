import type { RunView } from "./dispatches.ts";
import type { Status } from "./statuses.ts";

/** What `audit()` can find wrong. Each is something that the hub promises does not happen. */
export const MISMATCHES = {
  missing_config: "the configuration that routed an event is not stored",
  missing_dispatches: "an event is owed to a destination by the configuration that routed it, and there is no such dispatch",
  orphan_dispatch: "a dispatch whose event is not stored",
  orphan_execution: "an execution whose dispatch is not stored",
  orphan_note: "a note on a dispatch that is not stored",
  attempt_gap: "the recorded attempts of a dispatch are not 1 to as many as it says",
  settled_without_record: "a dispatch settled without an attempt that came to this, and no note says why",
  settled_inconsistent: "a settled dispatch that is still to be looked at, or an ongoing one that is not",
  wrong_dead_letter: "a dispatch is said to be a dead letter and is none, or is one and is not said to be",
  never_started: "an ongoing dispatch is late and has no run",
  stuck: "an ongoing dispatch is late although its run lives",
  unrecorded: "an ongoing dispatch is late and its run is over",
  unverifiable: "an ongoing dispatch is late and the engine does not say what its run does",
  orphan_run: "a dispatch has settled and its run lives on, and does not let itself be ended",
} as const;

export type Mismatch = keyof typeof MISMATCHES;

export interface AuditQuery {
  /** Times of emission, as in lists: `from` is included, `to` is not. */
  readonly from?: string | Date | undefined;
  readonly to?: string | Date | undefined;
  /** Also asks for the runs of dispatches that settled more than a day ago. A run costs two subrequests. */
  readonly allRuns?: boolean | undefined;
  readonly cursor?: string | undefined;
}

/** A piece of an audit: events oldest first, with all that belongs to them. Add the pieces up until there is no cursor. */
export interface AuditPage {
  readonly events: number;
  readonly dispatches: Readonly<Record<Status, number>>;
  readonly executions: number;
  /** Runs of ongoing dispatches, as the engine sees them. */
  readonly runs: Readonly<Partial<Record<RunView["status"], number>>>;
  /** Ongoing dispatches that the reconciler is at work on. */
  readonly repairing: number;
  /** Settled dispatches whose run had not ended and was ended now. */
  readonly ended: number;
  readonly unexplained: number;
  /** What is unexplained, by name, with the first ids. */
  readonly mismatches: Readonly<Partial<Record<Mismatch, { readonly count: number; readonly examples: readonly string[] }>>>;
  readonly cursor?: string;
}
