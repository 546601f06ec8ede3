import { describe, expect, test } from "vitest";
import { type Control, decideControl, probeWaitMs } from "../../../../src/domain/attempt/auto-pause.ts";

const autoPause = { after: 3, probe: "10s" } as const;
const counting: Control = { state: "counting", probeAt: 5 };
const tripped: Control = { state: "tripped", probeAt: 5_000 };
const paused: Control = { state: "paused", probeAt: null };

describe("what an attempt says of its destination", () => {
  test.each([
    ["a success where nothing was counted", { control: null, outcome: "complete" }, null],
    ["a success after failures", { control: counting, outcome: "complete" }, { do: "clear", destination: "email" }],
    ["ignoring is answering", { control: tripped, outcome: "ignored" }, { do: "clear", destination: "email" }],
    ["a success under an operator's pause", { control: paused, outcome: "complete" }, null],
    ["a failure", { control: null, outcome: "failed" }, { do: "count", destination: "email", after: 3, probeMs: 10_000 }],
    ["a missing handle()", { control: null, outcome: "misconfigured" }, { do: "count", destination: "email", after: 3, probeMs: 10_000 }],
    ["a failure without the option", { autoPause: undefined, control: null, outcome: "failed" }, null],
    [
      "a success after the option was taken away",
      { autoPause: undefined, control: tripped, outcome: "complete" },
      { do: "clear", destination: "email" },
    ],
  ] as const)("%s", (_what, given, change) => {
    expect(decideControl({ destination: "email", autoPause, ...given })).toEqual(change);
  });

  test("it is tried once a minute where nothing else is said", () => {
    const change = decideControl({ destination: "email", autoPause: { after: 1 }, control: null, outcome: "failed" });
    expect(change).toMatchObject({ probeMs: 60_000 });
  });
});

describe("how long a run waits", () => {
  test.each([
    ["until the destination is tried again", tripped, 4_000, 1_000],
    ["as long as a look at most", { ...tripped, probeAt: 500_000 }, 4_000, 60_000],
    ["not at all when it is time", tripped, 5_000, 0],
    ["not at all while failures are only counted", counting, 0, 0],
    ["not at all when nobody said when", { ...tripped, probeAt: null }, 5_000, 0],
  ] as const)("%s", (_what, control, now, wait) => {
    expect(probeWaitMs(control, now, 60_000)).toBe(wait);
  });
});
