import { CHECK, POLICY } from "../../../schema/limits.ts";
import type { RunParams } from "../../../schema/storage/messages.ts";
import type { StoredControl } from "../../../schema/storage/tables.ts";
import type { ReleasePlan } from "../../domain/pause/release.ts";
import { withStorage } from "../d1/storage.ts";

/** A destination that releases what it holds back: all of it, or one dispatch that finds out whether it works again. */
export interface ReleasingControl extends Pick<StoredControl, "destination" | "since" | "rate" | "moment"> {
  readonly state: "draining" | "tripped";
}

const SELECT_RELEASING = `
  SELECT destination, state, since, rate, moment FROM controls
  WHERE state = 'draining' OR (state = 'tripped' AND probe_at <= ?1) ORDER BY destination`;

/** Reads what is to be released now. Costs no row where nothing is held back. */
export async function readReleasing(d1: D1Database, now: number): Promise<ReleasingControl[]> {
  const select = d1.prepare(SELECT_RELEASING).bind(now);
  return (await withStorage(d1, () => select.all<ReleasingControl>())).results;
}

const TAKE_MOMENTS = `
  UPDATE controls SET moment = ?6 WHERE destination = ?1 AND state = ?2 AND since = ?3 AND rate IS ?4 AND moment IS ?5`;

/**
 * Gives what is held back its moments, in the order in which the hub would have looked at it, if the statement before has taken them. What went
 * before says nothing about what comes after, so patience begins anew.
 */
const GIVE_MOMENTS = `
  UPDATE dispatches SET due_at = released.due, check_at = released.due + ${CHECK.graceMs}, recoveries = 0, overdue_since = NULL
  FROM (
    SELECT id, ?4 + CAST((row_number() OVER (ORDER BY check_at, id) - 1) * ?5 AS INTEGER) AS due
    FROM (SELECT id, check_at FROM dispatches INDEXED BY dispatches_check
      WHERE status = 'ongoing' AND destination = ?1 AND check_at <= ?2 AND due_at <= ?3 ORDER BY check_at, id LIMIT CAST(?6 AS INTEGER))) AS released
  WHERE changes() > 0 AND dispatches.id = released.id AND status = 'ongoing'
  RETURNING dispatches.id AS id, due_at AS dueAt`;

/** A dispatch that is due has passed its `check_at` by then: so far ahead failed attempts and repairs put it at most. */
const MAX_CHECK_AHEAD_MS = POLICY.maxTimeoutMs + CHECK.graceMs + CHECK.maxPaceMs;

const END_DRAIN = "DELETE FROM controls WHERE destination = ?1 AND state = 'draining' AND since = ?2 AND moment = ?3";

/**
 * Releases the next of what a destination holds back, each with a moment of its own, and ends the drain when nothing is left. Returns the runs
 * to be started. Of two callers at once one releases: moments are taken before they are given, in one transaction.
 */
export async function releaseNext(
  d1: D1Database,
  { destination, state, since, rate, moment }: ReleasingControl,
  { from, stepMs, count, next, now }: ReleasePlan & { readonly now: number },
): Promise<RunParams[]> {
  const held = state === "draining" ? { dueUntil: since, checkUntil: now + MAX_CHECK_AHEAD_MS } : { dueUntil: now, checkUntil: now };
  const [taken, given] = await withStorage(d1, () =>
    d1.batch<RunParams>([
      d1.prepare(TAKE_MOMENTS).bind(destination, state, since, rate, moment, next),
      d1.prepare(GIVE_MOMENTS).bind(destination, held.checkUntil, held.dueUntil, from, stepMs, count),
    ]),
  );
  const runs = given?.results ?? [];
  const isOver = state === "draining" && taken?.meta.changes === 1 && runs.length < count;
  if (isOver) await withStorage(d1, () => d1.prepare(END_DRAIN).bind(destination, since, next).run());
  return runs;
}
