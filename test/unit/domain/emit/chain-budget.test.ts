import { describe, expect, test } from "vitest";
import { CHAIN } from "../../../../schema/limits.ts";
import { idSource } from "../../../../src/domain/base/id-source.ts";
import { chainsToCount, chainTooLong, judgeChain } from "../../../../src/domain/emit/chain-budget.ts";
import type { EventRow } from "../../../../src/domain/emit/plan-emit.ts";

const newId = idSource({ now: () => 0, randomBytes: () => crypto.getRandomValues(new Uint8Array(16)) });
const idOf = (byte: string) => newId().replace(/..(..)$/, `${byte}$1`);

const row = (given: Partial<EventRow>): EventRow => ({
  ...{ id: idOf("41"), type: "t", source: null, subject: null, time: 0, data: "0", key: null },
  ...{ correlationId: "c", causationId: "e-0", depth: 2, configVersion: "v", extensions: null },
  ...given,
});

describe("chains to be counted", () => {
  test.each(["00", "40", "80", "c0"])("are those of an event whose last random byte is %s, with all that is added to them", (byte) => {
    const [first, drawn, other] = [row({}), row({ id: idOf(byte) }), row({ correlationId: "d" })];
    expect(chainsToCount([first, drawn, other])).toEqual([{ correlationId: "c", before: first.id, added: 2 }]);
  });

  test("are several where several are drawn, each once", () => {
    const events = ["c", "d", "c"].map((correlationId) => row({ correlationId, id: idOf("00") }));
    expect(chainsToCount(events)).toEqual([
      { correlationId: "c", before: events[0]?.id, added: 2 },
      { correlationId: "d", before: events[1]?.id, added: 1 },
    ]);
  });

  test("are none of an event without a cause, nor of one that the first of its chain caused", () => {
    const id = idOf("00");
    expect(chainsToCount([row({ id, causationId: null, depth: 0 }), row({ id, depth: 1 })])).toEqual([]);
  });

  test("are drawn at one of 64 events", () => {
    const drawn = Array.from({ length: 64_000 }, () => chainsToCount([row({ id: newId() })]).length).reduce((sum, one) => sum + one, 0);
    // Within six standard deviations of 1,000.
    expect(Math.abs(drawn - 64_000 / CHAIN.countedOneOf)).toBeLessThan(190);
  });
});

test("a chain is long from 80 % of its limit on, and too long beyond it", () => {
  expect([0, 79, 80, 100, 101].map((events) => judgeChain(events, 100))).toEqual(["fine", "fine", "long", "long", "too long"]);
  expect([1, 2].map((events) => judgeChain(events, 1))).toEqual(["long", "too long"]);
});

test("the fault names the limit, and where to raise it", () => {
  expect(chainTooLong(7).message).toMatch(/^\(chain\.too_long\) .* 7 events .*defaults\.maxChainEvents/);
});
