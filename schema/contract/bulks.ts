import type { Json } from "../json.ts";
import type { DispatchView } from "./dispatches.ts";
import type { NoteView } from "./notes.ts";
import type { SettledStatus } from "./statuses.ts";

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
