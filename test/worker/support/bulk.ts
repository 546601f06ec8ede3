import type { Status } from "../../../schema/contract/statuses.ts";
import { rows } from "./rows.ts";

interface BulkEvent {
  readonly id: string;
  readonly type: string;
  readonly source?: string | null;
  readonly subject?: string | null;
  readonly key?: string | null;
  /** Of the chain the event belongs to; without one it starts a chain. */
  readonly correlationId?: string | undefined;
  readonly time?: number;
}

/** Events straight into the database, in any number, as if emitted when their ids say. */
export async function bulkEvents(events: readonly BulkEvent[]): Promise<void> {
  await rows(
    `INSERT INTO events (id, type, source, subject, time, data, key, correlation_id, causation_id, depth, config_version)
     SELECT value ->> 'id', value ->> 'type', value ->> 'source', value ->> 'subject', coalesce(value ->> 'time', 0), '0', value ->> 'key',
       coalesce(value ->> 'correlationId', value ->> 'id'), iif(value ->> 'correlationId' IS NULL, NULL, (value ->> 'correlationId') || '-0'),
       iif(value ->> 'correlationId' IS NULL, 0, 1), 'bulk'
     FROM json_each(?)`,
    JSON.stringify(events),
  );
}

interface BulkDispatch {
  readonly id: string;
  readonly eventId: string;
  readonly route: string;
  readonly destination: string;
  readonly status: Status;
  readonly checkAt: number | null;
  /** Of one that has settled; by default long ago. */
  readonly settledAt?: number;
}

/** Dispatches straight into the database, in any number, with no run and in any status. */
export async function bulkDispatches(dispatches: readonly BulkDispatch[]): Promise<void> {
  await rows(
    `INSERT INTO dispatches (id, event_id, route, destination, policy, status, due_at, check_at, settled_at)
     SELECT value ->> 'id', value ->> 'eventId', value ->> 'route', value ->> 'destination', '{}', value ->> 'status', 0, value ->> 'checkAt',
       iif(value ->> 'status' = 'ongoing', NULL, coalesce(value ->> 'settledAt', 0))
     FROM json_each(?)`,
    JSON.stringify(dispatches),
  );
}
