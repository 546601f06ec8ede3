import Table from "cli-table3";
import { markdown } from "../grid.ts";
import { spreadText } from "../spread.ts";
import type { Both, GrowthFigures } from "./figures.ts";

/** All figures for people. */
export function growthReport({ sizes, operations }: GrowthFigures): string {
  const table = new Table({
    head: ["", "rows read", "", "at most", "written", "trips", "ms", "", "time"],
    style: { head: [], border: [] },
    colAligns: ["left", ...Array<"right">(8).fill("right")],
  });
  table.push(["dispatches", count(sizes.small.dispatches), count(sizes.large.dispatches), "", "", "", "small", "large", "ratio"]);
  for (const { name, bound, rowsRead, rowsWritten, roundTrips, ms, time } of operations) {
    const limit = bound === undefined ? "as many" : count(bound);
    const times = [spreadText(ms.small, 1), spreadText(ms.large, 1), time.toFixed(2)];
    table.push([name, count(rowsRead.small), count(rowsRead.large), limit, count(rowsWritten.large), count(roundTrips.large), ...times]);
  }
  return `${table.toString()}\n${storedText(sizes)}`;
}

function storedText({ large, small }: GrowthFigures["sizes"]): string {
  return [small, large]
    .map(
      ({ events, dispatches, bytes, walBytes, bytesPerEvent, bytesPerDispatch }) =>
        `${count(events)} events, ${count(dispatches)} dispatches: ${megabytes(bytes)}, ${megabytes(walBytes)} of them or more in the log before it is taken over; ` +
        `${count(bytesPerEvent)} bytes an event, ${count(bytesPerDispatch)} a dispatch with its attempts`,
    )
    .join("\n");
}

/** Rows read in both hubs and the ratio of times, by operation. */
export function growthSummary({ operations }: GrowthFigures): Record<string, { rowsRead: [small: number, large: number]; time: number }> {
  return Object.fromEntries(
    operations.map(({ name, rowsRead: { small, large }, time }) => [
      name,
      { rowsRead: [rounded(small), rounded(large)], time: rounded(time) },
    ]),
  );
}

const WORST = 5;

/** The hot path and the pages that grow most, in Markdown. */
export function growthTable({ sizes, operations }: GrowthFigures): string {
  const hot = operations.filter(({ kind }) => kind === "hot path");
  const pages = operations.filter(({ kind }) => kind === "page").toSorted((a, b) => b.time - a.time);
  return markdown({
    head: [`dispatches stored: ${count(sizes.small.dispatches)} and ${count(sizes.large.dispatches)}`, "rows read", "ms", "time"],
    rows: [...hot, ...pages.slice(0, WORST)].map(({ name, rowsRead, ms, time }) => [
      name.startsWith("/") ? `\`${name}\`` : name,
      pair(rowsRead, count),
      pair({ small: ms.small.median, large: ms.large.median }, (value) => value.toFixed(1)),
      `× ${time.toFixed(1)}`,
    ]),
  });
}

function pair(both: Both<number>, text: (value: number) => string): string {
  const [small, large] = [text(both.small), text(both.large)];
  return small === large ? small : `${small} and ${large}`;
}

function count(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 1 });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
