/** What has been asked of the platform, by its own count where it counts. */
export interface Meters {
  /** Round trips, and `meta.rows_read` and `meta.rows_written` of every statement. */
  readonly d1: { roundTrips: number; rowsRead: number; rowsWritten: number };
  /** Calls of `sendBatch`; messages sent, and their bytes as JSON; what consumers were given, acknowledged and sent back. */
  readonly queue: { calls: number; sent: number; bytes: number; batches: number; delivered: number; acknowledged: number; retried: number };
  /** Calls to the Workflows service, and instances it created. */
  readonly workflows: { calls: number; created: number };
  /** Calls of `handle()`. */
  readonly deliveries: number;
}
