import "../unit/support/seed.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { EmitReceipt } from "../../schema/contract/emit.ts";
import { faultCode } from "../../schema/faults.ts";
import { emit } from "../../src/hub/emit/emit.ts";
import { type World, worldOf } from "../sqlite/world.ts";
import { aroundD1 } from "../worker/support/around-d1.ts";
import { faultyD1, type TripFault } from "../worker/support/faulty-d1.ts";

const config = {
  destinations: { email: { worker: "EMAIL" }, audit: { worker: "AUDIT" } },
  routes: [
    { id: "all", on: "*", to: "audit" },
    { id: "orders", on: "order.*", to: { destination: "email", delay: "1 hour" } },
  ],
};

interface Input {
  readonly type: string;
  readonly data: number;
  readonly key?: string | undefined;
}

const input: fc.Arbitrary<Input> = fc.record({
  type: fc.constantFrom("order.placed", "note.taken"),
  data: fc.constantFrom(1, 2),
  key: fc.constantFrom("k1", "k2", "k3", undefined),
});
const calls = fc.array(fc.array(input, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
const seed = fc.nat();

type Outcome = { readonly inputs: readonly Input[]; readonly receipts?: EmitReceipt[]; readonly code?: string | undefined };

async function call({ hub }: World, inputs: readonly Input[]): Promise<Outcome> {
  const later: Promise<unknown>[] = [];
  const emitter = { hub, caller: { source: "shop" }, afterReply: (work: Promise<unknown>) => void later.push(work) };
  try {
    const receipts = await emit(emitter, inputs);
    await Promise.all(later);
    return { inputs, receipts };
  } catch (error) {
    return { inputs, code: faultCode(error) ?? String(error) };
  }
}

interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly key: string | null;
}

/** Holds what was promised against what is stored. */
function judge(world: World, outcomes: readonly Outcome[]): void {
  const events = world.rows<StoredEvent>("SELECT id, type, data, key FROM events ORDER BY id");
  const dispatches = world.rows<{ id: string }>("SELECT id FROM dispatches ORDER BY id").map(({ id }) => id);
  const stored = new Map(events.map((event) => [event.id, event]));
  const keys = events.flatMap(({ key }) => key ?? []);
  expect(new Set(keys).size, "a key is stored once").toBe(keys.length);

  const receipts = outcomes.flatMap(({ inputs, receipts: some = [] }) => some.map((receipt, at) => ({ receipt, input: inputs[at] })));
  for (const { receipt, input: one } of receipts) {
    const { type, data, key = null } = one ?? {};
    expect(stored.get(receipt.id), "a receipt is kept").toEqual({ id: receipt.id, type, data: String(data), key });
    expect(receipt.dispatches.map(({ destination }) => destination)).toEqual(type === "order.placed" ? ["audit", "email"] : ["audit"]);
    for (const { id } of receipt.dispatches) expect(dispatches).toContain(id);
  }
  const fresh = receipts.filter(({ receipt }) => !receipt.duplicate).map(({ receipt }) => receipt);
  expect(fresh.map(({ id }) => id).toSorted(), "what is stored has one receipt that is no duplicate").toEqual([...stored.keys()]);
  expect(dispatches).toEqual(fresh.flatMap((receipt) => receipt.dispatches.map(({ id }) => id)).toSorted());
  expect(new Set(world.started.map(({ id }) => id)), "the runs of what is stored are started").toEqual(new Set(dispatches));
  for (const { code } of outcomes) expect([undefined, "key.conflict"], "nothing else goes wrong").toContain(code);
}

const plain = (given: Input) => ({ ...given });

describe("calls to emit", () => {
  test("at once, in whatever order the database serves them, store each key once and keep every receipt", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), calls, seed, async (scheduler, given, from) => {
        const inTurn = (d1: D1Database) =>
          aroundD1(d1, async ({ go }) => {
            await scheduler.schedule(Promise.resolve());
            return await go();
          });
        const world = await worldOf({ config, seed: from, around: inTurn });
        const outcomes = await scheduler.waitFor(Promise.all(given.map((inputs) => call(world, inputs.map(plain)))));
        judge(world, outcomes);
      }),
      { numRuns: 300 },
    );
  });

  test("compare a known key without reading data that cannot be the same", async () => {
    let largest = 0;
    const measured = (d1: D1Database) =>
      aroundD1(d1, async ({ go }) => {
        const answer = await go();
        largest = Math.max(largest, JSON.stringify(answer).length);
        return answer;
      });
    const world = await worldOf({ config, seed: 1, around: measured });
    const data = (order: readonly string[]) => Object.fromEntries(order.map((name) => [name, "é".repeat(100_000)]));
    const event = { type: "order.placed", key: "k" };
    const emitted = async (more: object) => await call(world, [{ ...event, ...more }] as never);
    await emitted({ data: data(["a", "b"]) });
    expect(await emitted({ data: 1 })).toMatchObject({ code: "key.conflict" });
    expect(largest).toBeLessThan(10_000);
    expect(await emitted({ data: data(["b", "a"]) })).toMatchObject({ receipts: [{ duplicate: true }] });
    expect(await emitted({ data: data(["b", "c"]) })).toMatchObject({ code: "key.conflict" });
  });

  describe("on a database that loses orders and answers", () => {
    beforeAll(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }).setTimerTickMode("nextTimerAsync"));
    afterAll(() => void vi.useRealTimers());

    test("store what they promise, and once what is written twice", async () => {
      const faults = fc.array(fc.constantFrom<TripFault>("none", "lost", "unheard"), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(calls, faults, seed, async (given, script, from) => {
          const faulty = (d1: D1Database) => faultyD1(d1, { of: /INSERT INTO events/, faultOf: (nth) => script[nth - 1] ?? "none" });
          const world = await worldOf({ config, seed: from, around: faulty });
          const outcomes: Outcome[] = [];
          for (const inputs of given) outcomes.push(await call(world, inputs.map(plain)));
          const answered = outcomes.filter(({ code }) => code !== "storage.unavailable");
          if (answered.length === outcomes.length) judge(world, outcomes);
        }),
        { numRuns: 200 },
      );
    });
  });
});
