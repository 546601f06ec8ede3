import Table from "cli-table3";
import type { DispatchView } from "flowhub";

/** Dispatches and attempts by destination and status. */
export function dispatchTable(dispatches: readonly DispatchView[]): string {
  const statuses = [...new Set(dispatches.map(({ status }) => status))].toSorted();
  const table = new Table({
    head: ["destination", ...statuses, "dispatches", "attempts"],
    colAligns: ["left", ...statuses.map(() => "right" as const), "right", "right"],
    style: { head: [], border: [] },
  });
  const byDestination = Map.groupBy(dispatches, ({ destination }) => destination);
  for (const [destination, its] of [...byDestination].toSorted(([a], [b]) => a.localeCompare(b))) {
    table.push([destination, ...row(its, statuses)]);
  }
  table.push(["all", ...row(dispatches, statuses)]);
  return table.toString();
}

function row(dispatches: readonly DispatchView[], statuses: readonly string[]): number[] {
  const ofEach = statuses.map((status) => dispatches.filter((dispatch) => dispatch.status === status).length);
  return [...ofEach, dispatches.length, dispatches.reduce((sum, { attempts }) => sum + attempts, 0)];
}
