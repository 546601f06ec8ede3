import type { LimitFunction } from "p-limit";
import { v7 as uuidv7 } from "uuid";
import type { SettledStatus } from "../../schema/contract.ts";
import { CHECK } from "../../schema/limits.ts";
import { messageOf } from "../../schema/message-of.ts";
import type { OverdueDispatch } from "../../schema/messages.ts";
import { configured } from "../bindings/configuration.ts";
import { createRuns, lookAtRun, restartRun, wakeRun } from "../bindings/dispatch-runs.ts";
import { logError } from "../bindings/log.ts";
import { decideRepair, type Repair, type RunLook } from "../domain/repair.ts";
import { claimRepair, giveBack, type RepairedState } from "../store/claim-repair.ts";
import { loadOverdue, type OverdueRow } from "../store/load-overdue.ts";
import type { NoteRow } from "../store/notes.ts";

/**
 * Compares overdue dispatches with their runs and repairs what is wrong. Each is claimed before anything is done to it, so that two
 * consumers at once repair it once. One that cannot be repaired now comes up again with a later sweep and harms no other.
 */
export async function reconcile(env: Env, { taken, limit }: { taken: readonly OverdueDispatch[]; limit: LimitFunction }): Promise<void> {
  const overdue = await loadOverdue(env.DB, taken);
  const unreadable = !(await configured(env)).ok;
  await Promise.all(overdue.map((row) => limit(() => lookAndRepair(env, { ...row, held: row.paused || unreadable }))));
}

type Held = OverdueRow & { readonly held: boolean };

async function lookAndRepair(env: Env, row: Held): Promise<void> {
  try {
    const run = await lookAtRun(env.DISPATCH_WORKFLOW, row.id);
    const now = Date.now();
    await repair(env, { row, run, now, decided: decideRepair({ overdue: row, run, now }) });
  } catch (error) {
    logError("reconcile", error, { dispatchId: row.id });
  }
}

interface Case {
  readonly row: Held;
  readonly run: RunLook;
  readonly now: number;
  readonly decided: Repair;
}

async function repair(env: Env, { row, run, now, decided }: Case): Promise<void> {
  if (decided.do === "leave") return;
  const to = stateAfter(row, decided, now);
  const note = noteOf({ row, run, now, decided });
  if (!(await claimRepair(env.DB, { taken: row, to, note }))) return;
  try {
    await perform(env, row, decided);
  } catch (error) {
    logError("reconcile.repair", error, { dispatchId: row.id, remedy: decided.do });
    if (note === null || to.status !== "ongoing") return;
    const before = { status: "ongoing", checkAt: againAt(row, now), recoveries: row.recoveries, overdueSince: row.overdueSince } as const;
    await giveBack(env.DB, { claimed: { id: row.id, checkAt: to.checkAt }, to: before, note, error: messageOf(error) });
  }
}

/** A repair that failed is tried again after as long as the dispatch is late by now, so that its notes stay few. */
function againAt({ dueAt }: Held, now: number): number {
  return now + Math.min(Math.max(now - dueAt, CHECK.sweptMs), CHECK.maxPaceMs);
}

/** How the dispatch stands once the repair is claimed. */
function stateAfter(row: Held, decided: Exclude<Repair, { do: "leave" }>, now: number): RepairedState {
  const { recoveries, overdueSince } = row;
  switch (decided.do) {
    case "wait":
      return { status: "ongoing", checkAt: decided.checkAt, recoveries, overdueSince: decided.afresh ? null : overdueSince };
    case "nudge":
      return { status: "ongoing", checkAt: decided.checkAt, recoveries, overdueSince };
    case "create":
    case "wake":
      return { status: "ongoing", checkAt: decided.checkAt, recoveries, overdueSince: lateSince(row, now) };
    case "restart":
      return { status: "ongoing", checkAt: decided.checkAt, recoveries: recoveries + 1, overdueSince: lateSince(row, now) };
    case "settle":
      return { status: decided.status, settledAt: now, reason: reasonOf(row, decided.status), recoveries, overdueSince };
    case "lose": {
      const reason = `${decided.cause}: given up after ${recoveries} restarts, the last attempt recorded was ${row.attempts}`;
      return { status: "lost", settledAt: now, reason, recoveries, overdueSince };
    }
    default:
      return decided satisfies never;
  }
}

/** A dispatch whose run was lost before its time is not late yet. */
function lateSince({ dueAt, overdueSince }: Held, now: number): number | null {
  return dueAt > now ? null : (overdueSince ?? now);
}

/** Why the last attempt failed is no word about how a later one ended well. */
function reasonOf({ reason }: Held, status: SettledStatus): string | null {
  return status === "complete" || status === "ignored" ? null : reason;
}

/** What an operator sees on the dispatch: when, cause, remedy. Looks that change nothing leave no note. */
function noteOf({ row, run, now, decided }: Case): NoteRow | null {
  if (!("cause" in decided)) return null;
  const detail = { run: run.status, remedy: decided.do, overdueMs: Math.max(0, now - row.dueAt) };
  const kind = decided.do === "lose" ? "lost" : "repair";
  return { subjectId: row.id, id: uuidv7(), at: now, kind, by: "reconciler", reason: decided.cause, detail: JSON.stringify(detail) };
}

async function perform({ DISPATCH_WORKFLOW }: Env, { id, dueAt, attempts }: Held, decided: Repair): Promise<void> {
  switch (decided.do) {
    case "nudge":
    case "wake":
      return await wakeRun(DISPATCH_WORKFLOW, id);
    case "restart":
      return await restartRun(DISPATCH_WORKFLOW, id, { unrecorded: attempts + 1 });
    case "create": {
      const { refused, failed } = await createRuns(DISPATCH_WORKFLOW, [{ id, dueAt }]);
      if (refused.length > 0) throw new Error("the platform limits the rate at which runs are created");
      if (failed[0] !== undefined) throw new Error(failed[0].message);
      return;
    }
    default:
  }
}
