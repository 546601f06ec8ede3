import { type Spread, spreadOf } from "../spread.ts";
import type { Entrant, Round } from "./entrant.ts";
import type { ContenderName, Ratios } from "./figures.ts";
import type { Inserts } from "./inserts.ts";
import { quantileOfTicks } from "./ticks.ts";

/** flowhub by the others: of each round, so that what slows the machine down for a while slows down both. */
export function ratiosOf(entrants: readonly Entrant[], inserts: readonly Inserts[]): Ratios {
  const flowhub = roundsOf(entrants, "flowhub");
  const vs = (name: ContenderName, measure: (round: Round) => number | undefined) =>
    ratioOf(flowhub.map(measure), roundsOf(entrants, name).map(measure));
  const p50 = (ms: readonly number[]) => quantileOfTicks(ms, 0.5);
  return {
    // Throughput is the other way round than time.
    throughputVsBaseline: inverse(vs("baseline", ({ burst }) => burst.seconds)),
    cpuVsBaseline: vs("baseline", ({ burst }) => burst.cpuSeconds),
    throughputVsAncestor: inverse(vs("ancestor", ({ burst }) => burst.seconds)),
    throughputVsRestate: inverse(vs("restate", ({ burst }) => burst.seconds)),
    emitP50VsD1: ratioOf(
      flowhub.map(({ at1 }) => p50(at1.ms)),
      inserts.map(({ at1 }) => p50(at1)),
    ),
    emitP50At32VsAncestor: vs("ancestor", ({ at32 }) => p50(at32.ms)),
  };
}

function roundsOf(entrants: readonly Entrant[], name: ContenderName): readonly Round[] {
  return entrants.find((entrant) => entrant.name === name)?.rounds ?? [];
}

/** `null` where there is nothing to compare. */
function ratioOf(ours: readonly (number | undefined)[], theirs: readonly (number | undefined)[]): Spread | null {
  const ratios = ours.flatMap((our, round) => {
    const their = theirs[round];
    return our === undefined || their === undefined ? [] : our / their;
  });
  return ratios.length === 0 ? null : spreadOf(ratios);
}

function inverse(spread: Spread | null): Spread | null {
  return spread && { median: 1 / spread.median, low: 1 / spread.high, high: 1 / spread.low };
}
