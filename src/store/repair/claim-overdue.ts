import { CHECK } from "../../../schema/limits.ts";
import type { OverdueDispatch } from "../../../schema/storage/messages.ts";
import { DISPATCH_COLUMNS, pick, selectList } from "../d1/columns.ts";
import { dueDestinations, overdueOf } from "../d1/held.ts";
import { withStorage } from "../d1/storage.ts";

/**
 * Gives every destination an equal share of the page: nothing that one is owed keeps another waiting. What nobody looked at for long, since it
 * was held or no sweep came, is in trouble from now on, not since it last was. D1 binds numbers as doubles, and a LIMIT has to be whole.
 */
const CLAIM = `
  WITH RECURSIVE ${dueDestinations("?1")}
  UPDATE dispatches SET check_at = ?2, overdue_since = iif(check_at < ?4, NULL, overdue_since)
  WHERE status = 'ongoing' AND id IN (
    SELECT taken.value FROM due CROSS JOIN json_each((
      SELECT json_group_array(id) FROM (
        SELECT id ${overdueOf("?1")}
        ORDER BY check_at, id LIMIT (SELECT CAST(?3 + count(*) - 1 AS INTEGER) / count(*) FROM due)))) AS taken)
  RETURNING ${selectList(pick(DISPATCH_COLUMNS, "id", "checkAt"))}`;

/**
 * Takes dispatches whose `check_at` has passed and moves it to `until`, so that nobody else takes them before; what is held back is left as it
 * is. About `limit` of them, to the next whole share.
 */
export async function claimOverdue(d1: D1Database, params: { now: number; until: number; limit: number }): Promise<OverdueDispatch[]> {
  const { now, until, limit } = params;
  const claim = d1.prepare(CLAIM).bind(now, until, limit, now - CHECK.heldMs);
  const { results } = await withStorage(d1, () => claim.all<OverdueDispatch>());
  return results;
}

const COUNT_OVERDUE = `
  WITH RECURSIVE ${dueDestinations("?1")}
  SELECT count(*) AS count FROM (
    SELECT 1 FROM due CROSS JOIN json_each((SELECT json_group_array(1) FROM (SELECT 1 ${overdueOf("?1")} LIMIT ?2))) LIMIT ?2)`;

/** Counts ongoing dispatches past their `check_at` that are not held back, up to a limit. */
export function overdueStatement(d1: D1Database, now: number, limit: number): D1PreparedStatement {
  return d1.prepare(COUNT_OVERDUE).bind(now, limit);
}

export async function countOverdue(d1: D1Database, now: number, limit: number): Promise<number> {
  const row = await withStorage(d1, () => overdueStatement(d1, now, limit).first<{ count: number }>());
  return row?.count ?? 0;
}
