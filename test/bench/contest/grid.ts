import type { Grid } from "../grid.ts";
import type { ContenderFigures, ContenderName, ContestFigures, Latency } from "./figures.ts";

/** Contenders in the order of the table, and what each is called there. */
export const TITLES: Readonly<Record<ContenderName, string>> = {
  baseline: "the baseline",
  flowhub: "flowhub",
  flowhub3: "flowhub, 3 destinations",
  ancestor: "cf-eventhub",
  restate: "Restate",
};

/** A line of the table: what is measured of a contender, and what that is divided by. */
interface Line {
  readonly title: string;
  readonly of: (figures: ContenderFigures) => number | null | undefined;
  readonly by: (contest: ContestFigures) => number | null | undefined;
}

const QUANTILES = ["p50", "p95", "p99"] as const satisfies readonly (keyof Latency)[];

const LINES: readonly Line[] = [
  byBaseline("dispatches a second, 1,000 at once", ({ bursts }) => bursts[0]?.perSecond.median),
  byBaseline("… 5,000 at once", ({ bursts }) => bursts[1]?.perSecond.median),
  byBaseline("CPU a dispatch, all processes", ({ bursts }) => bursts[0]?.cpuSeconds?.median),
  byBaseline("most memory, all processes", ({ bursts }) => bursts.at(-1)?.peakBytes),
  byBaseline("bytes on disk a dispatch", ({ diskBytesPerDispatch }) => diskBytesPerDispatch),
  byBaseline("from producer to destination, p50", ({ endToEndMs }) => endToEndMs.p50.median),
  byBaseline("… p95", ({ endToEndMs }) => endToEndMs.p95.median),
  ...QUANTILES.map((part) => ({
    title: part === "p50" ? `emit by an insert into D1, ${part}` : `… ${part}`,
    of: ({ emitAt1 }: ContenderFigures) => emitAt1[part].median,
    by: ({ d1 }: ContestFigures) => d1.insertAt1[part].median,
  })),
  ...QUANTILES.map((part) => ({
    title: part === "p50" ? `… 32 calls at a time, ${part}` : `… ${part}`,
    of: ({ emitAt32 }: ContenderFigures) => emitAt32[part].median,
    by: ({ d1 }: ContestFigures) => d1.insertAt32[part].median,
  })),
];

function byBaseline(title: string, of: Line["of"]): Line {
  return { title, of, by: ({ contenders: { baseline } }) => baseline && of(baseline) };
}

/** Everything as a ratio; a column for each contender that was there, `–` where something was not measured. */
export function contestGrid(contest: ContestFigures): Grid {
  const names = Object.keys(TITLES).filter((name): name is ContenderName => name in contest.contenders);
  return {
    head: ["", ...names.map((name) => TITLES[name])],
    rows: [
      ...LINES.map(({ title, of, by }) => [
        title,
        ...names.map((name) => {
          const figures = contest.contenders[name];
          return ratioText(figures && of(figures), by(contest));
        }),
      ]),
      ["accepted, and never ran", ...names.map((name) => stuckText(contest.contenders[name]))],
    ],
  };
}

function stuckText(figures: ContenderFigures | undefined): string {
  if (figures === undefined) return "–";
  const { stuck, dispatches } = figures.stuck;
  return `${stuck.toLocaleString("en")} of ${dispatches.toLocaleString("en")}`;
}

function ratioText(one: number | null | undefined, other: number | null | undefined): string {
  return one == null || other == null ? "–" : (one / other).toFixed(2);
}
