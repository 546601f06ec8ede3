import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { BulkKind, BulkState } from "../contract/bulks.ts";
import type { NoteKind } from "../contract/notes.ts";
import type { Outcome, Status } from "../contract/statuses.ts";

/**
 * Ids are UUIDv7: the primary key is the time index. All tables are WITHOUT ROWID, which drizzle cannot say:
 * `npm run migration` writes it into the migrations, and tools/check-drift.ts holds the two together.
 * Times are integer milliseconds, JSON is TEXT.
 */

export const events = sqliteTable(
  "events",
  {
    id: text().primaryKey(),
    type: text().notNull(),
    source: text(),
    subject: text(),
    time: integer().notNull(),
    /** The empty text for an event without data: no JSON text is. */
    data: text().notNull(),
    key: text(),
    correlationId: text("correlation_id").notNull(),
    causationId: text("causation_id"),
    depth: integer().notNull(),
    configVersion: text("config_version").notNull(),
    /** JSON `{ traceparent: … }`. */
    extensions: text(),
  },
  (event) => [
    index("events_type").on(event.type, event.id),
    uniqueIndex("events_key").on(event.key, event.source).where(sql`key IS NOT NULL`),
    index("events_subject").on(event.subject, event.id).where(sql`subject IS NOT NULL`),
    index("events_correlation").on(event.correlationId, event.id).where(sql`causation_id IS NOT NULL`),
  ],
);

/**
 * Why a bad dispatch is no dead letter. 0: it is one. 1: another of its line was delivered, is on its way, or was given up after it.
 * 2: an operator has dismissed it.
 */
export type Superseded = 0 | 1 | 2;

/**
 * `id` is `<event id>-<ordinal>`, a redrive's `<id>-r<n>_<when>`: the dispatches of an event are a range of the primary key, and so is a line,
 * a dispatch with its redrives.
 */
export const dispatches = sqliteTable(
  "dispatches",
  {
    id: text().primaryKey(),
    eventId: text("event_id").notNull(),
    route: text().notNull(),
    destination: text().notNull(),
    /** A `Policy`, pinned at emit. */
    policy: text().notNull(),
    status: text().$type<Status>().notNull().default("ongoing"),
    /** No attempt before this. */
    dueAt: integer("due_at").notNull(),
    /** The reconciler looks when this has passed; null once settled. */
    checkAt: integer("check_at"),
    attempts: integer().notNull().default(0),
    /** Restarts by the reconciler since the last recorded attempt. */
    recoveries: integer().notNull().default(0),
    settledAt: integer("settled_at"),
    reason: text(),
    redriveOf: text("redrive_of"),
    /** When the reconciler first had to repair it; null again once an attempt is recorded. */
    overdueSince: integer("overdue_since"),
    /** A `Superseded`. Of a line at most one bad dispatch has 0, and one has exactly when the line is a dead letter. Means nothing where it is not bad. */
    superseded: integer().$type<Superseded>().notNull().default(0),
  },
  (dispatch) => [
    // Begins with the destination: the sweep passes over one that is held for the cost of one row, however much it is owed.
    index("dispatches_check").on(dispatch.destination, dispatch.checkAt, dispatch.id).where(sql`status = 'ongoing'`),
    // What stands first in it are the dead letters, by time of settlement.
    index("dispatches_bad")
      .on(dispatch.superseded, dispatch.settledAt, dispatch.id)
      .where(sql`status IN ('failed', 'misconfigured', 'lost')`),
  ],
);

/** One row an attempt. The primary key is the fence: of two answers to the same attempt, one is recorded. */
export const executions = sqliteTable(
  "executions",
  {
    dispatchId: text("dispatch_id").notNull(),
    attempt: integer().notNull(),
    nonce: text().notNull(),
    outcome: text().$type<Outcome>().notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at").notNull(),
    /** JSON `{ name, message, stack? }`. */
    error: text(),
  },
  (execution) => [primaryKey({ columns: [execution.dispatchId, execution.attempt] })],
);

/** Each configuration that routed an event, once. */
export const configs = sqliteTable("configs", {
  version: text().primaryKey(),
  body: text().notNull(),
  firstSeenAt: integer("first_seen_at").notNull(),
});

/** What was done off the happy path: repairs, operations. Written only then, so that what is noted of all subjects can have an index by time. */
export const notes = sqliteTable(
  "notes",
  {
    subjectId: text("subject_id").notNull(),
    id: text().notNull(),
    at: integer().notNull(),
    kind: text().$type<NoteKind>().notNull(),
    by: text().notNull(),
    reason: text(),
    /** JSON, as `NoteDetails` has it. */
    detail: text(),
  },
  (note) => [primaryKey({ columns: [note.subjectId, note.id] }), index("notes_at").on(note.at, note.subjectId, note.id)],
);

/** What is done to many dispatches, a piece at a time, by a Workflow of the same id. */
export const bulks = sqliteTable(
  "bulks",
  {
    id: text().primaryKey(),
    kind: text().$type<BulkKind>().notNull(),
    /** JSON: which dispatches, and how they are to be delivered. */
    filter: text().notNull(),
    options: text().notNull(),
    by: text().notNull(),
    reason: text(),
    state: text().$type<BulkState>().notNull(),
    done: integer().notNull().default(0),
    startedAt: integer("started_at").notNull(),
    endedAt: integer("ended_at"),
  },
  (bulk) => [index("bulks_running").on(bulk.id).where(sql`state = 'running'`)],
);

export type ControlState = "paused" | "counting" | "tripped" | "draining";

/**
 * Destinations that are held back, or on the way there or back: `paused` by an operator, `tripped` by their own failures, which are counted
 * before, `draining` while sweeps release what was held.
 */
export const controls = sqliteTable("controls", {
  destination: text().primaryKey(),
  state: text().$type<ControlState>().notNull(),
  since: integer().notNull(),
  by: text().notNull(),
  detail: text(),
  /** Failed attempts in a row. */
  failures: integer().notNull().default(0),
  /** A destination that has tripped is tried with one attempt when this has passed. */
  probeAt: integer("probe_at"),
  /** Dispatches released a second while it drains; null: as many as sweeps can. */
  rate: real(),
  /** While it drains, up to when moments have been given. */
  moment: integer(),
});

/** What the hub does again and again says here when it last did: a row each, kept by its doer. */
export const beats = sqliteTable("beats", {
  name: text().$type<"sweep">().primaryKey(),
  at: integer().notNull(),
  /** Dispatches that were put on the queue to be looked at. */
  taken: integer().notNull(),
  /** Overdue dispatches that were left to the next, counted up to a bound. */
  left: integer().notNull(),
});

/** Sessions of the console that somebody has signed out of, until they would have ended by themselves. */
export const endedSessions = sqliteTable("ended_sessions", {
  id: text().primaryKey(),
  until: integer().notNull(),
});

/** Wrong secrets of the console: how many came from a network, up to when they count. */
export const wrongSecrets = sqliteTable(
  "wrong_secrets",
  {
    network: text().primaryKey(),
    times: integer().notNull(),
    until: integer().notNull(),
  },
  (wrong) => [index("wrong_secrets_until").on(wrong.until)],
);

/** What the hub alone knows, a row each, drawn when it is first needed: the key that cursors are sealed with. */
export const secrets = sqliteTable("secrets", {
  name: text().$type<"cursors">().primaryKey(),
  value: text().notNull(),
});

/** Rows as they are stored. */
export type StoredEvent = Readonly<typeof events.$inferSelect>;
export type StoredDispatch = Readonly<typeof dispatches.$inferSelect>;
export type StoredExecution = Readonly<typeof executions.$inferSelect>;
export type StoredBulk = Readonly<typeof bulks.$inferSelect>;
export type StoredNote = Readonly<typeof notes.$inferSelect>;
export type StoredControl = Readonly<typeof controls.$inferSelect>;
