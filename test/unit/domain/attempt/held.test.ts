import { expect, test } from "vitest";
import { isHeld, mayNotAttempt } from "../../../../src/domain/attempt/held.ts";

const DUE = 1_000;
const control = (state: "paused" | "tripped" | "draining" | "counting", since = 0, rate: number | null = null) => ({ state, since, rate });

test.each([
  ["nothing is held against it", null, false, false],
  ["its failures are counted", control("counting"), false, false],
  ["it is paused", control("paused"), true, true],
  ["it has tripped: its run may be a probe", control("tripped"), true, false],
  ["it drains, and was due before", control("draining", DUE), true, false],
  ["it drains at a rate, and was due before", control("draining", DUE, 5), true, true],
  ["it drains at a rate, and came after", control("draining", DUE - 1, 5), false, false],
] as const)("a dispatch whose destination stands so: %s", (_, given, held, stopped) => {
  expect([isHeld(given, DUE), mayNotAttempt(given, DUE)]).toEqual([held, stopped]);
});
