import { describe, expect, test } from "vitest";
import { type Both, figuresOf, type GrowthFigures, growing } from "../growth/figures.ts";

import { growthReport, growthSummary, growthTable } from "../growth/report.ts";

const sizes: GrowthFigures["sizes"] = {
  small: { events: 400, dispatches: 1_000, bytes: 1_000_000, walBytes: 0, bytesPerEvent: 700, bytesPerDispatch: 500 },
  large: { events: 8_000, dispatches: 20_000, bytes: 16_000_000, walBytes: 4_000_000, bytesPerEvent: 700, bytesPerDispatch: 500 },
};

const sample = (ms: number, rowsRead: number, rowsWritten = 0) => ({ ms, rowsRead, rowsWritten, roundTrips: 1 });
const hot = (name: string, rows: Both<number>) =>
  figuresOf({ name, kind: "hot path" }, { small: [sample(2, rows.small)], large: [sample(4, rows.large)] });
const page = (name: string, { rows, ms }: { rows: number; ms: number }) =>
  figuresOf({ name, kind: "page", bound: 100 }, { small: [sample(10, 1)], large: [sample(ms, rows)] });

describe("figures of growth", () => {
  test("are the medians of times and their ratio, and the most rows of any round", () => {
    const small = [sample(1, 3), sample(2, 3), sample(90, 5)];
    const figures = figuresOf(
      { name: "list", kind: "list", bound: 9 },
      { small, large: small.map(({ ms, ...rest }) => ({ ...rest, ms: 3 * ms })) },
    );
    expect(figures).toMatchObject({ name: "list", kind: "list", bound: 9, rowsRead: { small: 5, large: 5 }, time: 3 });
    expect(figures.ms.small.median).toBe(2);
  });

  test("name each operation of the hot path that reads other numbers of rows", () => {
    const operations = [hot("emit", { small: 3, large: 3 }), hot("sweep", { small: 5, large: 7 }), hot("attempt", { small: 4, large: 2 })];
    expect(growing({ sizes, operations })).toEqual([
      "sweep reads 5 rows in the small hub and 7 in the large one",
      "attempt reads 4 rows in the small hub and 2 in the large one",
    ]);
  });

  test("name each list and page that reads more than its bound, and none that grows up to it", () => {
    const operations = [page("/", { rows: 100, ms: 10 }), page("/events", { rows: 101, ms: 10 })];
    expect(growing({ sizes, operations })).toEqual(["/events reads 101 rows, and 100 at most are allowed"]);
  });

  test("name whatever writes more rows into the large hub", () => {
    const given = { small: [sample(1, 1, 2)], large: [sample(1, 1, 3)] };
    expect(growing({ sizes, operations: [figuresOf({ name: "emit", kind: "hot path" }, given)] })).toEqual([
      "emit writes 2 rows in the small hub and 3 in the large one",
    ]);
  });
});

describe("the report of growth", () => {
  const pages = [10, 20, 30, 40, 50, 60].map((ms) => page(`/${ms}`, { rows: ms, ms }));
  const figures = { sizes, operations: [hot("emit", { small: 3, large: 3 }), ...pages] };

  test("has every operation, for people and in the summary", () => {
    const text = growthReport(figures);
    for (const { name } of figures.operations) expect(text).toContain(name);
    expect(growthSummary(figures)).toMatchObject({ emit: { rowsRead: [3, 3], time: 2 }, "/60": { rowsRead: [1, 60], time: 6 } });
    expect(Object.keys(growthSummary(figures))).toEqual(figures.operations.map(({ name }) => name));
  });

  test("for the README has the hot path and the pages that grow most, these first", () => {
    // Columns are as wide as the widest cell.
    const lines = growthTable(figures)
      .split("\n")
      .map((line) => line.replace(/ +/g, " "));
    expect(lines[0]).toBe("| dispatches stored: 1,000 and 20,000 | rows read | ms | time |");
    expect(lines.slice(2)).toEqual([
      "| emit | 3 | 2.0 and 4.0 | × 2.0 |",
      "| `/60` | 1 and 60 | 10.0 and 60.0 | × 6.0 |",
      "| `/50` | 1 and 50 | 10.0 and 50.0 | × 5.0 |",
      "| `/40` | 1 and 40 | 10.0 and 40.0 | × 4.0 |",
      "| `/30` | 1 and 30 | 10.0 and 30.0 | × 3.0 |",
      "| `/20` | 1 and 20 | 10.0 and 20.0 | × 2.0 |",
    ]);
  });
});
