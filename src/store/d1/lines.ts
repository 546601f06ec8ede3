import { isRedriveId, originalIdOf } from "../../../schema/ids.ts";
import { isInLine } from "./id-ranges.ts";

/** The literal predicate of the partial index `dispatches_bad`: without it SQLite scans the table. */
export const IS_BAD = "status IN ('failed', 'misconfigured', 'lost')";

/** What stands first in `dispatches_bad`. */
export const IS_DEAD_LETTER = `superseded = 0 AND ${IS_BAD}`;

/**
 * Orders the links of a line: those by which it is on its way or delivered, then the bad ones, the last to settle first. So a line is a dead
 * letter exactly when its first link is bad, and that is the link which says so.
 */
const ORDER_OF_LINE = `status IN ('ongoing', 'complete', 'ignored') DESC, ${IS_BAD} DESC, settled_at DESC, dispatches.id DESC`;

/** Never one that was dismissed. Convergent: run again it changes nothing. */
const RECKON = `
  WITH link AS MATERIALIZED (
    SELECT dispatches.id, superseded, ${IS_BAD} AS bad, row_number() OVER (PARTITION BY line.value ORDER BY ${ORDER_OF_LINE}) = 1 AS first
    FROM json_each(?1) AS line CROSS JOIN dispatches ON ${isInLine("line.value", { id: "dispatches.id" })})
  UPDATE dispatches SET superseded = 1 - superseded WHERE id IN (SELECT id FROM link WHERE bad AND superseded = first)`;

/**
 * Says of each line with one of these dispatches which bad link, if any, is its dead letter: `superseded` of its links. Belongs behind whatever
 * changed a link, in the same batch. Costs nothing for what was never retried: such a dispatch is its line.
 */
export function reckonLines(d1: D1Database, ids: readonly string[]): D1PreparedStatement[] {
  const redrives = ids.filter(isRedriveId);
  return redrives.length === 0 ? [] : [reckonLinesOf(d1, redrives)];
}

/** The same, also of lines by their first dispatch. */
export function reckonLinesOf(d1: D1Database, ids: readonly string[]): D1PreparedStatement {
  return d1.prepare(RECKON).bind(JSON.stringify([...new Set(ids.map(originalIdOf))]));
}

/** True for a link after which none was made, while nothing of its line is ongoing, itself included. Later ids are longer, or greater. */
export function isLastOfLine(id: string, line: string): string {
  return `NOT EXISTS (SELECT 1 FROM dispatches AS kin
    WHERE ${isInLine(line, { id: "kin.id" })} AND (kin.status = 'ongoing' OR (length(kin.id), kin.id) > (length(${id}), ${id})))`;
}
