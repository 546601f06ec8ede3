import type { ContenderName, ContestFigures } from "../contest/figures.ts";
import { TITLES } from "../contest/grid.ts";
import { COLOURS, draw } from "./draw.ts";

/** How many dispatches each contender carries a second, by the baseline's, with the quartiles of its rounds. */
export async function throughputPicture({ contenders }: ContestFigures): Promise<string> {
  const baseline = contenders.baseline?.bursts[0]?.perSecond.median ?? Number.NaN;
  const values = Object.entries(contenders).map(([name, { bursts }]) => {
    const { median, low, high } = bursts[0]?.perSecond ?? { median: 0, low: 0, high: 0 };
    return {
      name: TITLES[name as ContenderName],
      median: median / baseline,
      low: low / baseline,
      high: high / baseline,
      colour: COLOURS[name as ContenderName],
    };
  });
  const y = { field: "name", type: "nominal", sort: null, title: null, axis: { domain: false, ticks: false } } as const;
  return await draw({
    title: {
      text: "Dispatches a second, by the baseline's",
      subtitle: "1,000 at once until all are settled; the mark is half of the rounds",
    },
    width: 480,
    height: { step: 26 },
    data: { values },
    layer: [
      {
        mark: { type: "bar", cornerRadiusEnd: 2, height: 16 },
        encoding: {
          y,
          x: { field: "median", type: "quantitative", title: null, axis: { tickCount: 6 } },
          color: { field: "colour", type: "nominal", scale: null },
        },
      },
      { mark: { type: "rule", color: "#555555" }, encoding: { y, x: { field: "low", type: "quantitative" }, x2: { field: "high" } } },
      {
        mark: { type: "text", align: "left", dx: 6 },
        encoding: { y, x: { field: "high", type: "quantitative" }, text: { field: "median", type: "quantitative", format: ".2f" } },
      },
    ],
  });
}
