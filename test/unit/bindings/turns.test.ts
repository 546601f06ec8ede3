import { describe, expect, test } from "vitest";
import { oneAtATime } from "../../../src/bindings/turns.ts";

const TIMES = { lookMs: 5, waitMs: 50, turnMs: 1_000 };
const now = () => Date.now();

/** Work that ends when it is told to. */
function pending() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { work: async () => await promise, end: () => resolve("done") };
}

describe("one at a time", () => {
  test("ten pieces of work are done one after the other", async () => {
    const inTurn = oneAtATime({ ...TIMES, waitMs: 5_000 });
    const [under, most] = [new Set<number>(), { seen: 0 }];
    const work = async (nth: number) => {
      under.add(nth);
      most.seen = Math.max(most.seen, under.size);
      await new Promise((resolve) => setTimeout(resolve, 2));
      under.delete(nth);
      return nth;
    };
    const all = await Promise.all(Array.from({ length: 10 }, (_, nth) => inTurn(now, () => work(nth))));
    expect([all, most.seen]).toEqual([all.map((_, nth) => ({ result: nth })), 1]);
  });

  test("who waits too long is told, and has done nothing", async () => {
    const inTurn = oneAtATime(TIMES);
    const first = pending();
    const holding = inTurn(now, first.work);
    const begun: string[] = [];
    expect(await inTurn(now, async () => begun.push("second"))).toBeUndefined();
    expect(begun).toEqual([]);
    first.end();
    expect(await holding).toEqual({ result: "done" });
    expect(await inTurn(now, async () => 2)).toEqual({ result: 2 });
  });

  test("work that fails gives its turn back", async () => {
    const inTurn = oneAtATime(TIMES);
    await expect(inTurn(now, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await inTurn(now, async () => 2)).toEqual({ result: 2 });
  });

  test("work that never ends loses its turn, and does not take another's when it ends after all", async () => {
    const inTurn = oneAtATime({ ...TIMES, turnMs: 20 });
    const [hanging, second] = [pending(), pending()];
    const lost = inTurn(now, hanging.work);
    const holding = inTurn(() => Date.now() + 10_000, second.work);
    hanging.end();
    await lost;
    const third = inTurn(now, async () => 3);
    expect(await third).toBeUndefined();
    second.end();
    expect(await holding).toEqual({ result: "done" });
  });
});
