import { describe, expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../../../../schema/limits.ts";
import { afterLostProbe, type Control, decideControl, decideProbe } from "../../../../src/domain/attempt/auto-pause.ts";

const autoPause = { after: 3, probe: "10s" } as const;
const counting: Control = { state: "counting", since: 0, rate: null, probeAt: 5 };
const tripped: Control = { state: "tripped", since: 0, rate: null, probeAt: 5_000 };
const paused: Control = { state: "paused", since: 0, rate: null, probeAt: null };
const draining: Control = { state: "draining", since: 0, rate: null, probeAt: null };

const clear = { do: "clear", destination: "email" };
const counted = { do: "count", destination: "email", after: 3, probeMs: 10_000 };

describe("what an attempt says of its destination", () => {
  test.each([
    ["a success where nothing was counted", { control: null, answer: { outcome: "complete" } }, null],
    ["a success after failures", { control: counting, answer: { outcome: "complete" } }, clear],
    ["ignoring is working", { control: tripped, answer: { outcome: "ignored" } }, clear],
    ["a success under an operator's pause", { control: paused, answer: { outcome: "complete" } }, null],
    ["a failure", { control: null, answer: { outcome: "failed", retryable: true } }, counted],
    ["a success while it drains", { control: draining, answer: { outcome: "complete" } }, clear],
    ["a success while it drains without the option", { autoPause: undefined, control: draining, answer: { outcome: "complete" } }, null],
    ["a failure while it drains", { control: draining, answer: { outcome: "failed", retryable: true } }, counted],
    ["an event that is refused for good trips nothing", { control: null, answer: { outcome: "failed", retryable: false } }, null],
    ["and shows that the destination works", { control: tripped, answer: { outcome: "failed", retryable: false } }, clear],
    ["a missing handle()", { control: null, answer: { outcome: "misconfigured" } }, counted],
    ["a failure without the option", { autoPause: undefined, control: null, answer: { outcome: "failed", retryable: true } }, null],
    ["a success after the option was taken away", { autoPause: undefined, control: tripped, answer: { outcome: "complete" } }, clear],
  ] as const)("%s", (_what, given, change) => {
    expect(decideControl({ destination: "email", autoPause, ...given })).toEqual(change);
  });

  test("it is tried once a minute where nothing else is said", () => {
    const answer = { outcome: "failed", retryable: true } as const;
    const change = decideControl({ destination: "email", autoPause: { after: 1 }, control: null, answer });
    expect(change).toMatchObject({ probeMs: 60_000 });
  });
});

describe("what a run does whose destination has tripped", () => {
  const look = (given: Partial<Parameters<typeof decideProbe>[0]>) =>
    decideProbe({ control: tripped, every: 10_000, hasFailed: false, dueAt: 4_000, now: 5_000, ...given });

  test.each<[what: string, given: Partial<Parameters<typeof decideProbe>[0]>, expected: ReturnType<typeof decideProbe>]>([
    ["probes when it is time", {}, { do: "probe", until: 15_000 }],
    ["probes when nobody said when", { control: { probeAt: null } }, { do: "probe", until: 15_000 }],
    ["waits for the next probe, to the millisecond", { now: 4_999 }, { do: "wait", ms: 1 }],
    ["leaves the probe to others where it has failed before", { hasFailed: true }, { do: "wait", ms: 10_000 }],
    ["takes the probe that nobody else took", { hasFailed: true, now: 15_000 }, { do: "probe", until: 25_000 }],
    ["ends when it has waited for three probes", { dueAt: 5_000, control: { probeAt: 35_001 } }, { do: "hold" }],
    ["waits for the third", { dueAt: 5_000, control: { probeAt: 35_000 } }, { do: "wait", ms: 30_000 }],
    [
      "waits ten seconds where probes come faster",
      { every: 1_000, dueAt: 5_000, control: { probeAt: 15_000 } },
      { do: "wait", ms: 10_000 },
    ],
    ["ends when the next probe is far", { every: HOUR_MS, control: { probeAt: 5_001 + MINUTE_MS } }, { do: "hold" }],
    ["ends at once when it was due long ago", { dueAt: -HOUR_MS, now: 4_999 }, { do: "hold" }],
  ])("%s", (_what, given, expected) => {
    expect(look(given)).toEqual(expected);
  });

  test("who loses a probe waits for the next, a second at least", () => {
    expect([afterLostProbe(10_000), afterLostProbe(1_000), afterLostProbe(0)]).toEqual([10_000, 1_000, 1_000]);
  });
});
