import type { OverdueDispatch } from "../../../schema/storage/messages.ts";
import { DISPATCH_COLUMNS, pick, selectList } from "../d1/columns.ts";
import { withStorage } from "../d1/storage.ts";

/** `status = 'ongoing'` stands there as a literal: with a bound value SQLite would not use the partial index. */
const CLAIM = `
  UPDATE dispatches SET check_at = ?2
  WHERE status = 'ongoing' AND id IN (
    SELECT id FROM dispatches INDEXED BY dispatches_check WHERE status = 'ongoing' AND check_at <= ?1 ORDER BY check_at LIMIT ?3
  )
  RETURNING ${selectList(pick(DISPATCH_COLUMNS, "id", "checkAt"))}`;

/** Takes dispatches whose `check_at` has passed and moves it to `until`, so that nobody else takes them before. */
export async function claimOverdue(d1: D1Database, params: { now: number; until: number; limit: number }): Promise<OverdueDispatch[]> {
  const claim = d1.prepare(CLAIM).bind(params.now, params.until, params.limit);
  const { results } = await withStorage(d1, () => claim.all<OverdueDispatch>());
  return results;
}
