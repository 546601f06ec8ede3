import type { Deed, Violation } from "../history.ts";
import { type Case, TOLERANCE_MS } from "./cases.ts";

/** While a run is paused nothing is called and nothing recorded. What was under way when the pause was asked for may end. */
export function pausedViolations({ id, calls, executions, deeds }: Case): Violation[] {
  return pausesOf(deeds).flatMap(({ from, to }) => {
    const within = (at: number) => at > from + TOLERANCE_MS && at < to - TOLERANCE_MS;
    const called = calls.filter(({ startedAt }) => within(startedAt)).map(({ attempt }) => `attempt ${attempt} was called`);
    const recorded = executions
      .filter((execution) => within(execution.started_at) || within(execution.finished_at))
      .map(({ attempt }) => `attempt ${attempt} was recorded`);
    return [...called, ...recorded].map((what) => ({ name: "not_paused", id, what: `${what} while its run was paused` }));
  });
}

/** From when a run was seen paused until somebody was about to end that. */
function pausesOf(deeds: readonly Deed[]): { from: number; to: number }[] {
  return deeds.flatMap(({ verb, confirmedAt }, index) => {
    if (verb !== "pause" || confirmedAt === null) return [];
    return [{ from: confirmedAt, to: deeds[index + 1]?.at ?? Number.POSITIVE_INFINITY }];
  });
}
