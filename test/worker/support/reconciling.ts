import { env } from "cloudflare:workers";
import type { NoteView } from "../../../schema/contract/notes.ts";
import { CHECK, DAY_MS } from "../../../schema/limits.ts";
import type { DispatchMessage, OverdueDispatch } from "../../../schema/storage/messages.ts";
import { createRuns } from "../../../src/bindings/dispatch-runs.ts";
import { callsOf } from "./attempts.ts";
import { type Consumed, consume } from "./consume.ts";
import { hub } from "./hub.ts";
import { dispatchRow, rows, until } from "./rows.ts";

/** Lets time pass for a dispatch without waiting for it: all its moments move back. Its run knows nothing of it. */
export async function passTime(id: string, ms: number): Promise<void> {
  await rows(
    "UPDATE dispatches SET due_at = due_at - ?2, check_at = check_at - ?2, overdue_since = overdue_since - ?2 WHERE id = ?1",
    id,
    ms,
  );
}

/** Lets time pass until the sweep would take a dispatch. */
export async function passTimeToCheck(id: string): Promise<void> {
  const { check_at } = await dispatchRow(id);
  if (check_at === null) throw new Error(`dispatch ${id} has settled`);
  await passTime(id, Math.max(0, check_at - Date.now()));
}

/** Takes dispatches as a sweep would, and returns what its message says of them. Throws when one is not overdue. */
export async function sweptUp(...ids: readonly string[]): Promise<OverdueDispatch[]> {
  const now = Date.now();
  const taken: OverdueDispatch[] = [];
  for (const id of ids) {
    const [swept] = await rows<{ check_at: number }>(
      "UPDATE dispatches SET check_at = ?2 + ?3 WHERE id = ?1 AND status = 'ongoing' AND check_at <= ?2 RETURNING check_at",
      ...[id, now, CHECK.sweptMs],
    );
    if (swept === undefined) throw new Error(`not overdue: ${JSON.stringify(await dispatchRow(id))}`);
    taken.push({ id, checkAt: swept.check_at });
  }
  return taken;
}

export function reconcileMessage(...dispatches: OverdueDispatch[]): DispatchMessage {
  return { kind: "reconcile", dispatches };
}

/** What the next sweep and its message do to overdue dispatches. */
export async function reconcileOverdue(ids: readonly string[], given: Env = env): Promise<Consumed> {
  return await consume([reconcileMessage(...(await sweptUp(...ids)))], given);
}

/** Waits until the reconciler looks, without waiting, and has it look. */
export async function nextLook(id: string, given: Env = env): Promise<void> {
  await passTimeToCheck(id);
  await reconcileOverdue([id], given);
}

/** As if it had been due and in need of repair for long, and restarted so often: the next restart would be one too many. */
export async function wornOut(id: string, { recoveries = CHECK.maxRecoveries as number, forMs = DAY_MS } = {}): Promise<void> {
  await rows(
    "UPDATE dispatches SET recoveries = ?2, overdue_since = ?3, due_at = min(due_at, ?3) WHERE id = ?1",
    ...[id, recoveries, Date.now() - forMs],
  );
}

export interface RepairColumns {
  readonly recoveries: number;
  readonly overdue_since: number | null;
}

/** What the reconciler keeps about a dispatch. */
export async function repairColumns(id: string): Promise<RepairColumns> {
  const [row] = await rows<RepairColumns>("SELECT recoveries, overdue_since FROM dispatches WHERE id = ?", id);
  if (row === undefined) throw new Error(`no dispatch ${id}`);
  return row;
}

/** In how many milliseconds the reconciler looks again. */
export async function checkedIn(id: string): Promise<number> {
  const { check_at } = await dispatchRow(id);
  if (check_at === null) throw new Error(`dispatch ${id} has settled`);
  return check_at - Date.now();
}

/** What an operator reads on a dispatch. */
export async function notesOf(id: string): Promise<readonly NoteView[]> {
  return (await hub.getDispatch(id))?.notes ?? [];
}

/** Starts the run of a dispatch as the consumer would. */
export async function startRun(id: string): Promise<void> {
  const { due_at } = await dispatchRow(id);
  const { rateLimited, failed } = await createRuns(env.DISPATCH_WORKFLOW, [{ id, dueAt: due_at }]);
  if (rateLimited.length + failed.length > 0) throw new Error(`run ${id} was not created: ${JSON.stringify({ rateLimited, failed })}`);
}

/** Waits until the destination has been called so often for a dispatch. */
export async function called(id: string, times = 1): Promise<void> {
  await until(async () => ((await callsOf(id)).length >= times ? true : undefined), { what: `call ${times} of ${id}` });
}

/** Waits until so many attempts of a dispatch are recorded. */
export async function attempted(id: string, times = 1): Promise<void> {
  await until(async () => ((await dispatchRow(id)).attempts >= times ? true : undefined), { what: `attempt ${times} of ${id}` });
}
