import type { DispatchDetail } from "../../../schema/contract/dispatches.ts";
import { span } from "./when.tsx";

/** A stretch of the life of a dispatch: waiting, or an attempt. Times in milliseconds. */
export interface Stretch {
  readonly kind: "wait" | "attempt";
  readonly from: number;
  readonly to: number;
  /** Outcome of an attempt, `now` for one that is to come or under way. */
  readonly tone: "complete" | "ignored" | "failed" | "misconfigured" | "now" | "wait";
  readonly text: string;
}

/** What happened to a dispatch from emission to its end, or to now and to when it is due. Attempts that overlap are drawn over each other. */
export function stretchesOf(dispatch: DispatchDetail, emittedAt: number, now: number): Stretch[] {
  const attempts = dispatch.executions.map(({ attempt, outcome, startedAt, finishedAt }): Stretch => {
    const [from, to] = [Date.parse(startedAt), Date.parse(finishedAt)];
    return { kind: "attempt", from, to, tone: outcome, text: `attempt ${attempt}: ${outcome}, ${span(to - from)}` };
  });
  // When it was retried is not told: what of a redrive lies ahead begins now.
  const begun = Math.min(attempts[0]?.from ?? dueOf(dispatch), now);
  const start = dispatch.redriveOf === undefined ? Math.min(emittedAt, begun) : begun;
  const waits = attempts.flatMap(({ from }, index) => waitBetween(attempts[index - 1]?.to ?? start, from));
  const last = Math.max(start, ...attempts.map(({ to }) => to));
  return [...waits, ...attempts, ...ending(dispatch, last, now)];
}

function ending(dispatch: DispatchDetail, last: number, now: number): Stretch[] {
  if (dispatch.settledAt !== undefined) return waitBetween(last, Date.parse(dispatch.settledAt), "until it was settled");
  const due = dueOf(dispatch);
  if (due > now) return waitBetween(last, due, `due in ${span(due - now)}`);
  return [...waitBetween(last, due), { kind: "attempt", from: Math.max(last, due), to: now, tone: "now", text: "under way" }];
}

function waitBetween(from: number, to: number, text = `waited ${span(to - from)}`): Stretch[] {
  return to > from ? [{ kind: "wait", from, to, tone: "wait", text }] : [];
}

function dueOf({ dueAt }: DispatchDetail): number {
  return Date.parse(dueAt);
}
