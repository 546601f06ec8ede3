/**
 * SQL that tells what is held back from what is owed now, as `isHeld` of src/domain/attempt/held.ts does. Statements over all that is ongoing go
 * from destination to destination in `dispatches_check`: one that is held costs a row, however much it holds.
 */

/** True for a dispatch that is held back. `dispatch`: its alias. */
export function isHeldBack(dispatch: string): string {
  return `EXISTS (SELECT 1 FROM controls WHERE controls.destination = ${dispatch}.destination
    AND (controls.state IN ('paused', 'tripped') OR controls.state = 'draining' AND ${dispatch}.due_at <= controls.since))`;
}

/** The destination that follows one in the index, by a single seek; the first without one. */
function nextDestination(after?: string): string {
  const beyond = after === undefined ? "" : ` AND destination > ${after}`;
  return `SELECT destination FROM dispatches INDEXED BY dispatches_check WHERE status = 'ongoing'${beyond} ORDER BY destination LIMIT 1`;
}

/** Before every moment: where nothing of a destination is held. */
const EVER = "-9007199254740991";

/**
 * Tables for WITH RECURSIVE. `due` lists the destinations with something overdue at `now`, and since when: of one that drains, what was due
 * before is its backlog, released by other means, and passed its `check_at` before or is told from the rest by its `due_at`.
 */
export function dueDestinations(now: string): string {
  return `
  owed (destination) AS (
    SELECT * FROM (${nextDestination()})
    UNION ALL
    SELECT (${nextDestination("owed.destination")}) FROM owed WHERE owed.destination IS NOT NULL),
  due AS MATERIALIZED (
    SELECT owed.destination, ifnull(controls.since, ${EVER}) AS since
    FROM owed LEFT JOIN controls ON controls.destination = owed.destination AND controls.state <> 'counting'
    WHERE owed.destination IS NOT NULL AND ifnull(controls.state, 'draining') = 'draining'
      AND EXISTS (SELECT 1 FROM dispatches INDEXED BY dispatches_check WHERE status = 'ongoing'
        AND dispatches.destination = owed.destination AND check_at BETWEEN ifnull(controls.since, ${EVER}) AND ${now}))`;
}

/** What of a destination in `due` is overdue at `now`, in the order in which it became so. A literal status, for the partial index. */
export function overdueOf(now: string): string {
  return `FROM dispatches INDEXED BY dispatches_check
    WHERE status = 'ongoing' AND destination = due.destination AND check_at BETWEEN due.since AND ${now}
      AND (due.since = ${EVER} OR due_at > due.since)`;
}
