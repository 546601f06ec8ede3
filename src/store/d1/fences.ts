import { messageOf } from "../../../schema/message-of.ts";

/**
 * Fences: statements that fail on purpose, so that the transaction they stand in stores nothing. Each fails by a constraint of its own, a NULL
 * in a column that allows none or a repeated primary key, and D1 names the constraint in its error.
 */
const FENCES = {
  /** A key stands for another event, or for one that is already stored: `events.type` is set to NULL. */
  knownKey: "NOT NULL constraint failed: events.type",
  /** A chain that was to be deleted is in use again: an event is inserted with NULL as `data`. */
  chainInUse: "NOT NULL constraint failed: events.data",
  /** A chain has as many events as it may have: an event is inserted with NULL as `depth`. */
  chainTooLong: "NOT NULL constraint failed: events.depth",
  /** What was given up as lost and has been retried or dismissed since is answered: `dispatches.status` is set to NULL. */
  answeredLate: "NOT NULL constraint failed: dispatches.status",
  /** This attempt of the dispatch is already recorded: a plain INSERT of the execution. */
  attemptRecorded: "UNIQUE constraint failed: executions.dispatch_id, executions.attempt",
  /** The dispatch of an attempt has been purged: the execution is inserted with NULL as its dispatch. */
  dispatchGone: "NOT NULL constraint failed: executions.dispatch_id",
  /** What a message says has been stored before: a plain INSERT of the note on it. */
  messageStored: "UNIQUE constraint failed: notes.subject_id, notes.id",
} as const;

export type Fence = keyof typeof FENCES;

/** The fence that stopped a batch; `undefined` when it failed for another reason. */
export function fenceOf(error: unknown): Fence | undefined {
  const constraint = CONSTRAINT.exec(messageOf(error))?.[1];
  return (Object.keys(FENCES) as Fence[]).find((fence) => FENCES[fence] === constraint);
}

/** D1 wraps what SQLite says: `D1_ERROR: NOT NULL constraint failed: events.type: SQLITE_CONSTRAINT`. */
const CONSTRAINT = /^(?:D1_ERROR: )?((?:NOT NULL|UNIQUE) constraint failed: [a-z_., ]+?)(?:: SQLITE_CONSTRAINT.*)?$/;
