export interface PurgeQuery {
  /** Counts without deleting. */
  readonly dryRun?: boolean | undefined;
  readonly cursor?: string | undefined;
}

/** One call's part of a purge. Call again with the cursor until there is none. */
export interface PurgePage {
  /** Deleted, or with `dryRun` deletable. */
  readonly events: number;
  readonly dispatches: number;
  readonly executions: number;
  /** Notes of all kinds: on dispatches, undeliverable messages, bulk operations and destinations. */
  readonly notes: number;
  /** Bulk operations that had ended. The notes of dispatches that stay may still name them. */
  readonly bulks: number;
  /** Old events that stay, because their chain has an ongoing dispatch or a younger event. */
  readonly kept: number;
  readonly cursor?: string;
}
