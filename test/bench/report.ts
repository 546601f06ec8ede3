import { contestText } from "./contest/report.ts";
import { countsText } from "./counts/report.ts";
import type { Figures } from "./figures.ts";
import { growthReport } from "./growth/report.ts";
import { routingTable } from "./routing/report.ts";

/** What was measured, for people. */
export function reportText({ counts, routing, growth, contest }: Partial<Figures>): string {
  const parts = [
    counts && countsText(counts),
    routing && routingTable(routing),
    growth && growthReport(growth),
    contest && contestText(contest),
  ];
  return parts.filter((part) => part !== undefined).join("\n\n");
}
