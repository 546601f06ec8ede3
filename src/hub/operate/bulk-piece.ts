import type { BulkKind } from "../../../schema/contract/bulks.ts";
import type { NoteKind } from "../../../schema/contract/notes.ts";
import type { RetryOptions } from "../../../schema/contract/operations.ts";
import { BULK } from "../../../schema/limits.ts";
import type { StoredBulk } from "../../../schema/storage/tables.ts";
import { enqueueRunsOrLog } from "../../bindings/dispatch-queue.ts";
import type { Hub } from "../../bindings/hub.ts";
import type { Position } from "../../domain/base/cursor.ts";
import type { ParsedBulkFilter } from "../../domain/operate/bulk-filter.ts";
import { planRedrives, type Retriable } from "../../domain/operate/redrive.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { finishBulk, readBulk } from "../../store/operate/bulks.ts";
import { cancelDispatches } from "../../store/operate/cancel-dispatches.ts";
import { dismissDispatches } from "../../store/operate/dismiss-dispatches.ts";
import { storeRedrives } from "../../store/operate/store-redrive.ts";
import { positionOf, readMatching } from "../../store/read/read-matching.ts";
import { endSleepingRuns } from "./cancel.ts";

/** Where the next piece begins; `null` when there is none, or somebody has ended the operation. */
export type NextPiece = Position | null;

/**
 * Retries, cancels or dismisses the dispatches of one piece. Safe to repeat: what it has dealt with no longer matches, and what came of it
 * settled too late. Deals with a bounded number of rows, so a piece may find nothing and still have a successor.
 */
export async function performPiece(hub: Hub, id: string, after: Position | undefined): Promise<NextPiece> {
  const bulk = await readBulk(homeStore(hub.env), id);
  if (bulk === null || bulk.state !== "running") return null;
  const { kind } = bulk;
  const filter = JSON.parse(bulk.filter) as ParsedBulkFilter;
  const { rows, last } = await readMatching(homeStore(hub.env), { kind, filter, after, limit: BULK.piece });
  const concerned = kind === "cancel" ? rows : rows.filter((row) => hadSettled(row, bulk));
  if (concerned.length > 0) await PERFORM[kind](hub, bulk, concerned);
  return last === undefined ? null : positionOf(kind, filter, last);
}

export async function endPieces(hub: Hub, id: string): Promise<void> {
  await finishBulk(homeStore(hub.env), id, hub.now());
}

/** Whether it had when the operation began: its own redrives, which may fail before it is over, never have. */
function hadSettled({ settledAt }: Retriable, { startedAt }: StoredBulk): boolean {
  return settledAt !== null && settledAt <= startedAt;
}

const PERFORM: Readonly<Record<BulkKind, typeof retry>> = { retry, cancel, dismiss };

async function retry(hub: Hub, bulk: StoredBulk, rows: readonly Retriable[]): Promise<void> {
  const note = noteOf(hub, bulk, "retry");
  const redrives = planRedrives(rows, JSON.parse(bulk.options) as RetryOptions, note.at);
  await storeRedrives(homeStore(hub.env), redrives, { bulk: bulk.id, note });
  const runs = redrives.map(({ id, dueAt }) => ({ id, dueAt }));
  await enqueueRunsOrLog(hub.env.DISPATCH_QUEUE, runs, { door: "bulk.enqueue", bulk: bulk.id, runs: runs.length });
}

async function cancel(hub: Hub, bulk: StoredBulk, rows: readonly Retriable[]): Promise<void> {
  const note = noteOf(hub, bulk, "cancel");
  const cancelled = await cancelDispatches(
    homeStore(hub.env),
    rows.map((row) => row.id),
    { note, bulk: bulk.id },
  );
  await endSleepingRuns(
    hub.env,
    rows.filter((row) => cancelled.includes(row.id)),
    note.at,
  );
}

async function dismiss(hub: Hub, bulk: StoredBulk, rows: readonly Retriable[]): Promise<void> {
  const ids = rows.map(({ id }) => id);
  await dismissDispatches(homeStore(hub.env), ids, { note: noteOf(hub, bulk, "dismiss"), bulk: bulk.id });
}

function noteOf<Kind extends NoteKind>(hub: Hub, { by, reason }: StoredBulk, kind: Kind) {
  return { id: hub.newId(), at: hub.now(), kind, by, reason };
}
