import { describe, expect, test } from "vitest";
import { PURGE } from "../../../../schema/limits.ts";
import { type LookedChain, pieceOf } from "../../../../src/domain/purge/purge-piece.ts";

const page = (...chains: string[]) => chains.map((correlationId, index) => ({ id: `${index + 1}`.padStart(3, "0"), correlationId }));
const free = (chain: string, size = 1): LookedChain => ({ chain, inUse: false, size });
const used = (chain: string, size = 1): LookedChain => ({ chain, inUse: true, size });

describe("a piece of a purge", () => {
  test("is every chain that begins in the page and is not in use, and what stays is counted by its old events", () => {
    const piece = pieceOf(page("a", "b", "a", "b", "c"), [free("a"), used("b", 7), free("c")]);
    expect(piece).toEqual({ chains: ["a", "c"], kept: 7, last: undefined });
  });

  test("passes over chains that began before the page", () => {
    expect(pieceOf(page("a", "b"), [free("b")])).toEqual({ chains: ["b"], kept: 0, last: undefined });
  });

  test("goes on behind the last event of a page that is full", () => {
    const old = page(...Array.from({ length: PURGE.events }, (_, index) => `c${index % 7}`));
    expect(pieceOf(old, []).last).toBe(old.at(-1)?.id);
    expect(pieceOf(old.slice(1), []).last).toBeUndefined();
  });

  test("ends before the first event of the chain that is too much, and counts nothing behind it", () => {
    const looked = [free("a", PURGE.rows - 1), used("b", 1_000_000), free("c", 1), free("d", 1), used("f", 5), free("e", 1)];
    const piece = pieceOf(page("a", "b", "c", "b", "d", "f", "e", "a"), looked);
    expect(piece).toEqual({ chains: ["a", "c"], kept: 1_000_000, last: "004" });
  });

  test("has one chain at least, however large", () => {
    const piece = pieceOf(page("x", "a", "b"), [used("x"), free("a", 10 * PURGE.rows), free("b", 10 * PURGE.rows)]);
    expect(piece).toEqual({ chains: ["a"], kept: 1, last: "002" });
  });
});
