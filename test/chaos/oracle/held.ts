import type { Pause, Violation } from "../history.ts";
import { type Case, TOLERANCE_MS } from "./cases.ts";

/** A look that was under way when the pause was written may still end in a call: loading takes its time on a busy machine. */
const GRACE_MS = 5_000;

/** While a destination is paused no attempt begins. That all is settled in the end is asked of every dispatch. */
export function heldViolations({ id, row, calls }: Case, pauses: readonly Pause[]): Violation[] {
  return pauses.flatMap(({ destination, confirmedAt, resumedAt }) => {
    if (destination !== row.destination || confirmedAt === null) return [];
    const [from, to] = [confirmedAt + GRACE_MS, (resumedAt ?? Number.POSITIVE_INFINITY) - TOLERANCE_MS];
    const called = calls.filter(({ startedAt }) => startedAt > from && startedAt < to);
    return called.map(({ attempt, startedAt }) => {
      const what = `attempt ${attempt} was called ${startedAt - confirmedAt} ms after its destination was paused`;
      return { name: "not_held", id, what };
    });
  });
}
