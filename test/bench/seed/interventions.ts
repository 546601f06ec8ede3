import type { Remedy, RepairDetail } from "../../../schema/contract/notes.ts";
import type { StoredNote } from "../../../schema/storage/tables.ts";
import { noteRow } from "../../../src/domain/base/note.ts";
import type { DispatchRow } from "../../../src/domain/emit/plan-emit.ts";
import type { Random } from "../../chaos/random.ts";
import { OPERATORS } from "./catalogue.ts";
import { idAt } from "./draw.ts";
import type { History } from "./rows.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Its run had to be created by the reconciler: it completed a minute late. */
export function repairedLate(history: History, { owed, random }: { owed: DispatchRow; random: Random }): History {
  const at = owed.dueAt + random.int(61_000, 66_000);
  const found = { cause: "never_started", run: "missing", remedy: "create" } as const;
  const note = reconcilerNote(owed, { kind: "repair", at, random, ...found });
  return { ...history, dispatch: { ...history.dispatch, dueAt: owed.dueAt }, notes: [note] };
}

/** The reconciler has given it up, after its restarts and a day. */
export function lost(history: History, random: Random): History {
  const { dispatch } = history;
  const cause = random.pick(["stuck", "unrecorded"]);
  const run = cause === "stuck" ? "running" : "errored";
  const since = dispatch.dueAt + MINUTE_MS + random.int(0, MINUTE_MS);
  const restarts = [1, 2, 4, 8, 16].map((minutes) => ({ kind: "repair", at: since + minutes * 2 * MINUTE_MS, remedy: "restart" }) as const);
  const settledAt = since + DAY_MS + random.int(0, 60 * MINUTE_MS);
  const notes = [...restarts, { kind: "lost", at: settledAt, remedy: "lose" } as const].map((did) =>
    reconcilerNote(dispatch, { cause, run, random, ...did }),
  );
  const reason = `${cause}: given up after 5 restarts, the last attempt recorded was ${dispatch.attempts}`;
  const state = { status: "lost", checkAt: null, settledAt, reason, recoveries: 5, overdueSince: since } as const;
  return { ...history, dispatch: { ...dispatch, ...state }, notes };
}

/** Somebody has cancelled it before it was attempted, or between two attempts. */
export function cancelled(history: History, random: Random): History {
  const { dispatch, executions } = history;
  if (dispatch.status !== "ongoing") return history;
  const from = executions.at(-1)?.finishedAt ?? dispatch.dueAt;
  const at = from + random.int(20, 400);
  const reason = random.pick(["a duplicate of another order", "the customer has called", "emitted by a test"]);
  const note = {
    subjectId: dispatch.id,
    id: idAt(at, random),
    at,
    kind: "cancel",
    by: random.pick(OPERATORS),
    reason,
    detail: null,
  } as const;
  return { ...history, dispatch: { ...dispatch, status: "cancelled", checkAt: null, settledAt: at, reason }, notes: [note] };
}

interface Deed {
  readonly kind: "repair" | "nudge" | "lost";
  readonly at: number;
  readonly cause: string;
  readonly run: RepairDetail["run"];
  readonly remedy: Remedy;
  readonly random: Random;
}

/** As src/reconciler/reconcile.ts writes them. */
function reconcilerNote({ id, dueAt }: { id: string; dueAt: number }, { kind, at, cause, run, remedy, random }: Deed): StoredNote {
  const detail = { run, remedy, overdueMs: at - dueAt };
  return noteRow({ subjectId: id, id: idAt(at, random), at, kind, by: "reconciler", reason: cause, detail });
}
