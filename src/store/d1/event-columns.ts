/** Columns of an event under the names of its row in code. */
export const EVENT_COLUMNS =
  "id, type, source, subject, time, data, key, correlation_id AS correlationId, causation_id AS causationId, depth, config_version AS configVersion";
