import sql, { raw, type Sql } from "sql-template-tag";
import { STATS } from "../../../schema/limits.ts";
import { firstIdAt, timeOfId } from "../../domain/base/time-id.ts";
import type { Backlog, CountedGroup, FailedGroup, TimedGroup } from "../../domain/read/stats.ts";
import { idsBetween, where } from "../d1/page.ts";
import { withStorage } from "../d1/storage.ts";
import { badBySettlement } from "./scan-bad.ts";

/** The latest dispatches and failures of a window, and what each destination is owed now. */
interface StoredStats {
  readonly counted: readonly CountedGroup[];
  readonly failed: readonly FailedGroup[];
  readonly timed: readonly TimedGroup[];
  readonly backlogs: readonly Backlog[];
  /** Id of the first that was counted. */
  readonly oldest: string | undefined;
  /** There are older ones in the window. */
  readonly truncated: boolean;
  /** When the first failure that was counted settled. */
  readonly failedFrom: number | undefined;
  /** There are older failures in the window. */
  readonly failedTruncated: boolean;
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** Reads them in one round trip, summed up in the database: 10,000 rows would take several times as long to leave it. */
export async function readStats(d1: D1Database, window: Window): Promise<StoredStats> {
  const selects = [countedIn(window), failedIn(window), timedIn(window), BACKLOGS].map((query) =>
    d1.prepare(query.sql).bind(...query.values),
  );
  const results = await withStorage(d1, () => d1.batch(selects));
  const [counts, failures, times, backlogs] = results.map((result) => result.results as never[]);
  const counted: readonly CountedRow[] = counts ?? [];
  const failed: readonly FailedRow[] = failures ?? [];
  return {
    counted: counted.map(withParts),
    failed: failed.map(withParts),
    timed: (times ?? []).map(timedGroup),
    backlogs: (backlogs ?? []).map(({ truncated, ...row }: BacklogRow) => ({ ...row, truncated: truncated === 1 })),
    oldest: counted.map(({ oldest }) => oldest).toSorted()[0],
    truncated: counted[0]?.truncated === 1,
    failedFrom: failed.length === 0 ? undefined : Math.min(...failed.map(({ oldest }) => oldest)),
    failedTruncated: failed[0]?.truncated === 1,
  };
}

interface CountedRow extends Omit<CountedGroup, "parts"> {
  readonly parts: string;
  readonly oldest: string;
  readonly truncated: 0 | 1;
}

interface FailedRow extends Omit<FailedGroup, "parts"> {
  readonly parts: string;
  readonly oldest: number;
  readonly truncated: 0 | 1;
}

function withParts<Row extends { readonly parts: string }>({ parts, ...row }: Row) {
  return { ...row, parts: JSON.parse(parts) as CountedGroup["parts"] };
}

/** The latest `STATS.rows`, in groups and the parts of the window. */
function countedIn(window: Window): Sql {
  return sql`WITH parts AS MATERIALIZED (
      SELECT destination, route, status, part, count(*) AS count, sum(attempts) AS attempts, min(id) AS oldest
      FROM (SELECT id, destination, route, status, attempts, ${partOf(window)} AS part FROM dispatches ${where(idsBetween(window))}
        ORDER BY id DESC LIMIT ${STATS.rows})
      GROUP BY destination, route, status, part)
    SELECT destination, route, status, sum(attempts) AS attempts, json_group_array(json_array(part, count)) AS parts, min(oldest) AS oldest,
      EXISTS (SELECT 1 FROM dispatches ${where([...idsBetween(window), sql`id < (SELECT min(oldest) FROM parts)`])}) AS truncated
    FROM parts GROUP BY destination, route, status`;
}

/** The latest `STATS.rows` that settled badly, in groups and the parts of the window: a range of `dispatches_bad` by each standing. */
function failedIn({ from, to }: Window): Sql {
  const columns = sql`id, settled_at AS settledAt, destination, route, status, superseded`;
  return sql`WITH failed AS MATERIALIZED (SELECT * FROM (${badBySettlement(columns, { from, to })} LIMIT ${STATS.rows + 1})),
      parts AS MATERIALIZED (
        SELECT destination, route, status, CAST((settledAt - ${from}) * ${STATS.parts} / ${to - from} AS INTEGER) AS part, count(*) AS count,
          sum(superseded = 0) AS deadLetters, min(settledAt) AS oldest
        FROM (SELECT * FROM failed LIMIT ${STATS.rows}) GROUP BY destination, route, status, part)
    SELECT destination, route, status, json_group_array(json_array(part, count)) AS parts, sum(deadLetters) AS deadLetters,
      min(oldest) AS oldest, (SELECT count(*) FROM failed) > ${STATS.rows} AS truncated
    FROM parts GROUP BY destination, route, status`;
}

/** Which part of the window an id belongs to, from 0: half of those that are left with each comparison. */
function partOf(window: Window, first = 0, behind: number = STATS.parts): Sql {
  if (behind - first === 1) return raw(`${first}`);
  const middle = Math.floor((first + behind) / 2);
  const start = firstIdAt(Math.ceil(window.from + (middle * (window.to - window.from)) / STATS.parts));
  return sql`CASE WHEN id < ${start} THEN ${partOf(window, first, middle)} ELSE ${partOf(window, middle, behind)} END`;
}

interface TimedRow {
  readonly destination: string;
  readonly route: string;
  readonly emitted: string;
  readonly settledAt: string;
  readonly handleMs: string | null;
}

/** The latest `STATS.timed`, in groups, each with how long its last attempts took. */
function timedIn(window: Window): Sql {
  return sql`SELECT destination, route, json_group_array(substr(id, 1, ${TIME_OF_ID})) AS emitted, json_group_array(settled_at) AS settledAt,
      group_concat((SELECT group_concat(finished_at - started_at) FROM executions
        WHERE dispatch_id = id AND attempt > attempts - ${STATS.attempts})) AS handleMs
    FROM (SELECT id, destination, route, attempts, settled_at FROM dispatches ${where(idsBetween(window))} ORDER BY id DESC LIMIT ${STATS.timed})
    GROUP BY destination, route`;
}

/** As much of an id as tells its time. */
const TIME_OF_ID = 15;

function timedGroup({ destination, route, emitted, settledAt, handleMs }: TimedRow): TimedGroup {
  const ids = JSON.parse(emitted) as string[];
  const settledMs = (JSON.parse(settledAt) as (number | null)[]).flatMap((at, index) =>
    at === null ? [] : [at - (timeOfId(ids[index] ?? "") ?? 0)],
  );
  return { destination, route, settledMs, handleMs: JSON.parse(`[${handleMs ?? ""}]`) as number[] };
}

interface BacklogRow extends Omit<Backlog, "truncated"> {
  readonly truncated: 0 | 1;
}

/**
 * What each destination is owed now, among at most `STATS.rows` dispatches: an equal share of each, of those that have to be looked at first. The
 * index begins with the destination, so that each is found by one step.
 */
const BACKLOGS = sql`WITH RECURSIVE owed(name) AS (
    SELECT min(destination) FROM dispatches INDEXED BY dispatches_check WHERE status = 'ongoing'
    UNION ALL SELECT (SELECT min(destination) FROM dispatches INDEXED BY dispatches_check WHERE status = 'ongoing' AND destination > name)
    FROM owed WHERE name IS NOT NULL),
  share(rows) AS MATERIALIZED (SELECT max(1, CAST(${STATS.rows} / max(1, count(name)) AS INTEGER)) FROM owed),
  counted AS MATERIALIZED (
    SELECT name, (SELECT json_array(count(*), min(id)) FROM (
      SELECT id FROM dispatches INDEXED BY dispatches_check WHERE status = 'ongoing' AND destination = name
      ORDER BY check_at, id LIMIT 1 + (SELECT rows FROM share))) AS found
    FROM owed WHERE name IS NOT NULL)
  SELECT name AS destination, min(found ->> 0, rows) AS count, found ->> 0 > rows AS truncated, found ->> 1 AS oldest FROM counted, share`;
