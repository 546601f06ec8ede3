import { isDeepStrictEqual } from "node:util";
import type { ExecutionRow, Violation } from "../history.ts";
import { type Case, TOLERANCE_MS } from "./cases.ts";

/** Records are of what happened: attempts without gaps, a call for each that reached a destination, a record for each call. */
export function executedViolations({ id, row, calls, executions }: Case): Violation[] {
  const attempts = executions.map(({ attempt }) => attempt);
  const whole = Array.from({ length: row.attempts }, (_, index) => index + 1);
  const invented = executions.filter((execution) => reachedSomebody(execution) && !calls.some((call) => isCallOf(execution, call)));
  // What was cancelled is not looked at again: an attempt that was cut off then is nobody's to record.
  const unrecorded =
    row.status === "ongoing" || row.status === "cancelled" ? [] : calls.filter(({ attempt }) => !attempts.includes(attempt));
  return [
    ...(isDeepStrictEqual(attempts, whole)
      ? []
      : [{ name: "attempt_gap", id, what: `it counts ${row.attempts} attempts and has records of [${attempts}]` }]),
    ...invented.map(({ attempt, outcome }) => ({
      name: "uncalled",
      id,
      what: `attempt ${attempt} is recorded as ${outcome} and nobody was called`,
    })),
    ...unrecorded.map(({ attempt }) => ({ name: "unrecorded", id, what: `attempt ${attempt} was called and is not recorded` })),
  ];
}

/** A call that timed out may not have come to be written down. */
function reachedSomebody({ outcome, error }: ExecutionRow): boolean {
  return outcome !== "misconfigured" && (error === null || (JSON.parse(error) as { name: string }).name !== "Timeout");
}

function isCallOf(execution: ExecutionRow, call: Case["calls"][number]): boolean {
  return (
    call.attempt === execution.attempt &&
    call.startedAt >= execution.started_at - TOLERANCE_MS &&
    call.startedAt <= execution.finished_at + TOLERANCE_MS
  );
}
