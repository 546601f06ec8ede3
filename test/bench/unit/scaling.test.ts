import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BATCH } from "../../../schema/deployment.ts";
import { CHECK, MINUTE_MS, SECOND_MS } from "../../../schema/limits.ts";
import { mulberry32 } from "../../mulberry32.ts";
import { costPerMillion } from "../counts/cost.ts";
import { createAccount } from "../scaling/account.ts";
import { createAgenda } from "../scaling/agenda.ts";
import { createAllowance } from "../scaling/allowance.ts";
import { capacityOf, databaseMs } from "../scaling/capacity.ts";
import { costOfMillion } from "../scaling/cost.ts";
import { DOCUMENT_SEED, generatedOf, readGenerated } from "../scaling/document.ts";
import { SINGLE, TENS } from "../scaling/load.ts";
import { PACE, PLATFORM } from "../scaling/platform.ts";
import { createServer } from "../scaling/server.ts";
import { type Scenario, simulate } from "../scaling/simulate.ts";
import { simulateScaling } from "../scaling/simulate-scaling.ts";
import { scenarioOf, settledPerSecond, waitOf } from "../scaling/steady.ts";
import { markdownOf } from "../scaling/table.ts";
import { tablesOf } from "../scaling/tables.ts";
import { ENDLESS_SECONDS, waitRows } from "../scaling/wait-rows.ts";
import { ONCE } from "./counts.ts";

function courseOf(eventsPerSecond: number, given: Partial<Scenario> = {}, minutes = 2) {
  const phases = [{ forMs: minutes * MINUTE_MS, eventsPerSecond }];
  return simulate(scenarioOf({ seed: 7, load: TENS, phases, ...given }));
}

function rounded(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}

function lastOf({ samples }: ReturnType<typeof simulate>) {
  const last = samples.at(-1);
  if (last === undefined) throw new Error("nothing was sampled");
  return last;
}

describe("what comes in", () => {
  const surge = [
    { forMs: MINUTE_MS / 2, eventsPerSecond: 350 },
    { forMs: 6 * MINUTE_MS, eventsPerSecond: 0 },
  ];
  for (const executor of ["workflow", "express"] as const) {
    it(`is refused or settles, once nothing more comes: ${executor}`, () => {
      const { counts } = lastOf(simulate(scenarioOf({ seed: 3, load: { ...TENS, failedShare: 0.05 }, phases: surge, executor })));
      expect(counts.accepted).toBeGreaterThan(9_000);
      expect([counts.settled, counts.unstarted]).toEqual([counts.accepted, 0]);
    });
  }

  it("settles too when the queue loses it, since sweeps find it, no more at a time than the hub's own take", () => {
    const phases = [
      { forMs: SECOND_MS, eventsPerSecond: 15_000 },
      { forMs: 10 * MINUTE_MS, eventsPerSecond: 0 },
    ];
    const pace = { readMs: 0.01, writeMs: 0.01, rowMs: 0 };
    const course = simulate(scenarioOf({ seed: 3, load: { ...SINGLE, failedShare: 0 }, phases, pace }));
    const { counts } = lastOf(course);
    expect(counts.refusedMessages).toBeGreaterThan(100);
    expect([counts.settled, counts.unstarted]).toEqual([counts.accepted, 0]);
    const sweeps = course.samples.map((sample, nth) => sample.counts.swept - (course.samples[nth - 1]?.counts.swept ?? 0));
    expect(Math.max(...sweeps)).toBe(CHECK.sweepPage * CHECK.sweepPages);
  });

  it("is accepted or refused, and what is accepted has settled or is still on its way, at every moment", () => {
    const { samples, latencies } = courseOf(300, { load: SINGLE }, 0.5);
    for (const { counts } of samples) {
      expect(counts.settled + counts.unstarted).toBeLessThanOrEqual(counts.accepted);
      expect(counts.accepted).toBe(counts.acceptedEvents);
    }
    expect(latencies.length).toBeLessThanOrEqual(lastOf({ samples, latencies }).counts.accepted);
    expect(lastOf({ samples, latencies }).counts.creations).toBe(
      lastOf({ samples, latencies }).counts.accepted - lastOf({ samples, latencies }).counts.unstarted,
    );
  });
});

describe("below its limit a hub", () => {
  const course = courseOf(80);

  it("settles what comes in", () => {
    const { counts } = lastOf(course);
    expect(counts.settled / counts.accepted).toBeGreaterThan(0.98);
    expect(settledPerSecond(course.samples, 30 * SECOND_MS) / 80).toBeCloseTo(1, 1);
  });

  it("keeps no backlog, refuses nothing and repairs nothing", () => {
    const { counts } = lastOf(course);
    expect(counts.mostUnstarted).toBeLessThan(3 * 80);
    expect([counts.refusedEvents, counts.refusedMessages, counts.repairs, counts.undeliverable]).toEqual([0, 0, 0, 0]);
  });

  for (const load of [SINGLE, TENS]) {
    it(`keeps its database busy for as long as the formula says, with ${load.eventsPerCall} events a call`, () => {
      const { databaseMs: busyMs, counts } = lastOf(courseOf(90, { load, definitions: 3 }));
      expect(Math.abs(busyMs / counts.settled / databaseMs("workflow", load, PACE) - 1)).toBeLessThan(0.02);
    });
  }

  it("writes six rows for a dispatch that completes at once, and four to purge it", () => {
    const { counts } = lastOf(courseOf(50, { load: { ...SINGLE, failedShare: 0 } }, 1));
    expect(counts.rows / counts.settled).toBeCloseTo(10, 0);
  });
});

describe("above its limit", () => {
  const within2Percent = (value: number, limit: number) => expect(Math.abs(value / limit - 1)).toBeLessThan(0.02);

  for (const refusal of ["call", "entry"] as const) {
    it(`a workflow creates what is documented, when what is refused is the ${refusal}`, () => {
      within2Percent(settledPerSecond(courseOf(130, { refusal }).samples, 30 * SECOND_MS), PLATFORM.creationsPerSecond);
    });
  }

  it("an account creates what is documented, for all its hubs together", () => {
    within2Percent(settledPerSecond(courseOf(100, { hubs: 4 }, 1).samples, 30 * SECOND_MS), PLATFORM.accountCreationsPerSecond);
  });

  it("no more instances run than an account may have, and who waits comes in turn", () => {
    const agenda = createAgenda();
    const account = createAccount(agenda);
    const started: number[] = [];
    for (let nth = 0; nth < PLATFORM.runningInstances + 2; nth++) account.enter(() => started.push(nth));
    expect([account.running(), started.length]).toEqual([PLATFORM.runningInstances, PLATFORM.runningInstances]);
    account.leave();
    agenda.runUntil(1);
    expect([account.running(), started.at(-1)]).toEqual([PLATFORM.runningInstances, PLATFORM.runningInstances]);
  });

  it("an allowance gives a second's worth at once, and its rate from then on", () => {
    const allowance = createAllowance(100);
    expect(allowance.left(0)).toBe(100);
    allowance.take(100);
    expect([allowance.left(0), allowance.left(500), allowance.left(60_000)]).toEqual([0, 50, 100]);
  });
});

describe("more", () => {
  const arrangement = fc.record({
    shards: fc.integer({ min: 1, max: 100 }),
    accounts: fc.integer({ min: 1, max: 40 }),
    definitions: fc.integer({ min: 1, max: 3 }),
    executor: fc.constantFrom("workflow" as const, "express" as const, "object" as const),
  });

  it("shards, accounts or workflows never carry less", () => {
    fc.assert(
      fc.property(arrangement, fc.constantFrom("shards" as const, "accounts" as const, "definitions" as const), (given, what) => {
        const more = { ...given, [what]: given[what] + 1 };
        expect(capacityOf(more, TENS, PACE).perSecond).toBeGreaterThanOrEqual(capacityOf(given, TENS, PACE).perSecond);
      }),
    );
  });

  it("hubs of an account never carry less in the model, up to what the account creates", () => {
    const carried = [1, 2, 3, 5].map((hubs) => settledPerSecond(courseOf(120, { hubs }, 1).samples, 30 * SECOND_MS));
    for (const [nth, rate] of carried.entries()) expect(rate).toBeGreaterThanOrEqual((carried[nth - 1] ?? 0) * 0.98);
  });

  it("events a call never cost more time of the database", () => {
    fc.assert(
      fc.property(arrangement, fc.integer({ min: 1, max: 999 }), (given, eventsPerCall) => {
        const [fewer, more] = [eventsPerCall, eventsPerCall + 1].map(
          (count) => capacityOf(given, { ...SINGLE, eventsPerCall: count }, PACE).limits.D1 ?? 0,
        );
        expect(more).toBeGreaterThanOrEqual((fewer ?? 0) * (1 - 1e-9));
      }),
    );
  });
});

describe("a server", () => {
  /** The mean wait of many that come at random, `load` of what it can do. */
  function meanWaitMs(load: number, serviceMs: (random: number) => number): number {
    const agenda = createAgenda();
    const random = mulberry32(11);
    const server = createServer(agenda, { maxWaitMs: Number.POSITIVE_INFINITY });
    const count = 100_000;
    let waited = 0;
    const arrive = (left: number) => {
      if (left === 0) return;
      const [at, ms] = [agenda.now(), serviceMs(random())];
      server.serve(
        ms,
        () => {
          waited += agenda.now() - at - ms;
        },
        () => undefined,
      );
      agenda.at(at - Math.log(1 - random()) * (10 / load), () => arrive(left - 1));
    };
    arrive(count);
    agenda.runUntil(Number.MAX_SAFE_INTEGER);
    return waited / count;
  }

  it("keeps those who need the same time waiting as M/D/1 says", () => {
    for (const load of [0.5, 0.8]) expect(meanWaitMs(load, () => 10) / ((10 * load) / (2 * (1 - load)))).toBeCloseTo(1, 1);
  });

  it("keeps those who need a random time waiting as M/M/1 says", () => {
    for (const load of [0.5, 0.8]) {
      const wait = meanWaitMs(load, (random) => -Math.log(1 - random) * 10);
      expect(wait / ((10 * load) / (1 - load))).toBeCloseTo(1, 1);
    }
  });

  it("refuses what would wait too long, and is not kept by it", () => {
    const agenda = createAgenda();
    const server = createServer(agenda, { maxWaitMs: 15 });
    const seen: string[] = [];
    for (const name of ["a", "b", "c", "d"])
      server.serve(
        10,
        () => seen.push(`${name} ${agenda.now()}`),
        () => seen.push(`${name} refused`),
      );
    agenda.runUntil(100);
    expect([seen, server.busyMs()]).toEqual([["c refused", "d refused", "a 10", "b 20"], 20]);
  });
});

describe("figures", () => {
  it("are the same for the same seed, and others for another", () => {
    const [once, again, other] = [5, 5, 6].map((seed) => JSON.stringify(courseOf(120, { seed }, 1)));
    expect(again).toBe(once);
    expect(other).not.toBe(once);
  });

  it("cost a million immediate dispatches what is counted, without storage, rows read and a consumer for each message, and with purging", () => {
    const { steps, runByteMonths, rowsWritten, queueOperations, cpuMs } = costPerMillion(ONCE);
    const { workflows, rows, purge, queue, compute } = costOfMillion({ executor: "workflow" }, { ...SINGLE, failedShare: 0 });
    const request = 0.3;
    const expected = [steps + runByteMonths + request, rowsWritten, queueOperations, cpuMs + request / BATCH.messages, 4];
    expect([workflows, rows, queue, compute, purge].map(rounded)).toEqual(expected.map(rounded));
  });

  it("say that who is asked for more than it carries waits without end, and who is not does not", () => {
    const [below, above] = [90, 110].map((perSecond) =>
      waitOf({ executor: "workflow", definitions: 1 }, { load: TENS, perSecond, seed: 7 }),
    );
    expect(below?.p95Ms).toBeLessThan(SECOND_MS);
    expect(above?.p95Ms).toBeNull();
    expect(waitRows([below, above].filter((wait) => wait !== undefined)).map(({ x, y }) => [x, y < ENDLESS_SECONDS])).toEqual([
      [90, true],
      [110, false],
    ]);
  });

  it("are those in docs/scaling.md, but for waits and surges, which --check compares", () => {
    const tables = tablesOf(simulateScaling({ seed: DOCUMENT_SEED, surges: false }));
    expect(readGenerated()).toContain(generatedOf(tables).trimEnd());
    expect(tables.map(markdownOf).join("").length).toBeGreaterThan(3_000);
  });
});
