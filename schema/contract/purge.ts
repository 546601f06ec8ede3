export interface PurgeQuery {
  /** Counts without deleting. */
  readonly dryRun?: boolean | undefined;
  readonly cursor?: string | undefined;
}

/** A piece of a purge. Call again with the cursor until there is none. */
export interface PurgePage {
  /** Deleted, or with `dryRun` deletable. */
  readonly events: number;
  readonly dispatches: number;
  readonly executions: number;
  readonly notes: number;
  /** Old events that stay, because their chain has an ongoing dispatch or a younger event. */
  readonly kept: number;
  readonly cursor?: string;
}
