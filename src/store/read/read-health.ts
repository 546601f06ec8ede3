import sql, { join, raw, type Sql } from "sql-template-tag";
import type { NoteKind } from "../../../schema/contract/notes.ts";
import { STATUSES, type Status } from "../../../schema/contract/statuses.ts";
import { CHAIN, READ } from "../../../schema/limits.ts";
import { SUBJECTS } from "../../../schema/storage/subjects.ts";
import { firstIdAt } from "../../domain/base/time-id.ts";
import { behindPrefix } from "../d1/id-ranges.ts";
import { withStorage } from "../d1/storage.ts";
import { overdueStatement } from "../repair/claim-overdue.ts";

/** What health is told from, as of one moment. */
interface StoredHealth {
  /** Dispatches by status since a moment, among the latest `READ.healthRows`. */
  readonly counts: Readonly<Record<Status, number>>;
  /** Id of the first that was counted. */
  readonly oldest: string | null;
  /** Ongoing dispatches past their `check_at`, counted up to `READ.scanRows`. */
  readonly overdue: number;
  /** The latest events without their data. */
  readonly latest: readonly { readonly id: string; readonly type: string; readonly source: string | null }[];
  /** The note of the last audit that came to its end. */
  readonly audited: { readonly at: number; readonly detail: string } | undefined;
  /** Notes on chains since that moment, the latest chain first, and its latest note first. */
  readonly chains: readonly { readonly correlationId: string; readonly kind: NoteKind; readonly at: number; readonly detail: string }[];
  /** Size of the database, as D1 says with every result. */
  readonly bytes: number;
}

/** Reads it in one round trip: it is asked for with each look at the console. */
export async function readHealth(d1: D1Database, { since, now }: { since: number; now: number }): Promise<StoredHealth> {
  const prepare = (query: Sql) => d1.prepare(query.sql).bind(...query.values);
  const overdueNow = overdueStatement(d1, now, READ.scanRows);
  const selects = [prepare(statusesSince(since)), overdueNow, prepare(LATEST_EVENTS), prepare(LAST_AUDIT), prepare(chainsSince(since))];
  const results = await withStorage(d1, () => d1.batch(selects));
  const [statuses, overdue, latest, audits, chains] = results.map((result) => result.results as never[]);
  const [counted] = (overdue ?? []) as { count: number }[];
  const [{ oldest, ...counts }] = statuses as unknown as [Record<Status, number> & { oldest: string | null }];
  return {
    counts,
    oldest,
    overdue: counted?.count ?? 0,
    latest: latest ?? [],
    audited: audits?.[0],
    chains: chains ?? [],
    bytes: results[0]?.meta.size_after ?? 0,
  };
}

/** Not grouped: that would sort the rows first, and read each twice. */
function statusesSince(since: number): Sql {
  const counts = STATUSES.map((status) => sql`count(*) FILTER (WHERE status = ${status}) AS ${raw(status)}`);
  return sql`SELECT min(id) AS oldest, ${join(counts)}
    FROM (SELECT id, status FROM dispatches WHERE id >= ${firstIdAt(since)} ORDER BY id DESC LIMIT ${READ.healthRows})`;
}

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
