import type { TopLevelSpec } from "vega-lite";
import type { ScalingFigures } from "../scaling/figures.ts";
import { ENDLESS_SECONDS, waitRows } from "../scaling/wait-rows.ts";
import { COLOURS, draw } from "./draw.ts";

const SERIES = {
  "as it is": COLOURS.flowhub,
  "two workflows": COLOURS.flowhub3,
  "express road": COLOURS.other,
} as const;

/** How long first attempts wait by what one hub is asked for: flat until it saturates, then straight up. */
export async function scalingPicture({ waits }: Pick<ScalingFigures, "waits">): Promise<string> {
  const values = waitRows(waits);
  const spec: TopLevelSpec = {
    width: 310,
    height: 230,
    padding: { left: 5, top: 5, right: 5, bottom: 5 },
    title: { text: "Where one hub saturates", subtitle: "From emit to the first attempt, p95; ten events a call" },
    data: { values },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        title: "dispatches asked for a second",
        scale: { domain: [0, 220] },
        axis: { values: [0, 50, 100, 150, 200], labelFontSize: 13, titleFontSize: 13 },
      },
      y: {
        field: "y",
        type: "quantitative",
        title: null,
        scale: { type: "log", domain: [0.1, ENDLESS_SECONDS] },
        axis: {
          labelFontSize: 13,
          values: [0.1, 0.3, 1, 3, 10, ENDLESS_SECONDS],
          labelExpr: `datum.value >= ${ENDLESS_SECONDS} ? 'no end' : datum.value + ' s'`,
        },
      },
      color: {
        field: "series",
        type: "nominal",
        title: null,
        scale: { domain: Object.keys(SERIES), range: Object.values(SERIES) },
        legend: { orient: "bottom", labelFontSize: 13, columnPadding: 2, offset: 8 },
      },
    },
    layer: [{ mark: { type: "line", strokeWidth: 2.5 } }, { mark: { type: "point", filled: true, size: 28, opacity: 1 } }],
  };
  return await draw(spec);
}
