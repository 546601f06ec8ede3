import type { DispatchRow, ExecutionRow, History, Violation } from "../history.ts";
import { type DestinationName, END_OF, type End } from "../load/rules.ts";
import type { Case } from "./cases.ts";

/** Every dispatch settles as its destination's rule says, once, and says so in its row. */
export function settledViolations({ id, row, data, owed, executions }: Case, runs: History["runs"]): Violation[] {
  if (owed === undefined) return [];
  if (row.status === "ongoing")
    return [{ name: "unsettled", id, what: `it is still ongoing after ${row.attempts} attempts; its run is ${runs[id] ?? "not known"}` }];
  if (row.status === "lost") return [{ name: "lost", id, what: row.reason ?? "given up" }];
  return [...endViolations(row, END_OF[owed.destination](data)), ...onceViolations(id, executions, owed.destination)];
}

function endViolations({ id, status, attempts, settled_at, check_at }: DispatchRow, end: End): Violation[] {
  const isWanted = status === end.status && (end.attempts === null || end.attempts === attempts);
  const wrong = { name: "wrong_end", id, what: `${status} at attempt ${attempts}, not ${end.status} at ${end.attempts ?? "any"}` };
  const inconsistent = { name: "settled_inconsistent", id, what: `settled_at is ${settled_at}, check_at ${check_at}` };
  return [...(isWanted ? [] : [wrong]), ...(settled_at !== null && check_at === null ? [] : [inconsistent])];
}

function onceViolations(id: string, executions: readonly ExecutionRow[], destination: DestinationName): Violation[] {
  const settling = executions.filter((execution) => settles(execution, destination, executions));
  if (settling.length === 1 && settling[0] === executions.at(-1)) return [];
  return [{ name: "settled_not_once", id, what: `attempts [${settling.map(({ attempt }) => attempt)}] of ${executions.length} settle it` }];
}

/** Failures after which there is no other attempt. */
const FAILURES: Partial<Record<DestinationName, number>> = { throwing: 3, refusing: 1 };
const FAILURES_OF_OTHERS = 6;

function settles(execution: ExecutionRow, destination: DestinationName, all: readonly ExecutionRow[]): boolean {
  if (execution.outcome === "complete" || execution.outcome === "ignored") return true;
  const failures = all.filter(({ outcome, attempt }) => outcome === "failed" && attempt <= execution.attempt).length;
  return execution.outcome === "failed" && failures >= (FAILURES[destination] ?? FAILURES_OF_OTHERS);
}
