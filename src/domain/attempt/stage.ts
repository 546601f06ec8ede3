import type { Stage, Status } from "../../../schema/contract/statuses.ts";

/** How people say where a dispatch stands. `held`: it is held back on purpose. */
export function stageOf(dispatch: { status: Status; dueAt: number; attempts: number; held: boolean }, now: number): Stage {
  if (dispatch.status !== "ongoing") return dispatch.status;
  if (dispatch.dueAt <= now) return dispatch.held ? "held" : "running";
  return dispatch.attempts === 0 ? "scheduled" : "waiting to retry";
}
