import { describe, expect, test } from "vitest";
import { PURGE } from "../../../../schema/limits.ts";
import { type LookedChain, pieceOf } from "../../../../src/domain/purge/purge-piece.ts";

const page = (...chains: string[]) => chains.map((correlationId, index) => ({ id: `${index + 1}`.padStart(3, "0"), correlationId }));
const free = (chain: string, size = 1, first = "001"): LookedChain => ({ chain, inUse: false, first, size });
const used = (chain: string): LookedChain => ({ chain, inUse: true, first: null, size: 0 });
const START = { after: "", dryRun: false };

describe("a piece of a purge", () => {
  test("is every chain of the page that is not in use, and what stays is counted by events", () => {
    const piece = pieceOf(page("a", "b", "a", "b", "c"), [free("a"), used("b"), free("c")], START);
    expect(piece).toEqual({ chains: ["a", "c"], kept: 2, last: undefined });
  });

  test("goes on behind the last event of a page that is full", () => {
    const old = page(...Array.from({ length: PURGE.events }, (_, index) => `c${index % 7}`));
    expect(pieceOf(old, [], START).last).toBe(old.at(-1)?.id);
    expect(pieceOf(old.slice(1), [], START).last).toBeUndefined();
  });

  test("ends before the first event of the chain that is too much, and counts nothing behind it", () => {
    const looked = [free("a", PURGE.rows - 1), used("b"), free("c", 1), free("d", 1), free("e", 1)];
    const piece = pieceOf(page("a", "b", "c", "b", "d", "b", "e", "a"), looked, START);
    expect(piece).toEqual({ chains: ["a", "c"], kept: 2, last: "004" });
  });

  test("has one chain at least, however large", () => {
    const piece = pieceOf(page("a", "b"), [free("a", 10 * PURGE.rows), free("b", 10 * PURGE.rows)], START);
    expect(piece).toEqual({ chains: ["a"], kept: 0, last: "001" });
  });

  test("of a dry run has each chain once: where its oldest event is", () => {
    const looked = [free("a", PURGE.rows, "050"), free("b", 1, "101"), free("c", 1, "100")];
    const piece = pieceOf(page("a", "b", "c"), looked, { after: "100", dryRun: true });
    expect(piece.chains).toEqual(["b"]);
    expect(pieceOf(page("a", "b", "c"), looked, { after: "100", dryRun: false }).chains).toEqual(["a"]);
  });
});
