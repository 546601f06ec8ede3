import type { OverdueDispatch } from "../../../schema/storage/messages.ts";
import { DISPATCH_COLUMNS, pick, prefixed, selectList } from "../d1/columns.ts";
import { isHeldBack } from "../d1/held.ts";
import { kindText } from "../d1/notes.ts";
import { rowParameters } from "../d1/row-parameter.ts";
import { withStorage } from "../d1/storage.ts";

/** A dispatch that is to be repaired, as it stood when the sweep took it. */
export interface OverdueRow {
  readonly id: string;
  readonly checkAt: number;
  readonly dueAt: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly recoveries: number;
  readonly overdueSince: number | null;
  /** Why its last attempt failed. */
  readonly reason: string | null;
  readonly held: boolean;
  /** Somebody has made it due before its time: its run may know another moment. */
  readonly hurried: boolean;
}

const COLUMNS = pick(DISPATCH_COLUMNS, "id", "checkAt", "dueAt", "attempts", "recoveries", "overdueSince", "reason");

const SELECT_OVERDUE = `
  SELECT ${selectList(prefixed("dispatch", COLUMNS))}, dispatch.policy ->> 'timeoutMs' AS timeoutMs,
    ${isHeldBack("dispatch")} AS held,
    EXISTS (SELECT 1 FROM notes WHERE subject_id = dispatch.id AND kind = ${kindText("run_now")}) AS hurried
  FROM json_each(?1) AS taken
  CROSS JOIN dispatches AS dispatch ON dispatch.id = taken.value ->> 'id'
  WHERE dispatch.status = 'ongoing' AND dispatch.check_at = taken.value ->> 'checkAt'`;

/** Those of the dispatches that are still ongoing and still stand as the sweep left them. */
export async function loadOverdue(d1: D1Database, taken: readonly OverdueDispatch[]): Promise<OverdueRow[]> {
  const found: OverdueRow[] = [];
  for (const parameter of rowParameters(taken.map((one) => JSON.stringify(one)))) {
    const select = d1.prepare(SELECT_OVERDUE).bind(parameter);
    const { results } = await withStorage(d1, () => select.all<Omit<OverdueRow, "held" | "hurried"> & { held: number; hurried: number }>());
    found.push(...results.map((row) => ({ ...row, held: row.held === 1, hurried: row.hurried === 1 })));
  }
  return found;
}
