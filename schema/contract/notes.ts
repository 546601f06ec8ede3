import type { Json } from "../json.ts";

/**
 * Something that was done to a dispatch off its usual path: a repair, an operation. Of the reconciler: `repair`, `repair_failed`, `lost`,
 * and `nudge` for one that was woken in case it slept, each with the cause as reason; of the queue: `undeliverable`.
 */
export interface NoteView {
  readonly at: string;
  readonly kind: string;
  readonly by: string;
  readonly reason?: string;
  readonly detail?: Json;
}
