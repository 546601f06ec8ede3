import type { DispatchRow, ExecutionRow, History, Violation } from "../history.ts";
import { type DestinationName, END_OF, type End } from "../load/rules.ts";
import type { Case } from "./cases.ts";

/** Every dispatch settles as its destination's rule says, once, and says so in its row. */
export function settledViolations(one: Case, runs: History["runs"]): Violation[] {
  const { id, row, data, owed, redrive } = one;
  if (owed === undefined) return [];
  if (row.status === "ongoing")
    return [{ name: "unsettled", id, what: `it is still ongoing after ${row.attempts} attempts; its run is ${runs[id] ?? "not known"}` }];
  if (row.status === "lost") return [{ name: "lost", id, what: row.reason ?? "given up" }];
  if (row.status === "cancelled")
    return redrive?.cancelledAt == null ? [{ name: "cancelled_unasked", id, what: "nobody cancelled it" }] : [];
  const end = END_OF[owed.destination](data);
  return [...endViolations(row, end), ...onceViolations(one, owed.destination, end)];
}

function endViolations({ id, status, attempts, settled_at, check_at }: DispatchRow, end: End): Violation[] {
  const isWanted = status === end.status && (end.attempts === null || end.attempts === attempts);
  const wrong = { name: "wrong_end", id, what: `${status} at attempt ${attempts}, not ${end.status} at ${end.attempts ?? "any"}` };
  const inconsistent = { name: "settled_inconsistent", id, what: `settled_at is ${settled_at}, check_at ${check_at}` };
  return [...(isWanted ? [] : [wrong]), ...(settled_at !== null && check_at === null ? [] : [inconsistent])];
}

function onceViolations({ id, executions }: Case, destination: DestinationName, end: End): Violation[] {
  const last = destination === "hostile" ? end.attempts : FAILURES[destination];
  const settling = executions.filter((execution) => settles(execution, last ?? FAILURES_OF_OTHERS, executions));
  if (settling.length === 1 && settling[0] === executions.at(-1)) return [];
  return [{ name: "settled_not_once", id, what: `attempts [${settling.map(({ attempt }) => attempt)}] of ${executions.length} settle it` }];
}

/** Failures after which there is no other attempt. */
const FAILURES: Partial<Record<DestinationName, number>> = { throwing: 3, refusing: 1 };
const FAILURES_OF_OTHERS = 6;

function settles(execution: ExecutionRow, lastFailure: number, all: readonly ExecutionRow[]): boolean {
  if (execution.outcome === "complete" || execution.outcome === "ignored") return true;
  const failures = all.filter(({ outcome, attempt }) => outcome === "failed" && attempt <= execution.attempt).length;
  return execution.outcome === "failed" && failures >= lastFailure;
}
