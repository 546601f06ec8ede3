import type { ExecutionRow, Violation } from "../history.ts";
import { missedBackoffMs, type Owed } from "../load/rules.ts";
import { type Case, TOLERANCE_MS } from "./cases.ts";

/** No attempt before it is due: the first not before the event's delay, the others not before the back-off after the one before. */
export function earlyViolations({ id, calls, executions, firstDueAt, owed }: Case): Violation[] {
  if (owed === undefined) return [];
  return calls.flatMap(({ attempt, startedAt }): Violation[] => {
    const dueAt = attempt === 1 ? firstDueAt : dueAfter(executions, { attempt: attempt - 1, owed });
    if (dueAt === undefined || startedAt >= dueAt - TOLERANCE_MS) return [];
    return [{ name: "early", id, what: `attempt ${attempt} was called ${dueAt - startedAt} ms before it was due` }];
  });
}

function dueAfter(executions: readonly ExecutionRow[], { attempt, owed }: { attempt: number; owed: Owed }): number | undefined {
  const at = executions.findIndex((execution) => execution.attempt === attempt);
  const last = executions[at];
  if (last === undefined) return undefined;
  const waitMs = last.outcome === "misconfigured" ? missedBackoffMs(missesUpTo(executions.slice(0, at + 1))) : owed.backoffMs;
  return last.finished_at + waitMs;
}

/** Attempts in a row, up to the last, that found no Worker. */
function missesUpTo(executions: readonly ExecutionRow[]): number {
  return executions.length - 1 - executions.findLastIndex(({ outcome }) => outcome !== "misconfigured");
}
