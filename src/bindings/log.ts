import { type Problem, problemText } from "../../schema/contract/problems.ts";
import { messageOf, textOf } from "../../schema/message-of.ts";

/** One JSON line about an error at a door of the hub: ids and the error, never a payload. */
export function logError(door: string, error: unknown, ids: Readonly<Record<string, unknown>> = {}): void {
  const said = error instanceof Error ? { name: textOf(() => error.name), stack: textOf(() => error.stack) } : { name: "Thrown" };
  console.error(JSON.stringify({ level: "error", door, ...ids, ...said, message: messageOf(error) }));
}

/** One JSON line about something that somebody may want to look at. */
export function logWarning(what: string, figures: Readonly<Record<string, unknown>>): void {
  console.warn(JSON.stringify({ level: "warn", what, ...figures }));
}

/** One JSON line about each thing that is wrong with the deployment. */
export function logProblems(problems: readonly Problem[]): void {
  for (const problem of problems) {
    console.error(JSON.stringify({ level: "error", door: "self-check", code: problem.code, message: problemText(problem) }));
  }
}
