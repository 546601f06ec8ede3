import sql, { join, raw, type Sql } from "sql-template-tag";
import type { NoteKind } from "../../../schema/contract/notes.ts";
import { BAD_STATUSES, isBad, STATUSES, type Status } from "../../../schema/contract/statuses.ts";
import { CHAIN, CHECK, GIVEN_UP, READ } from "../../../schema/limits.ts";
import { SUBJECTS } from "../../../schema/storage/subjects.ts";
import { firstIdAt } from "../../domain/base/time-id.ts";
import { isHeldBack } from "../d1/held.ts";
import { behindPrefix } from "../d1/id-ranges.ts";
import { IS_BAD, IS_DEAD_LETTER } from "../d1/lines.ts";
import { withStorage } from "../d1/storage.ts";
import { overdueStatement } from "../repair/claim-overdue.ts";
import { SUPERSEDED } from "./scan-bad.ts";

type BadStatus = (typeof BAD_STATUSES)[number];
type EmittedStatus = Exclude<Status, BadStatus>;

const EMITTED_STATUSES = STATUSES.filter((status): status is EmittedStatus => !isBad(status));

/** What health is told from, as of one moment. */
interface StoredHealth {
  /** Dispatches whose events were emitted since a moment, among the latest `READ.healthRows`. */
  readonly emitted: EmittedRow;
  /** Dispatches that were given up since a moment, by time of settlement. */
  readonly given: GivenRow;
  /** Dead letters, counted up to one more than `GIVEN_UP.rows`. */
  readonly deadLetters: number;
  /** Ongoing dispatches past their `check_at`, counted up to `READ.scanRows`. */
  readonly overdue: number;
  /** Destinations that are held back. */
  readonly held: readonly { readonly destination: string; readonly state: "paused" | "tripped" }[];
  /** The last sweep that came to its end. */
  readonly sweep: { readonly at: number; readonly taken: number; readonly left: number } | undefined;
  /** When the database was brought to its present schema. */
  readonly migratedAt: number;
  /** The latest events without their data. */
  readonly latest: readonly { readonly id: string; readonly type: string; readonly source: string | null }[];
  /** The note of the last audit that came to its end. */
  readonly audited: { readonly at: number; readonly detail: string } | undefined;
  /** Notes on chains since that moment, the latest chain first, and its latest note first. */
  readonly chains: readonly { readonly correlationId: string; readonly kind: NoteKind; readonly at: number; readonly detail: string }[];
  /** Size of the database, as D1 says with every result. */
  readonly bytes: number;
}

interface EmittedRow extends Readonly<Record<EmittedStatus, number>> {
  readonly scanned: number;
  /** Id of the first that was counted. */
  readonly oldest: string | null;
  /** Due for long, and neither started nor looked at, though swept: nobody takes them off the queue. Those held back are not counted. */
  readonly unstarted: number;
  readonly settledAt: number | null;
}

interface GivenRow extends Readonly<Record<BadStatus, number>> {
  /** From when on all are counted, where there are more than are counted. */
  readonly cutAt: number | null;
}

/** Reads it in one round trip: it is asked for with each look at the console. */
export async function readHealth(d1: D1Database, { since, now }: { since: number; now: number }): Promise<StoredHealth> {
  const prepare = (query: Sql) => d1.prepare(query.sql).bind(...query.values);
  const queries = [
    emittedSince(since, now),
    givenUpSince(since),
    DEAD_LETTERS,
    SWEEP,
    MIGRATED,
    LATEST_EVENTS,
    LAST_AUDIT,
    chainsSince(since),
    HELD,
  ];
  const selects = [...queries.map(prepare), overdueStatement(d1, now, READ.scanRows)];
  const results = await withStorage(d1, () => d1.batch(selects));
  const [emitted, given, letters, sweeps, migrated, latest, audits, chains, held, overdue] = results.map(
    (result) => result.results as never[],
  );
  const { count: deadLetters } = first<Counted>(letters);
  return {
    emitted: first<EmittedRow>(emitted),
    given: first<GivenRow>(given),
    deadLetters,
    overdue: first<Counted>(overdue).count,
    held: held ?? [],
    sweep: sweeps?.[0],
    migratedAt: first<{ at: number }>(migrated).at,
    latest: latest ?? [],
    audited: audits?.[0],
    chains: chains ?? [],
    bytes: results[0]?.meta.size_after ?? 0,
  };
}

interface Counted {
  readonly count: number;
}

/** The row of a query that always has one. */
function first<Row>(rows: readonly never[] | undefined): Row {
  return rows?.[0] as unknown as Row;
}

/** Not grouped: that would sort the rows first, and read each twice. */
function emittedSince(since: number, now: number): Sql {
  const counts = EMITTED_STATUSES.map((status) => sql`count(*) FILTER (WHERE status = ${status}) AS ${raw(status)}`);
  return sql`SELECT count(*) AS scanned, min(id) AS oldest, max(settled_at) AS settledAt, count(*) FILTER (WHERE unstarted) AS unstarted, ${join(counts)}
    FROM (SELECT id, status, settled_at, ${isUnstarted(now)} AS unstarted FROM dispatches WHERE id >= ${firstIdAt(since)} ORDER BY id DESC LIMIT ${READ.healthRows})`;
}

/** Whoever takes it off the queue starts it, notes that it is late, or says when to look next; a call that takes its time is none of these. */
function isUnstarted(now: number): Sql {
  return sql`(status = 'ongoing' AND attempts = 0 AND recoveries = 0 AND overdue_since IS NULL
      AND due_at <= ${now - CHECK.missingMs} AND check_at <= ${now + CHECK.sweptMs} AND due_at + (policy ->> 'timeoutMs') + ${CHECK.graceMs} <= ${now}
      AND NOT ${raw(isHeldBack("dispatches"))})`;
}

/** Of each part of the index the latest `READ.failureRows`. */
function givenUpSince(since: number): Sql {
  const counts = BAD_STATUSES.map((status) => sql`count(*) FILTER (WHERE status = ${status}) AS ${raw(status)}`);
  const cuts = SUPERSEDED.map((part) => {
    const of = sql`FILTER (WHERE superseded = ${part})`;
    return sql`iif(count(*) ${of} >= ${READ.failureRows}, min(settled_at) ${of}, 0)`;
  });
  const parts = SUPERSEDED.map((part) => sql`SELECT * FROM (${givenUp(sql`superseded = ${part} AND settled_at >= ${since}`)})`);
  return sql`SELECT ${join(counts)}, nullif(max(${join(cuts)}), 0) AS cutAt FROM (${join(parts, " UNION ALL ")})`;
}

function givenUp(which: Sql): Sql {
  return sql`SELECT superseded, status, settled_at FROM dispatches INDEXED BY dispatches_bad
    WHERE ${which} AND ${raw(IS_BAD)} ORDER BY settled_at DESC LIMIT ${READ.failureRows}`;
}

const DEAD_LETTERS = sql`SELECT count(*) AS count FROM
  (SELECT 1 FROM dispatches INDEXED BY dispatches_bad WHERE ${raw(IS_DEAD_LETTER)} LIMIT ${GIVEN_UP.rows + 1})`;

const SWEEP = sql`SELECT at, taken, left FROM beats WHERE name = 'sweep'`;

/** In wrangler's own table, as SQLite writes moments: UTC, to the second. */
const MIGRATED = sql`SELECT coalesce(unixepoch(max(applied_at)), 0) * 1000 AS at FROM d1_migrations`;

const HELD = sql`SELECT destination, state FROM controls WHERE state IN ('paused', 'tripped') ORDER BY destination`;

const LATEST_EVENTS = sql`SELECT id, type, source FROM events ORDER BY id DESC LIMIT ${READ.latestEvents}`;

/** Ids are UUIDv7: the greatest is the latest. */
const LAST_AUDIT = sql`SELECT at, detail FROM notes WHERE subject_id = ${SUBJECTS.audit} ORDER BY id DESC LIMIT 1`;

/** The names of chains are UUIDv7 as well. */
function chainsSince(since: number): Sql {
  const length = SUBJECTS.chain.length + 1;
  return sql`SELECT substr(subject_id, ${length}) AS correlationId, kind, at, detail FROM (SELECT * FROM notes
    WHERE subject_id > ${SUBJECTS.chain} AND subject_id < ${behindPrefix(SUBJECTS.chain)} ORDER BY subject_id DESC, id DESC LIMIT ${CHAIN.listed})
    WHERE at >= ${since}`;
}
