import type { Status } from "../../../schema/contract/statuses.ts";
import { firstIdAt } from "../../../src/domain/base/time-id.ts";
import { bulkDispatches, bulkEvents } from "./bulk.ts";
import { rows } from "./rows.ts";

/** An event as if emitted at a moment, with a dispatch for each status, each settled one with an execution and a note. */
export interface OldEvent {
  readonly id: string;
  /** The chain it belongs to; without one it starts a chain. */
  readonly chain?: string | undefined;
  readonly dispatches?: readonly Status[];
}

let drawn = 0;

/** An id as it would have been drawn at a moment: each call gives another, and later ones sort behind. */
export function idAt(time: number): string {
  drawn += 1;
  return `${firstIdAt(time)}000-8000-${drawn.toString(16).padStart(12, "0")}`;
}

export async function storeOld(events: readonly OldEvent[]): Promise<void> {
  await bulkEvents(events.map(({ id, chain }) => ({ id, type: "unrouted.old", correlationId: chain })));
  const dispatches = events.flatMap(({ id, dispatches: statuses = [] }) =>
    statuses.map((status, ordinal) => ({ id: `${id}-${ordinal}`, eventId: id, status })),
  );
  await storeOldDispatches(dispatches);
}

export async function storeOldDispatches(dispatches: readonly { id: string; eventId: string; status: Status }[]): Promise<void> {
  const details = { route: "r", destination: "d" };
  await bulkDispatches(
    dispatches.map((one) => ({ ...one, ...details, checkAt: one.status === "ongoing" ? Date.now() + 86_400_000 : null })),
  );
  const settled = JSON.stringify(dispatches.flatMap(({ id, status }) => (status === "ongoing" ? [] : [id])));
  await rows(
    `INSERT INTO executions (dispatch_id, attempt, nonce, outcome, started_at, finished_at) SELECT value, 1, value, 'complete', 0, 0 FROM json_each(?)`,
    settled,
  );
  await rows(
    `INSERT INTO notes (subject_id, id, at, kind, "by") SELECT value, 'n-' || value, 0, 'repair', 'tests' FROM json_each(?)`,
    settled,
  );
}

/** Stores notes on undeliverable messages as if written at a moment. */
export async function storeUndeliverable(count: number, time: number): Promise<void> {
  const ids = Array.from({ length: count }, () => idAt(time));
  await rows(
    `INSERT INTO notes (subject_id, id, at, kind, "by") SELECT 'undeliverable', value, ?2, 'undeliverable', 'queue' FROM json_each(?1)`,
    JSON.stringify(ids),
    time,
  );
}
