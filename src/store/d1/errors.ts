import { messageOf } from "../../../schema/message-of.ts";
import { NO_ANSWER } from "../../platform/time-limit.ts";

/** What D1 may say, or leave unsaid, although the same statement can succeed a moment later (d1/best-practices/retry-queries, d1/observability/debug-d1). */
const TRANSIENT: readonly string[] = [
  "Network connection lost",
  "storage caused object to be reset",
  "reset because its code was updated",
  "Replica disconnected from primary",
  "transient issue on remote node",
  "because client disconnected",
  "memory limit and was reset",
  "CPU time limit and was reset",
  "overloaded",
  "exceeded timeout",
  "internal error; reference",
  NO_ANSWER,
];

/** Reads fail with it as well. */
const FULL: readonly string[] = ["Exceeded maximum DB size", "maximum account storage limit"];

/** True when the same statement may succeed a moment later. */
export function isTransient(error: unknown): boolean {
  return speaksOf(error, TRANSIENT);
}

/** True when the database has no room. */
export function isFull(error: unknown): boolean {
  return speaksOf(error, FULL);
}

/** True when a table is not there, as before the first migration. */
export function isMissingTable(error: unknown, table: string): boolean {
  return speaksOf(error, [`no such table: ${table}`]);
}

/**
 * D1's own words stand at the start of a message, behind its names for what failed: `D1_ERROR: `, `Error in line 1: `. What a statement or a
 * constraint quotes comes later.
 */
function speaksOf(error: unknown, texts: readonly string[]): boolean {
  const said = messageOf(error);
  const quoted = QUOTING.exec(said)?.index ?? said.length;
  return texts.some((text) => said.slice(0, quoted).includes(text));
}

/** From here on a message may hold what a user wrote. */
const QUOTING = /constraint failed|near "|unrecognized token|: SQLITE_/;
