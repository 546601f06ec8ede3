import { type Grid, markdown } from "../grid.ts";

/** A table for people, in a terminal or in a document. The first column is text, the others are figures unless `text` names them. */
export interface Table extends Grid {
  readonly title: string;
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

/** As Markdown. */
export function markdownOf({ title, ...grid }: Table): string {
  return `**${title}**\n\n${markdown(grid)}`;
}
