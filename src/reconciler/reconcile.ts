import { messageOf } from "../../schema/message-of.ts";
import type { OverdueDispatch } from "../../schema/storage/messages.ts";
import { configured } from "../bindings/configuration.ts";
import { createRun, lookAtRun, replaceRun, restartRun, startOverHeld, wakeRun } from "../bindings/dispatch-runs.ts";
import type { Slots } from "../bindings/engine.ts";
import type { Hub } from "../bindings/hub.ts";
import { logError } from "../bindings/log.ts";
import { noteRow } from "../domain/base/note.ts";
import { againAt, decideRepair, type Repair, type RunLook, repairedState } from "../domain/repair/repair.ts";
import type { NoteRow } from "../store/d1/notes.ts";
import { homeStore, storeOf } from "../store/d1/stores.ts";
import { claimRepair, countRestart, giveBack } from "../store/repair/claim-repair.ts";
import { loadOverdue, type OverdueRow } from "../store/repair/load-overdue.ts";

/**
 * Compares overdue dispatches with their runs and repairs what is wrong. Each is claimed before anything is done to it, so that two
 * consumers at once repair it once. One that cannot be repaired now comes up again with a later sweep and harms no other.
 */
export async function reconcile(hub: Hub, { taken, limit }: { taken: readonly OverdueDispatch[]; limit: Slots }): Promise<void> {
  const overdue = await loadOverdue(homeStore(hub.env), taken);
  const unreadable = !(await configured(hub.env)).ok;
  await Promise.all(overdue.map((row) => limit(() => lookAndRepair(hub, { ...row, held: row.held || unreadable }))));
}

async function lookAndRepair(hub: Hub, row: OverdueRow): Promise<void> {
  try {
    const run = await lookAtRun(hub.env.DISPATCH_WORKFLOW, row.id);
    const now = hub.now();
    await repair(hub, { row, run, now, decided: decideRepair({ overdue: row, run, now }) });
  } catch (error) {
    logError("reconcile", error, { dispatchId: row.id });
  }
}

interface Case {
  readonly row: OverdueRow;
  readonly run: RunLook;
  readonly now: number;
  readonly decided: Repair;
}

async function repair(hub: Hub, { row, run, now, decided }: Case): Promise<void> {
  if (decided.do === "leave") return;
  const to = repairedState(row, decided, now);
  const note = noteOf(hub, { row, run, now, decided });
  if (!(await claimRepair(storeOf(hub.env, row.id), { taken: row, to, note }))) return;
  if (to.status !== "ongoing") return;
  const claimed = { id: row.id, checkAt: to.checkAt };
  try {
    await perform(hub, row, decided);
  } catch (error) {
    logError("reconcile.repair", error, { dispatchId: row.id, remedy: decided.do });
    if (note === null) return;
    const back = { checkAt: againAt(row, now), overdueSince: decided.do === "nudge" ? to.overdueSince : row.overdueSince };
    return await giveBack(storeOf(hub.env, row.id), { claimed, back, note, error: messageOf(error) });
  }
  if (decided.do === "restart") await countRestart(storeOf(hub.env, row.id), claimed, row.recoveries + 1);
}

/** What an operator sees on the dispatch: when, cause, remedy. Looks that do nothing leave no note. */
function noteOf(hub: Hub, { row, run, now, decided }: Case): NoteRow | null {
  if (!("cause" in decided)) return null;
  const detail = { run: run.status, remedy: decided.do, overdueMs: Math.max(0, now - row.dueAt) };
  const kind = decided.do === "lose" ? "lost" : decided.do === "nudge" ? "nudge" : "repair";
  return noteRow({ subjectId: row.id, id: hub.newId(), at: now, kind, by: "reconciler", reason: decided.cause, detail });
}

async function perform({ env: { DISPATCH_WORKFLOW } }: Hub, { id, dueAt, attempts, hurried }: OverdueRow, decided: Repair): Promise<void> {
  switch (decided.do) {
    case "nudge":
    case "wake":
      return await wakeRun(DISPATCH_WORKFLOW, id);
    case "restart":
      if (hurried && attempts === 0) return await replaceRun(DISPATCH_WORKFLOW, { id, dueAt });
      return await restartRun(DISPATCH_WORKFLOW, id, { unrecorded: attempts + 1 });
    case "start_over":
      return await startOverHeld(DISPATCH_WORKFLOW, { id, dueAt });
    case "create":
      return await createRun(DISPATCH_WORKFLOW, { id, dueAt });
    default:
  }
}
