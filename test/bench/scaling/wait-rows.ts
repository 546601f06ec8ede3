import { SECOND_MS } from "../../../schema/limits.ts";
import type { WaitFigure } from "./figures.ts";

/** A point of a line. */
export interface Row {
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

/** Where the lines end: what cannot be carried waits ever longer. */
export const ENDLESS_SECONDS = 30;

/** Seconds from emit to the first attempt (p95), by dispatches a second. */
export function waitRows(waits: readonly WaitFigure[]): Row[] {
  return waits.map(({ executor, definitions, perSecond, p95Ms }) => ({
    series: executor === "express" ? "express road" : definitions === 1 ? "as it is" : "two workflows",
    x: perSecond,
    y: p95Ms === null ? ENDLESS_SECONDS : p95Ms / SECOND_MS,
  }));
}
