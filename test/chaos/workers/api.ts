/**
 * What the Workers of the harness offer to its script. Rows cross as JSON text: what crosses as an object is a stub for each.
 * Pages go by rowid or primary key, a page is the last when it is empty.
 */

export interface LedgerApi {
  /** Makes the table. Before the first call to a destination. */
  prepare(): Promise<void>;
  /** JSON of {@link CallRow}s after this one, oldest first. */
  calls(after: number): Promise<string>;
}

/** One call of `handle()`, as the destination saw it. */
export interface CallRow {
  readonly seq: number;
  readonly id: string;
  readonly dispatchId: string;
  readonly eventId: string;
  readonly destination: string;
  readonly attempt: number;
  readonly startedAt: number;
  /** Null when the call was cut off, or never answered. */
  readonly endedAt: number | null;
  readonly reply: string | null;
}

export const TABLES = ["events", "dispatches", "executions", "notes"] as const;
export type Table = (typeof TABLES)[number];

/** What the saboteur can do to a run. `wake`: an event that it does not wait for. */
const VERBS = ["pause", "resume", "wake", "restart", "terminate", "delete"] as const;
export type Verb = (typeof VERBS)[number];

export interface InspectorApi {
  /** JSON of rows whose primary key comes after this one: its columns in order. */
  rows(table: Table, after: readonly (string | number)[]): Promise<string>;
  /** JSON of {@link Standing}. */
  standing(): Promise<string>;
  /** JSON of {@link Target}s: ongoing dispatches. */
  ongoing(): Promise<string>;
  /** The run's status as the engine tells it. Throws when there is no such run. */
  status(id: string): Promise<string>;
  /** Throws when the engine refuses. */
  meddle(verb: Verb, id: string): Promise<void>;
  /** Puts bodies on the hub's queue, given as JSON text of a list. */
  send(bodies: string): Promise<void>;
}

export interface Standing {
  readonly dispatches: number;
  readonly ongoing: number;
}

export interface Target {
  readonly id: string;
  readonly destination: string;
  readonly dueAt: number;
  readonly checkAt: number;
}
