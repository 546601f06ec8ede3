import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ancestorCost, ancestorQuantities, POSTGRES } from "../counts/ancestor.ts";
import {
  ASSUMED,
  type ByItem,
  costOf,
  costPerMillion,
  costsOf,
  ITEMS,
  includedEvents,
  PRICED,
  quantitiesOf,
  totalOf,
} from "../counts/cost.ts";
import { PEERS, peerCost } from "../counts/peers.ts";
import type { Usage } from "../counts/usage.ts";
import { BILLED_MONTH_DAYS, PRICES } from "../prices.ts";
import { COUNTS, EVENT, NOTHING, ONCE } from "./counts.ts";

const count = fc.integer({ min: 0, max: 1_000_000 });
const usages: fc.Arbitrary<Usage> = fc.record<Usage>(Object.fromEntries(Object.keys(NOTHING).map((unit) => [unit, count])) as never);

function scaled(usage: Usage, factor: number): Usage {
  return Object.fromEntries(Object.entries(usage).map(([unit, value]) => [unit, value * factor])) as unknown as Usage;
}

function together(one: Usage, other: Usage): Usage {
  return Object.fromEntries(Object.entries(one).map(([unit, value]) => [unit, value + other[unit as keyof Usage]])) as unknown as Usage;
}

function expectClose(cost: ByItem, expected: ByItem): void {
  for (const item of ITEMS) expect(cost[item]).toBeCloseTo(expected[item], 6);
}

const priceOf = (usage: Usage) => costOf(quantitiesOf(usage));

describe("what usage costs", () => {
  test("is so many times as much for so many times the usage", () => {
    fc.assert(
      fc.property(usages, fc.integer({ min: 0, max: 100 }), (usage, factor) => {
        const once = priceOf(usage);
        expectClose(priceOf(scaled(usage, factor)), Object.fromEntries(ITEMS.map((item) => [item, once[item] * factor])) as ByItem);
      }),
    );
  });

  test("is what its parts cost", () => {
    fc.assert(
      fc.property(usages, usages, (one, other) => {
        const [first, second] = [priceOf(one), priceOf(other)];
        expectClose(priceOf(together(one, other)), Object.fromEntries(ITEMS.map((item) => [item, first[item] + second[item]])) as ByItem);
      }),
    );
  });

  test("is nothing for what was not used", () => {
    expect(Object.values(priceOf(NOTHING))).toEqual(ITEMS.map(() => 0));
    const { steps, rowsWritten, queueOperations, requests, runByteMonths } = priceOf({
      ...ONCE,
      steps: 0,
      rowsWritten: 0,
      queueOperations: 0,
    });
    expect([steps, rowsWritten, queueOperations]).toEqual([0, 0, 0]);
    expect(requests).toBeGreaterThan(0);
    expect(runByteMonths).toBeGreaterThan(0);
  });

  test("is the sum of its items", () => {
    fc.assert(
      fc.property(usages, (usage) => {
        const cost = priceOf(usage);
        expect(totalOf(cost)).toBeCloseTo(
          cost.steps +
            cost.rowsWritten +
            cost.rowsRead +
            cost.queueOperations +
            cost.requests +
            cost.cpuMs +
            cost.runByteMonths +
            cost.databaseByteMonths,
          6,
        );
      }),
    );
  });

  test("is the same a million, however many events were counted", () => {
    expectClose(costPerMillion(scaled(ONCE, 100)), costPerMillion(ONCE));
  });

  test("is what it is by hand, for an event that completes at once", () => {
    const cost = costPerMillion(ONCE);
    expectClose(cost, {
      steps: 8,
      rowsWritten: 6,
      rowsRead: 0.007,
      queueOperations: 1.2,
      requests: 0.6, // the instance and the consumer
      cpuMs: 0.26, // 2.5 + 4.5 + 6 ms
      runByteMonths: 0.16384, // 24,576 bytes for a day of thirty
      databaseByteMonths: 0.72, // 460 + 370 + 130 bytes
    });
    expect(totalOf(cost)).toBeCloseTo(16.95084, 6);
  });

  test("is only the event's own where nothing is owed", () => {
    const { rowsWritten, cpuMs, databaseByteMonths, ...nothing } = costPerMillion(EVENT);
    expect([rowsWritten, cpuMs, databaseByteMonths].map((usd) => Math.round(usd * 1e6) / 1e6)).toEqual([2, 0.05, 0.345]);
    expect(Object.values({ ...nothing, rowsRead: 0 })).toEqual([0, 0, 0, 0, 0]);
  });

  test("follows what is assumed", () => {
    const { runByteMonths, databaseByteMonths } = quantitiesOf(ONCE, { ...ASSUMED, runDays: BILLED_MONTH_DAYS, databaseMonths: 2 });
    expect([runByteMonths, databaseByteMonths]).toEqual([24_576, 1_920]);
  });

  test("is known for every case that is priced", () => {
    expect(Object.keys(costsOf(COUNTS))).toEqual([...PRICED]);
  });
});

describe("what the plan includes", () => {
  test("ends with the item that runs out first", () => {
    expect(includedEvents(ONCE)).toBe(333_333); // of a million queue operations
    expect(includedEvents({ ...ONCE, queueOperations: 0.03 })).toBe(500_000); // steps
    expect(includedEvents(EVENT)).toBe(Math.floor(PRICES.databaseByteMonths.included / ASSUMED.bytes.event));
  });

  test("is a number of events, however many were counted", () => {
    expect(includedEvents(scaled(ONCE, 100))).toBe(includedEvents(ONCE));
  });
});

describe("the ancestor", () => {
  test("pays for messages, their consumers and a database", () => {
    const { cloudflare, database } = ancestorCost({ fanOut: 1, eventsPerMonth: 1_000_000 });
    expect(cloudflare).toBeCloseTo(1.2 + 0.3 + 0.17); // operations, one request, 8.5 ms
    expect(database).toBeCloseTo(POSTGRES.usdPerHour * 730);
  });

  test("has a message for each destination, read once more for each retry", () => {
    const { queueOperations, requests } = ancestorQuantities({ fanOut: 3, failures: 2 });
    expect([queueOperations, requests]).toEqual([3 * 3 + 6, 1 + 6]);
    const { steps, rowsWritten, rowsRead } = ancestorQuantities({ fanOut: 3 });
    expect([steps, rowsWritten, rowsRead]).toEqual([0, 0, 0]);
  });

  test("shares its database among the events there are", () => {
    const database = (eventsPerMonth: number) => ancestorCost({ fanOut: 1, eventsPerMonth }).database;
    expect(database(10_000_000)).toBeCloseTo(database(1_000_000) / 10);
  });
});

describe("peers", () => {
  test("have a page each, and the month in which it said so", () => {
    for (const { page, dated } of PEERS) {
      expect(page).toMatch(/^https:\/\//);
      expect(dated ?? "2026-01").toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
    }
  });

  test("are paid by what they take in and by what they deliver", () => {
    expect(peerCost({ perEvent: 1, perDelivery: 0.2, retry: "not said" }, 3)).toBeCloseTo(1.6);
  });
});
