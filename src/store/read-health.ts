import sql from "sql-template-tag";
import type { Status } from "../../schema/contract.ts";
import { READ } from "../../schema/limits.ts";
import { firstIdAt } from "../domain/time-id.ts";
import { readAll } from "./page.ts";
import { withStorage } from "./storage.ts";

interface StatusCount {
  readonly status: Status;
  readonly count: number;
  readonly oldest: string;
}

/** Dispatches by status since a moment, among the latest `READ.healthRows`. */
export async function countStatuses(d1: D1Database, since: number): Promise<StatusCount[]> {
  return await readAll(
    d1,
    sql`SELECT status, count(*) AS count, min(id) AS oldest
      FROM (SELECT id, status FROM dispatches WHERE id >= ${firstIdAt(since)} ORDER BY id DESC LIMIT ${READ.healthRows})
      GROUP BY status`,
  );
}

/** Ongoing dispatches past their `check_at`, counted up to `READ.scanRows`. */
export async function countOverdue(d1: D1Database, now: number): Promise<number> {
  const [row] = await readAll<{ count: number }>(
    d1,
    sql`SELECT count(*) AS count FROM
      (SELECT 1 FROM dispatches INDEXED BY dispatches_check WHERE status = 'ongoing' AND check_at <= ${now} LIMIT ${READ.scanRows})`,
  );
  return row?.count ?? 0;
}

/** The latest events without their data. */
export async function readLatestEvents(d1: D1Database): Promise<{ id: string; type: string; source: string | null }[]> {
  return await readAll(d1, sql`SELECT id, type, source FROM events ORDER BY id DESC LIMIT ${READ.latestEvents}`);
}

/** Size of the database in bytes, as D1 says with every result. */
export async function readSize(d1: D1Database): Promise<number> {
  const { meta } = await withStorage(d1, () => d1.prepare("SELECT 1").run());
  return meta.size_after;
}
