/** A table for people, in a terminal or in a document. The first column is text, the others are figures unless `text` names them. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of words. */
  readonly text: readonly number[];
}

/** 10,000; small numbers with as many digits as tell them apart. */
export function figure(value: number): string {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/** 350 ms, 4.2 s, 7.5 min. */
export function span(ms: number): string {
  if (ms < 1_000) return `${figure(Math.round(ms))} ms`;
  return ms < 120_000 ? `${figure(ms / 1_000)} s` : `${figure(ms / 60_000)} min`;
}

/** As Markdown, with columns as wide as their widest cell. */
export function markdownOf({ title, head, rows, text }: Table): string {
  const widths = head.map((name, column) => Math.max(3, name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (text.includes(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) => (text.includes(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [`**${title}**`, "", line(head), line(rule), ...rows.map(line)].join("\n");
}
