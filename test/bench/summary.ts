import { usdPerMillionOf } from "./counts/report.ts";
import { summaryOf } from "./counts/usage.ts";
import type { Figures } from "./figures.ts";
import { growthSummary } from "./growth/report.ts";
import { rounded } from "./rounded.ts";

/** What programs compare from run to run, as one line of JSON: medians; `null` where a contender was not there. */
export function summaryJson({ contest, routing, counts, growth }: Partial<Figures>): string {
  const { throughputVsBaseline, cpuVsBaseline, throughputVsAncestor, throughputVsRestate, emitP50VsD1, emitP50At32VsAncestor } =
    contest?.ratios ?? {};
  const spreads = { throughputVsBaseline, cpuVsBaseline, throughputVsAncestor, throughputVsRestate, emitP50VsD1, emitP50At32VsAncestor };
  const medians = Object.entries({ ...spreads, route1000Vs5: routing?.route1000Vs5 });
  return JSON.stringify(
    rounded({
      ratios: Object.fromEntries(medians.map(([name, spread]) => [name, spread?.median ?? null])),
      ...(counts && { counts: summaryOf(counts), usdPerMillion: usdPerMillionOf(counts) }),
      ...(growth && { growth: growthSummary(growth) }),
    }),
  );
}
