import type { GrowthFigures } from "../growth/figures.ts";
import { COLOURS, draw } from "./draw.ts";

const KINDS: Readonly<Record<string, string>> = { "hot path": COLOURS.flowhub, list: COLOURS.restate, page: COLOURS.ancestor };

/** How many times as long everything takes in the large hub as in the small one. */
export async function growthPicture({ sizes, operations }: GrowthFigures): Promise<string> {
  const count = (value: number) => value.toLocaleString("en");
  const y = { field: "name", type: "nominal", sort: null, title: null, axis: { domain: false, ticks: false, labelLimit: 400 } } as const;
  return await draw({
    title: {
      text: `Time among ${count(sizes.large.dispatches)} dispatches, by that among ${count(sizes.small.dispatches)}`,
      subtitle: "1: as long as in the small hub",
    },
    width: 360,
    height: { step: 15 },
    data: { values: operations.map(({ name, kind, time }) => ({ name, kind, time })) },
    layer: [
      { mark: { type: "rule", color: "#77777788" }, encoding: { x: { datum: 1 } } },
      {
        mark: { type: "point", filled: true, size: 45, opacity: 1 },
        encoding: {
          y,
          x: { field: "time", type: "quantitative", title: null, scale: { zero: true }, axis: { tickCount: 6 } },
          color: {
            field: "kind",
            type: "nominal",
            title: null,
            scale: { domain: Object.keys(KINDS), range: Object.values(KINDS) },
            legend: { orient: "top" },
          },
        },
      },
    ],
  });
}
