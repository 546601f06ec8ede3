import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Colours that are told apart by everybody (Okabe and Ito), on light and on dark pages alike. */
export const COLOURS = {
  flowhub: "#0072b2",
  flowhub3: "#56b4e9",
  baseline: "#999999",
  ancestor: "#e69f00",
  restate: "#009e73",
  other: "#cc79a7",
} as const;

const TEXT = "#777777";
const LINE = "#77777744";

/** Looks the same wherever the README is read: no background, and greys that show on white and on black. */
const CONFIG: NonNullable<TopLevelSpec["config"]> = {
  background: "transparent",
  font: "system-ui, sans-serif",
  view: { stroke: null },
  title: { color: TEXT, fontSize: 14, fontWeight: 600, anchor: "start", offset: 12, subtitleColor: TEXT, subtitleFontSize: 11 },
  axis: {
    labelColor: TEXT,
    titleColor: TEXT,
    titleFontWeight: "normal",
    gridColor: LINE,
    domainColor: LINE,
    tickColor: LINE,
    labelFontSize: 11,
    labelLimit: 400,
  },
  legend: { labelColor: TEXT, titleColor: TEXT, titleFontWeight: "normal", labelFontSize: 11 },
  header: { labelColor: TEXT, titleColor: TEXT, labelFontSize: 11 },
  text: { color: TEXT, fontSize: 11 },
};

/** A picture as SVG text. The same for the same specification. */
export async function draw(spec: TopLevelSpec): Promise<string> {
  const { spec: vega } = compile({ ...spec, config: CONFIG });
  const view = new View(parse(vega), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
