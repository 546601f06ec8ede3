import { CHECK } from "../../../schema/limits.ts";
import { withStorage } from "../d1/storage.ts";

/** A call that began before the destination was held back may still be under way: its dispatch keeps its moment. */
const BACKLOG = `
  SELECT id FROM dispatches INDEXED BY dispatches_check
  WHERE status = 'ongoing' AND destination = ?1 AND id > ?2 AND due_at < ?3 AND (due_at >= ?4 OR ?4 + (policy ->> 'timeoutMs') < ?5)
  ORDER BY id LIMIT ?6`;

/** A piece of what a destination is owed and has no moment of its own after `from`, in the order of emission, beyond an id. */
export async function readBacklog(
  d1: D1Database,
  of: { destination: string; beyond: string; from: number; heldSince: number; now: number; limit: number },
): Promise<string[]> {
  const select = d1.prepare(BACKLOG).bind(of.destination, of.beyond, of.from, of.heldSince, of.now, of.limit);
  return (await withStorage(d1, () => select.all<{ id: string }>())).results.map(({ id }) => id);
}

const GIVE_MOMENTS = `
  UPDATE dispatches SET due_at = moment.due, check_at = moment.due + ?2
  FROM (SELECT value ->> 'id' AS id, value ->> 'dueAt' AS due FROM json_each(?1)) AS moment
  WHERE dispatches.id = moment.id AND status = 'ongoing'`;

/** Says when each is due. Run again it says the same. */
export async function giveMoments(d1: D1Database, moments: readonly { readonly id: string; readonly dueAt: number }[]): Promise<void> {
  const give = d1.prepare(GIVE_MOMENTS).bind(JSON.stringify(moments), CHECK.graceMs);
  await withStorage(d1, () => give.run());
}
