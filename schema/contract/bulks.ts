import type { Json } from "../json.ts";
import type { DispatchView } from "./dispatches.ts";
import type { NoteView } from "./notes.ts";
import type { SettledStatus } from "./statuses.ts";

/** Which dispatches a bulk operation concerns; they combine with "and". */
export interface BulkFilter {
  /**
   * For a retry: a status of what is settled; by default, and for `failed`, `misconfigured` and `lost`, dead letters. Of others the last of each
   * line, while nothing of it is ongoing. To be dismissed: `failed`, `misconfigured` or `lost`. What is to be cancelled is ongoing and has none.
   */
  readonly status?: SettledStatus | undefined;
  readonly destination?: string | undefined;
  readonly route?: string | undefined;
  /** Exactly what their last attempt came to; the empty text for those that say nothing. */
  readonly reason?: string | undefined;
  /** Of the event: exactly, or with a `*` at the end all that begin so and go on: `order.*`. */
  readonly type?: string | undefined;
  /** Of the event. */
  readonly subject?: string | undefined;
  /**
   * `from` is included, `to` is not; by default now. Times of settlement for dead letters, which are retried or dismissed; else, where something is
   * cancelled, or retried by the status `complete`, `ignored` or `cancelled`, of emission.
   */
  readonly from?: string | Date | undefined;
  readonly to?: string | Date | undefined;
  /** These alone, at most 1,000. */
  readonly ids?: readonly string[] | undefined;
}

export const BULK_KINDS = ["retry", "cancel", "dismiss"] as const;

export type BulkKind = (typeof BULK_KINDS)[number];

export type BulkState = "running" | "finished" | "stopped";

/** What a bulk operation would do. */
export interface BulkPreview {
  /** Dispatches it would concern now, among the first 10,000 that may be. */
  readonly count: number;
  /** There are others that may be. */
  readonly more: boolean;
  /** Some of them, in the order in which they are dealt with. */
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
  /** Dispatches that it has retried, cancelled or dismissed so far. */
  readonly done: number;
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** The same with what was done to it: `stop`, by whom and why; the latest 1,000 notes. */
export interface BulkDetail extends BulkView {
  readonly notes: readonly NoteView[];
}
