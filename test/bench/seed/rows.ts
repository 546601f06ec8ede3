import type { StoredBulk, StoredDispatch, StoredEvent, StoredExecution, StoredNote } from "../../../schema/storage/tables.ts";

/** All that is stored about a dispatch. */
export interface History {
  readonly dispatch: StoredDispatch;
  readonly executions: readonly StoredExecution[];
  readonly notes: readonly StoredNote[];
}

/** An event with all that belongs to it. */
export interface Told {
  readonly event: StoredEvent;
  /** Of its dispatches, redrives included. */
  readonly histories: readonly History[];
}

/** A bulk retry, and how many it has retried so far. */
export interface Redriving {
  readonly bulk: Omit<StoredBulk, "done" | "endedAt">;
  done: number;
}
