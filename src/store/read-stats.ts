import sql from "sql-template-tag";
import { STATS } from "../../schema/limits.ts";
import type { Backlog, CountedDispatch } from "../domain/stats.ts";
import { idsBetween, readAll, where } from "./page.ts";

/** Dispatches of a window, newest first, at most `STATS.rows` and one more, each with the times of its last attempts. */
export async function readCounted(d1: D1Database, window: { from: number; to: number }): Promise<CountedDispatch[]> {
  const rows = await readAll<Omit<CountedDispatch, "handleMs"> & { handleMs: string }>(
    d1,
    sql`SELECT id, destination, route, status, attempts, settledAt,
        (SELECT json_group_array(finished_at - started_at) FROM executions
          WHERE dispatch_id = id AND attempt > attempts - ${STATS.attempts}) AS handleMs
      FROM (SELECT id, destination, route, status, attempts, settled_at AS settledAt FROM dispatches
        ${where(idsBetween(window))} ORDER BY id DESC LIMIT ${STATS.rows + 1})`,
  );
  return rows.map((row) => ({ ...row, handleMs: JSON.parse(row.handleMs) as number[] }));
}

/** What each destination is owed now, among at most `STATS.rows` dispatches: those that have to be looked at first. */
export async function readBacklogs(d1: D1Database): Promise<Backlog[]> {
  return await readAll(
    d1,
    sql`SELECT destination, count(*) AS count, min(id) AS oldest
      FROM (SELECT id, destination FROM dispatches INDEXED BY dispatches_check WHERE status = 'ongoing' ORDER BY check_at LIMIT ${STATS.rows})
      GROUP BY destination`,
  );
}
