import { drawn } from "../grid.ts";
import { spreadText } from "../spread.ts";
import type { ContenderName, ContestFigures, Ratios } from "./figures.ts";
import { contestGrid, TITLES } from "./grid.ts";

const RATIOS: Readonly<Record<keyof Ratios, string>> = {
  throughputVsBaseline: "throughput by the baseline's",
  cpuVsBaseline: "CPU by the baseline's",
  throughputVsAncestor: "throughput by cf-eventhub's",
  throughputVsRestate: "throughput by Restate's",
  emitP50VsD1: "emit, p50, by an insert into D1",
  emitP50At32VsAncestor: "emit, p50, 32 calls at a time, by cf-eventhub's",
};

/** The figures for people. */
export function contestText(contest: ContestFigures): string {
  const ratios = Object.entries(RATIOS).map(([name, title]) => {
    const spread = contest.ratios[name as keyof Ratios];
    return [title, spread === null ? "–" : spreadText(spread, 2)];
  });
  const absent = Object.entries(contest.absent).map(([name, why]) => `${TITLES[name as ContenderName]} was not measured: ${why}`);
  return [drawn(contestGrid(contest)), drawn({ head: ["flowhub, of each round", "median (quartiles)"], rows: ratios }), ...absent].join(
    "\n",
  );
}
