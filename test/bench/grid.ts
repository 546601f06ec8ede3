import Table from "cli-table3";

/** A table before it is drawn; the first column names what the others are of. */
export interface Grid {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** For a terminal. */
export function drawn({ head, rows }: Grid): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [] },
    colAligns: head.map((title, column) => (column === 0 || title === "from" ? "left" : "right")),
  });
  table.push(...rows.map((row) => row.map((cell) => cell.replaceAll("**", ""))));
  return table.toString();
}

/** For a document, aligned. */
export function markdown({ head, rows }: Grid): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
