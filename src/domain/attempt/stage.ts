import { BAD_STATUSES, type Stage, type Status } from "../../../schema/contract/statuses.ts";

export function isBad(status: Status): boolean {
  return (BAD_STATUSES as readonly Status[]).includes(status);
}

/** How people say where a dispatch stands. */
export function stageOf(dispatch: { status: Status; dueAt: number; attempts: number }, now: number): Stage {
  if (dispatch.status !== "ongoing") return dispatch.status;
  if (dispatch.dueAt <= now) return "running";
  return dispatch.attempts === 0 ? "scheduled" : "waiting to retry";
}
