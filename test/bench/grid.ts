import Table from "cli-table3";

/** A table before it is drawn; the first column names what the others are of. */
export interface Grid {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of words, where the others are to be set to the right in a document too. */
  readonly text?: readonly number[];
}

/** For a terminal. */
export function drawn({ head, rows, text }: Grid): string {
  const isText = (title: string, column: number) => text?.includes(column) ?? (column === 0 || title === "from");
  const table = new Table({
    head: [...head],
    style: { head: [], border: [] },
    colAligns: head.map((title, column) => (isText(title, column) ? "left" : "right")),
  });
  table.push(...rows.map((row) => row.map((cell) => cell.replaceAll("**", ""))));
  return table.toString();
}

/** For a document: columns as wide as their widest cell. */
export function markdown({ head, rows, text }: Grid): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const isText = (column: number) => text?.includes(column) ?? true;
  const padded = (cell: string, width: number, column: number) => (isText(column) ? cell.padEnd(width) : cell.padStart(width));
  const line = (cells: readonly string[]) => `| ${widths.map((width, column) => padded(cells[column] ?? "", width, column)).join(" | ")} |`;
  const rule = widths.map((width, column) => (isText(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
