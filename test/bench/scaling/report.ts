import CliTable from "cli-table3";
import type { Table } from "./table.ts";

/** A table for a terminal. */
export function terminalTable({ title, head, rows, text }: Table): string {
  const table = new CliTable({
    head: [...head],
    style: { head: [], border: [] },
    colAligns: head.map((_, column) => (text.includes(column) ? "left" : "right")),
  });
  for (const row of rows) table.push([...row]);
  return `${title}\n${table.toString()}`;
}
