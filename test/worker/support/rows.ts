import { env } from "cloudflare:workers";
import type { Outcome, Status } from "../../../schema/contract/statuses.ts";

/** A dispatch as it stands in the database. */
export interface DispatchRow {
  readonly id: string;
  readonly event_id: string;
  readonly route: string;
  readonly destination: string;
  readonly policy: string;
  readonly status: Status;
  readonly due_at: number;
  readonly check_at: number | null;
  readonly attempts: number;
  readonly recoveries: number;
  readonly overdue_since: number | null;
  readonly settled_at: number | null;
  readonly reason: string | null;
}

export interface ExecutionRow {
  readonly dispatch_id: string;
  readonly attempt: number;
  readonly nonce: string;
  readonly outcome: Outcome;
  readonly started_at: number;
  readonly finished_at: number;
  readonly error: string | null;
}

export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly source: string | null;
  readonly subject: string | null;
  readonly time: number;
  readonly data: string;
  readonly key: string | null;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly depth: number;
  readonly config_version: string;
  readonly extensions: string | null;
}

export async function rows<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
  const { results } = await env.DB.prepare(sql)
    .bind(...values)
    .all<Row>();
  return results;
}

export async function dispatchRow(id: string): Promise<DispatchRow> {
  const [row] = await rows<DispatchRow>("SELECT * FROM dispatches WHERE id = ?", id);
  if (row === undefined) throw new Error(`no dispatch ${id}`);
  return row;
}

export async function executionsOf(dispatchId: string): Promise<ExecutionRow[]> {
  return await rows<ExecutionRow>("SELECT * FROM executions WHERE dispatch_id = ? ORDER BY attempt", dispatchId);
}

export async function eventRow(id: string): Promise<EventRow> {
  const [row] = await rows<EventRow>("SELECT * FROM events WHERE id = ?", id);
  if (row === undefined) throw new Error(`no event ${id}`);
  return row;
}

/** Events that the handling of a dispatch caused. */
export async function eventsCausedBy(dispatchId: string): Promise<EventRow[]> {
  return await rows<EventRow>("SELECT * FROM events WHERE causation_id = ? ORDER BY id", dispatchId);
}

/** How many events and dispatches there are. */
export async function storedCounts(): Promise<{ events: number; dispatches: number }> {
  const [counts] = await rows<{ events: number; dispatches: number }>(
    "SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM dispatches) AS dispatches",
  );
  return counts ?? { events: 0, dispatches: 0 };
}

/** Waits until a dispatch has settled, and returns it. */
export async function settled(id: string, withinMs = 15_000): Promise<DispatchRow> {
  return await until(
    async () => {
      const row = await dispatchRow(id);
      return row.status === "ongoing" ? undefined : row;
    },
    { what: `dispatch ${id} to settle`, withinMs },
  );
}

/** Waits until a look finds something, and returns it. */
export async function until<Found>(
  look: () => Promise<Found | undefined>,
  { what, withinMs = 15_000 }: { what: string; withinMs?: number },
): Promise<Found> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms for ${what}`);
    await scheduler.wait(20);
  }
}
