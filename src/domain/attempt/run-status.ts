import type { RunView } from "../../../schema/contract/dispatches.ts";

/** A run that the engine knows to have ended, or does not know. */
export function isOver(run: RunView["status"] | null): boolean {
  return run !== null && OVER.includes(run);
}

/** A run that the engine knows not to have ended. */
export function isAlive(run: RunView["status"] | null): boolean {
  return run !== null && run !== "unknown" && !isOver(run);
}

const OVER: readonly RunView["status"][] = ["complete", "errored", "terminated", "missing"];
