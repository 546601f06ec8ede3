import { BAD_STATUSES, STANDINGS, type Stage, type Standing, type Status } from "../../../schema/contract/statuses.ts";
import type { StoredDispatch, Superseded } from "../../../schema/storage/tables.ts";

export function isBad(status: Status): boolean {
  return (BAD_STATUSES as readonly Status[]).includes(status);
}

/** How a bad dispatch stands in its line; `undefined` for one that is not bad. */
export function standingOf({ status, superseded }: Pick<StoredDispatch, "status" | "superseded">): Standing | undefined {
  return isBad(status) ? STANDINGS[superseded] : undefined;
}

/** What is stored of a dispatch that stands so. */
export function supersededOf(standing: Standing): Superseded {
  return STANDINGS.indexOf(standing) as Superseded;
}

/** How people say where a dispatch stands. `held`: it is held back on purpose. */
export function stageOf(dispatch: { status: Status; dueAt: number; attempts: number; held: boolean }, now: number): Stage {
  if (dispatch.status !== "ongoing") return dispatch.status;
  if (dispatch.dueAt <= now) return dispatch.held ? "held" : "running";
  return dispatch.attempts === 0 ? "scheduled" : "waiting to retry";
}
