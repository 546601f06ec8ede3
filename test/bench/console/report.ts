import Table from "cli-table3";
import type { MeasuredPage, Times } from "./bench.ts";

/** The figures for people. */
export function pagesTable(pages: readonly MeasuredPage[]): string {
  const table = new Table({
    head: ["page", "empty, ms", "seeded, ms", "ratio"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right"],
  });
  for (const measured of pages) {
    table.push(
      "ratio" in measured
        ? [measured.page, timesText(measured.empty), timesText(measured.seeded), measured.ratio.toFixed(2)]
        : [measured.page, { colSpan: 3, content: `answers ${measured.statuses.join(" and ")}` }],
    );
  }
  return table.toString();
}

function timesText({ median, low, high }: Times): string {
  return `${median.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
}

/** The same for programs. */
export function pagesJson(pages: readonly MeasuredPage[]): string {
  const found = pages.filter((measured) => "ratio" in measured);
  const missing = pages.filter((measured) => "statuses" in measured);
  const rounded = (value: number) => Math.round(value * 100) / 100;
  return JSON.stringify({
    ratios: Object.fromEntries(found.map(({ page, ratio }) => [page, rounded(ratio)])),
    ms: Object.fromEntries(
      found.map(({ page, empty, seeded }) => [page, { empty: rounded(empty.median), seeded: rounded(seeded.median) }]),
    ),
    missing: Object.fromEntries(missing.map(({ page, statuses }) => [page, statuses])),
  });
}
