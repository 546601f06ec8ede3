import type { Stage, Status } from "../../schema/contract.ts";

/** Whether somebody has to do something about it: it was given up. */
export function isBad(status: Status): boolean {
  return status === "failed" || status === "misconfigured" || status === "lost";
}

/** How people say where a dispatch stands. */
export function stageOf(dispatch: { status: Status; dueAt: number; attempts: number }, now: number): Stage {
  if (dispatch.status !== "ongoing") return dispatch.status;
  if (dispatch.dueAt <= now) return "running";
  return dispatch.attempts === 0 ? "scheduled" : "waiting to retry";
}
