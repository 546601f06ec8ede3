import { AUDIT, BULK, GIVEN_UP, PURGE, READ, STATS } from "../../../../schema/limits.ts";

/** A row is counted each time SQLite comes by it: in a table, and again in what it sorts and groups. */
const SORTED = 2;

/** Rows that may be read, whatever is stored: of each thing, as many as schema/limits.ts has. */
export const BOUNDS = {
  one: 100,
  /** Some rows for each destination that is owed something, of which the shop has ten. */
  sweep: 100,
  /** And of each dispatch that is taken: found, looked up, moved, loaded, claimed and noted. */
  sweepOfHundred: 100 + 12 * 100,
  list: 2 * READ.scanRows + READ.maxPage,
  search: 2 * READ.scanRows + READ.maxPage + SORTED * READ.defaultPage * READ.dispatchesOfEvent,
  /** What was emitted, what was given up in each part of its index, the dead letters, what is overdue. */
  health: READ.healthRows + 3 * READ.failureRows + GIVEN_UP.rows + READ.scanRows + READ.latestEvents + 100,
  /** What is counted, what is timed with its attempts, failures, each found in an index and looked up, and the backlogs. */
  stats: SORTED * STATS.rows + (SORTED + STATS.attempts) * STATS.timed + (2 + SORTED) * STATS.rows + SORTED * STATS.rows,
  /** Each is found in an index, looked up, counted, sorted and grouped. */
  deadLetters: 7 * GIVEN_UP.rows,
  /** Each is found in an index, and its line is looked at: of one without redrives, nothing is there. And a page of them, as an example. */
  preview: 2 * BULK.countRows + 2 * READ.scanRows + 100,
  audit: 10 * AUDIT.dispatches,
  /** An event here has 2.5 dispatches and each 1.2 attempts, which are looked up by way of these. */
  purge: 50 * PURGE.events,
} as const;
