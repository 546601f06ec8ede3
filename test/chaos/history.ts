/** Everything that is known of a run once it is over: plain data, and all that the oracle sees. Times in milliseconds. */
import type { EmitReceipt } from "flowhub";
import type { Planned } from "./load/load.ts";
import type { CallRow, Verb } from "./workers/api.ts";

export interface History {
  readonly emits: readonly EmitCall[];
  readonly deeds: readonly Deed[];
  readonly pauses: readonly Pause[];
  readonly redrives: readonly Redrive[];
  /** When SIGKILL was sent. */
  readonly kills: readonly number[];
  readonly calls: readonly CallRow[];
  readonly rows: HubRows;
  readonly audit: Audit;
  /** How the engine saw the runs of dispatches that had not settled in the end, the first of them. */
  readonly runs: Readonly<Record<string, string>>;
}

/** A call of `emit()`, as its caller saw it. Emitted anew after a failure is another call. */
export interface EmitCall {
  readonly at: number;
  readonly answeredAt: number;
  readonly events: readonly Planned[];
  /** In the order of the events; an error when none came. */
  readonly outcome: { readonly receipts: readonly EmitReceipt[] } | { readonly error: string };
}

/** Something done to a run behind the hub's back. */
export interface Deed {
  readonly verb: Verb;
  readonly dispatchId: string;
  readonly at: number;
  /** The run was seen in the state that was asked for; null when that was not seen. */
  readonly confirmedAt: number | null;
  /** What the engine said against it. It may have happened all the same. */
  readonly error?: string;
}

/** A destination that was paused, as the operator saw it. Each call may have been cut off, and have happened all the same. */
export interface Pause {
  readonly destination: string;
  readonly at: number;
  /** When the hub had answered; null when it did not. */
  readonly confirmedAt: number | null;
  /** When the call began that was to end it; null when none was made. */
  readonly resumedAt: number | null;
}

/** A retry that the operator asked for, and perhaps cancelled. */
export interface Redrive {
  /** The dispatch that had failed. */
  readonly of: string;
  readonly at: number;
  /** The redrive; null when the hub did not answer. */
  readonly id: string | null;
  /** When the call began that was to cancel it; null when none was made. */
  readonly cancelledAt: number | null;
}

export interface HubRows {
  readonly events: readonly EventRow[];
  readonly dispatches: readonly DispatchRow[];
  readonly executions: readonly ExecutionRow[];
  readonly notes: readonly NoteRow[];
}

/** Rows of the hub's tables, columns as they are called there. */
export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly source: string | null;
  readonly data: string;
  readonly key: string | null;
  readonly causation_id: string | null;
}

export interface DispatchRow {
  readonly id: string;
  readonly event_id: string;
  readonly route: string;
  readonly destination: string;
  readonly status: string;
  readonly due_at: number;
  readonly check_at: number | null;
  readonly attempts: number;
  readonly settled_at: number | null;
  readonly reason: string | null;
  readonly redrive_of: string | null;
}

export interface ExecutionRow {
  readonly dispatch_id: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly started_at: number;
  readonly finished_at: number;
  /** JSON. */
  readonly error: string | null;
}

export interface NoteRow {
  readonly subject_id: string;
  readonly at: number;
  readonly kind: string;
  readonly reason: string | null;
  /** JSON. */
  readonly detail: string | null;
}

/** The pages of an audit, added up. */
export interface Audit {
  readonly events: number;
  readonly dispatches: number;
  readonly executions: number;
  readonly unexplained: number;
  readonly mismatches: Readonly<Record<string, { readonly count: number; readonly examples: readonly string[] }>>;
}

/** Something that the hub promises does not happen. */
export interface Violation {
  readonly name: string;
  /** Of a dispatch or an event; empty when it concerns neither. */
  readonly id: string;
  readonly what: string;
}
