import { expect, test } from "vitest";
import { longChains } from "../../../../src/domain/read/long-chains.ts";

test("a chain is told by what was noted of it last", () => {
  const note = (correlationId: string, kind: "chain_long" | "chain_too_long", at: number, events: number) => ({
    ...{ correlationId, kind, at },
    detail: JSON.stringify({ events, limit: 10 }),
  });
  expect(longChains([note("b", "chain_too_long", 2, 11), note("b", "chain_long", 1, 8), note("a", "chain_long", 0, 9)])).toEqual([
    { correlationId: "b", at: "1970-01-01T00:00:00.002Z", events: 11, limit: 10, full: true },
    { correlationId: "a", at: "1970-01-01T00:00:00.000Z", events: 9, limit: 10, full: false },
  ]);
  expect(longChains([])).toEqual([]);
});
