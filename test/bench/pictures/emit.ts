import type { ContenderName, ContestFigures, Latency } from "../contest/figures.ts";
import { TITLES } from "../contest/grid.ts";
import { COLOURS, draw } from "./draw.ts";

const PARTS = ["p50", "p95", "p99"] as const;
const INSERT = "an insert into D1";

/** From emit to its answer, one call at a time and 32 at a time, by the median of an insert into D1 without a hub. */
export async function emitPicture({ contenders, d1 }: ContestFigures): Promise<string> {
  const rows = (name: string, colour: string, at: string, latency: Latency, by: Latency) =>
    PARTS.map((part) => ({ name, colour, at, part, times: latency[part].median / by.p50.median }));
  const values = [
    ...rows(INSERT, COLOURS.other, "one call at a time", d1.insertAt1, d1.insertAt1),
    ...rows(INSERT, COLOURS.other, "32 calls at a time", d1.insertAt32, d1.insertAt32),
    ...Object.entries(contenders).flatMap(([name, { emitAt1, emitAt32 }]) => {
      const [title, colour] = [TITLES[name as ContenderName], COLOURS[name as ContenderName]];
      return [
        ...rows(title, colour, "one call at a time", emitAt1, d1.insertAt1),
        ...rows(title, colour, "32 calls at a time", emitAt32, d1.insertAt32),
      ];
    }),
  ];
  const y = { field: "name", type: "nominal", sort: null, title: null, axis: { domain: false, ticks: false } } as const;
  const x = { field: "times", type: "quantitative", title: null, scale: { zero: true }, axis: { tickCount: 5 } } as const;
  return await draw({
    title: { text: "From emit to its answer, by the median of an insert into D1", subtitle: "● p50   ◆ p95   ▲ p99" },
    data: { values },
    facet: { column: { field: "at", type: "nominal", sort: ["one call at a time"], title: null } },
    resolve: { scale: { x: "independent" } },
    spec: {
      width: 230,
      height: { step: 26 },
      layer: [
        {
          mark: { type: "line", strokeWidth: 1 },
          encoding: { y, x, detail: { field: "name" }, color: { field: "colour", type: "nominal", scale: null } },
        },
        {
          mark: { type: "point", filled: true, size: 60, opacity: 1 },
          encoding: {
            y,
            x,
            color: { field: "colour", type: "nominal", scale: null },
            shape: {
              field: "part",
              type: "nominal",
              scale: { domain: [...PARTS], range: ["circle", "diamond", "triangle-up"] },
              legend: null,
            },
          },
        },
      ],
    },
  });
}
