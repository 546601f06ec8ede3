import sql, { raw, type Sql } from "sql-template-tag";
import type { Status } from "../../../schema/contract/statuses.ts";
import { STATS } from "../../../schema/limits.ts";
import { firstIdAt, timeOfId } from "../../domain/base/time-id.ts";
import type { Backlog, CountedGroup, TimedGroup } from "../../domain/read/stats.ts";
import { idsBetween, where } from "../d1/page.ts";
import { withStorage } from "../d1/storage.ts";

/** The latest dispatches of a window, and what each destination is owed now. */
interface StoredStats {
  readonly counted: readonly CountedGroup[];
  readonly timed: readonly TimedGroup[];
  readonly backlogs: readonly Backlog[];
  /** Id of the first that was counted. */
  readonly oldest: string | undefined;
  /** There are older ones in the window. */
  readonly truncated: boolean;
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** Reads them in one round trip, summed up in the database: 10,000 rows would take several times as long to leave it. */
export async function readStats(d1: D1Database, window: Window): Promise<StoredStats> {
  const selects = [countedIn(window), timedIn(window), BACKLOGS].map((query) => d1.prepare(query.sql).bind(...query.values));
  const results = await withStorage(d1, () => d1.batch(selects));
  const [counts, times, backlogs] = results.map((result) => result.results as never[]);
  const rows: readonly CountedRow[] = counts ?? [];
  return {
    counted: rows.map(({ parts, ...row }) => ({ ...row, parts: JSON.parse(parts) as CountedGroup["parts"] })),
    timed: (times ?? []).map(timedGroup),
    backlogs: backlogs ?? [],
    oldest: rows.map(({ oldest }) => oldest).toSorted()[0],
    truncated: rows[0]?.truncated === 1,
  };
}

interface CountedRow {
  readonly destination: string;
  readonly route: string;
  readonly status: Status;
  readonly attempts: number;
  readonly parts: string;
  readonly oldest: string;
  readonly truncated: 0 | 1;
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

/** What each destination is owed now, among at most `STATS.rows` dispatches: those that have to be looked at first. */
const BACKLOGS = sql`SELECT destination, count(*) AS count, min(id) AS oldest
  FROM (SELECT id, destination FROM dispatches INDEXED BY dispatches_check WHERE status = 'ongoing' ORDER BY check_at LIMIT ${STATS.rows})
  GROUP BY destination`;
