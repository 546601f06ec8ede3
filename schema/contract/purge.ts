export interface PurgeQuery {
  /** Counts without deleting. */
  readonly dryRun?: boolean | undefined;
  /** Also deletes chains that hold a dead letter: what was given up, and nobody has retried or dismissed. */
  readonly deadLetters?: boolean | undefined;
  readonly cursor?: string | undefined;
}

/** One call's part of a purge, in whole chains. Call again with the cursor until there is none. */
export interface PurgePage {
  /** Deleted, or with `dryRun` deletable. */
  readonly events: number;
  readonly dispatches: number;
  readonly executions: number;
  /** Notes of all kinds: on dispatches, chains, undeliverable messages, queued emits, bulk operations and destinations. */
  readonly notes: number;
  /** Bulk operations that had ended. The notes of dispatches that stay may still name them. */
  readonly bulks: number;
  /** Old events that stay, because their chain has a dispatch that is ongoing or settled later, a dead letter, or a younger event. Counted where the chain begins. */
  readonly kept: number;
  readonly cursor?: string;
}
