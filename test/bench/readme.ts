import { contestGrid } from "./contest/grid.ts";
import { costTable, countsTable, peersTable } from "./counts/table.ts";
import type { Figures } from "./figures.ts";
import { markdown } from "./grid.ts";
import { growthTable } from "./growth/report.ts";
import { partsOf } from "./marked.ts";

/** The README with its measured sections renewed: each between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. */
export function withSections(readme: string, figures: Partial<Figures>): string {
  return Object.entries(sectionsOf(figures)).reduce((text, [name, section]) => {
    const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
    const [before, , behind] = partsOf(text, start, end) ?? [];
    if (before === undefined) throw new Error(`The README has no place for ${name}: ${start} … ${end}.`);
    return `${before}\n\n${section}\n\n${behind}`;
  }, readme);
}

function sectionsOf({ counts, contest, growth, routing }: Partial<Figures>): Readonly<Record<string, string>> {
  return {
    ...(counts && { cost: costTable(counts), peers: peersTable(counts), counts: countsTable(counts) }),
    ...(contest && { contest: markdown(contestGrid(contest)) }),
    ...(growth && { growth: growthTable(growth) }),
    ...(routing && { routing: routingText(routing) }),
  };
}

function routingText({ flowhub, ancestor, route1000Vs5, compileMs }: Figures["routing"]): string {
  const [few, many, theirs] = [flowhub[0], flowhub.at(-1), ancestor.at(-1)];
  if (few === undefined || many === undefined || theirs === undefined) throw new Error("no routing was measured");
  const microseconds = (ns: number) => (ns / 1_000).toLocaleString("en", { maximumSignificantDigits: 2 });
  return [
    `An event among ${many.routes.toLocaleString("en")} routes of which ${many.canMatch} can match its type is routed in ${microseconds(many.nsPerEvent.median)} µs, ${route1000Vs5.median.toFixed(2)} times what these ${few.routes} take alone;`,
    `cf-eventhub, which asks every route by JSONPath, takes ${microseconds(theirs.nsPerEvent.median)} µs. All ${many.routes.toLocaleString("en")} are compiled in ${compileMs.median.toFixed(1)} ms, once an isolate.`,
  ].join("\n");
}
