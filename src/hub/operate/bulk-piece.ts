import { v7 as uuidv7 } from "uuid";
import type { RetryOptions } from "../../../schema/contract/operations.ts";
import { BULK } from "../../../schema/limits.ts";
import type { StoredBulk } from "../../../schema/storage/tables.ts";
import { enqueueRunsOrLog } from "../../bindings/dispatch-queue.ts";
import type { Position } from "../../domain/base/cursor.ts";
import type { ParsedBulkFilter } from "../../domain/operate/bulk-filter.ts";
import { planRedrives, type Retriable } from "../../domain/operate/redrive.ts";
import { finishBulk, readBulk } from "../../store/operate/bulks.ts";
import { cancelDispatches } from "../../store/operate/cancel-dispatches.ts";
import { storeRedrives } from "../../store/operate/store-redrive.ts";
import { positionOf, readMatching } from "../../store/read/read-matching.ts";
import { endSleepingRuns } from "./cancel.ts";

/** Where the next piece begins; `null` when there is none, or somebody has ended the operation. */
export type NextPiece = Position | null;

/**
 * Retries or cancels the dispatches of one piece. Safe to repeat: what was retried or cancelled no longer matches, and what came of it
 * settled too late. Deals with a bounded number of rows, so a piece may find nothing and still have a successor.
 */
export async function performPiece(env: Env, id: string, after: Position | undefined): Promise<NextPiece> {
  const bulk = await readBulk(env.DB, id);
  if (bulk === null || bulk.state !== "running") return null;
  const { kind } = bulk;
  const filter = JSON.parse(bulk.filter) as ParsedBulkFilter;
  const { rows, last } = await readMatching(env.DB, { kind, filter, after, limit: BULK.piece });
  const concerned = kind === "retry" ? rows.filter((row) => hadSettled(row, bulk)) : rows;
  if (concerned.length > 0) await (kind === "retry" ? retry : cancel)(env, bulk, concerned);
  return last === undefined ? null : positionOf(kind, last);
}

export async function endPieces(env: Env, id: string): Promise<void> {
  await finishBulk(env.DB, id, Date.now());
}

/** Whether it had when the operation began: its own redrives, which may fail before it is over, never have. */
function hadSettled({ settledAt }: Retriable, { startedAt }: StoredBulk): boolean {
  return settledAt !== null && settledAt <= startedAt;
}

async function retry(env: Env, bulk: StoredBulk, rows: readonly Retriable[]): Promise<void> {
  const note = noteOf(bulk, "retry");
  const redrives = planRedrives(rows, JSON.parse(bulk.options) as RetryOptions, note.at);
  await storeRedrives(env.DB, redrives, { bulk: bulk.id, note });
  const runs = redrives.map(({ id, dueAt }) => ({ id, dueAt }));
  await enqueueRunsOrLog(env.DISPATCH_QUEUE, runs, { door: "bulk.enqueue", bulk: bulk.id, runs: runs.length });
}

async function cancel(env: Env, bulk: StoredBulk, rows: readonly Retriable[]): Promise<void> {
  const note = noteOf(bulk, "cancel");
  const cancelled = await cancelDispatches(
    env.DB,
    rows.map((row) => row.id),
    { note, bulk: bulk.id },
  );
  await endSleepingRuns(
    env,
    rows.filter((row) => cancelled.includes(row.id)),
    note.at,
  );
}

function noteOf({ by, reason }: StoredBulk, kind: string) {
  return { id: uuidv7(), at: Date.now(), kind, by, reason };
}
