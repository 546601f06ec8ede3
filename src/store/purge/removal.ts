import type { PurgedTable, TableOf } from "../../../schema/storage/retention.ts";
import { withStorage } from "../d1/storage.ts";

/** The rows of a table that a purge deletes: those for which `where` holds. */
export interface Removal<Table = PurgedTable> {
  readonly table: Table;
  readonly where: string;
  readonly values: readonly (string | number)[];
}

/** A removal for each of these names of the retention register, so that none is forgotten. */
export type RemovalsOf<Name extends string> = { readonly [Each in Name]: Removal<TableOf<Each>> };

/** Rows deleted, or deletable, by table. */
export type PurgedRows = Readonly<Record<PurgedTable, number>>;

export const NO_ROWS: PurgedRows = { events: 0, dispatches: 0, executions: 0, notes: 0, bulks: 0 };

/**
 * Deletes rows in one transaction, in this order, or with `dryRun` counts them. `fence`: a statement that fails, and
 * all with it, when nothing may be deleted.
 */
export async function removeRows(
  d1: D1Database,
  removals: readonly Removal[],
  { dryRun, fence }: { dryRun: boolean; fence?: D1PreparedStatement },
): Promise<PurgedRows> {
  const verb = dryRun ? "SELECT count(*) AS count" : "DELETE";
  const statements = removals.map(({ table, where, values }) => d1.prepare(`${verb} FROM ${table} WHERE ${where}`).bind(...values));
  const fences = dryRun || fence === undefined ? [] : [fence];
  const results = await withStorage(d1, () => d1.batch<{ count: number }>([...fences, ...statements]));
  const counts = results.slice(fences.length).map(({ meta, results: [row] }) => row?.count ?? meta.changes);
  return removals.map(({ table }, index) => ({ ...NO_ROWS, [table]: counts[index] ?? 0 })).reduce(sumOf, NO_ROWS);
}

/** Adds up rows, table by table. */
export function sumOf(one: PurgedRows, other: PurgedRows): PurgedRows {
  return {
    events: one.events + other.events,
    dispatches: one.dispatches + other.dispatches,
    executions: one.executions + other.executions,
    notes: one.notes + other.notes,
    bulks: one.bulks + other.bulks,
  };
}
