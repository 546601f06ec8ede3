import Table from "cli-table3";
import type { Figures } from "./figures.ts";

/** The figures for people. */
export function figuresTable(figures: Figures): string {
  const table = new Table({ style: { head: [], border: [] }, colAligns: ["left", "right"] });
  table.push(
    ["seed", figures.seed],
    ["kills", figures.kills],
    ["events", figures.events],
    ["dispatches", figures.dispatches],
    ["settled", figures.settled],
    ["attempts seen again", figures.duplicates],
    ["… without an interruption", figures.unexplainedDuplicates],
    ...Object.entries(figures.repairs).map(([cause, count]) => [`repaired: ${cause}`, count]),
    ["overdue when repaired, median", `${figures.repairSeconds.p50} s`],
    ["overdue when repaired, at most", `${figures.repairSeconds.max} s`],
    ["lost", figures.lost],
    ["unexplained by the audit", figures.unexplained],
    ["violations", figures.violations],
    ["took", `${figures.seconds} s`],
  );
  return table.toString();
}
