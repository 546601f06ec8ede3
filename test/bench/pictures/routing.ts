import type { RoutingFigures } from "../routing/bench.ts";
import { COLOURS, draw } from "./draw.ts";

/** What it takes to find where an event goes, by how many routes there are, five of which can match. */
export async function routingPicture({ flowhub, ancestor }: RoutingFigures): Promise<string> {
  const rows = (name: string, figures: RoutingFigures["flowhub"]) =>
    figures.map(({ routes, nsPerEvent }) => ({ name, routes, microseconds: nsPerEvent.median / 1_000 }));
  const log = { type: "quantitative", scale: { type: "log" } } as const;
  return await draw({
    title: { text: "To find where an event goes, in microseconds", subtitle: "by the number of routes, of which five can match its type" },
    width: 480,
    height: 200,
    data: { values: [...rows("cf-eventhub", ancestor), ...rows("flowhub", flowhub)] },
    mark: { type: "line", point: { size: 50 } },
    encoding: {
      x: {
        field: "routes",
        type: "quantitative",
        scale: { type: "log", nice: false },
        title: null,
        axis: { values: flowhub.map(({ routes }) => routes), grid: false },
      },
      y: { field: "microseconds", ...log, title: null, axis: { tickCount: 5, format: "~g" } },
      color: {
        field: "name",
        type: "nominal",
        title: null,
        scale: { domain: ["cf-eventhub", "flowhub"], range: [COLOURS.ancestor, COLOURS.flowhub] },
        legend: { orient: "top" },
      },
    },
  });
}
