import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MINUTE_MS } from "../../../../schema/limits.ts";
import { planRelease } from "../../../../src/domain/pause/release.ts";

const NOW = 1_000_000_000;
const draining = (rate: number | null, moment: number | null = NOW) => ({ state: "draining", since: NOW - 1, rate, moment }) as const;

describe("a minute's release", () => {
  test.each([
    ["with a rate has a moment for each", draining(10), { from: NOW, stepMs: 100, count: 600, next: NOW + MINUTE_MS }],
    ["begins where the last ended", draining(10, NOW + 30_000), { from: NOW + 30_000, stepMs: 100, count: 300, next: NOW + MINUTE_MS }],
    [
      "begins behind what is held, whatever the clock says",
      { ...draining(10, NOW + 5), since: NOW + 5 },
      { from: NOW + 6, stepMs: 100, count: 600, next: NOW + 6 + MINUTE_MS },
    ],
    ["makes up for nothing that was missed", draining(10, NOW - 90_000), { from: NOW, stepMs: 100, count: 600, next: NOW + MINUTE_MS }],
    [
      "gives none whose moments are all given",
      draining(10, NOW + MINUTE_MS),
      { from: NOW + MINUTE_MS, stepMs: 100, count: 0, next: NOW + MINUTE_MS },
    ],
    ["at less than one a minute gives one, and waits", draining(0.01), { from: NOW, stepMs: 100_000, count: 1, next: NOW + 100_000 }],
    ["at more than its share gives its share", draining(1_000), { from: NOW, stepMs: 1, count: 3_000, next: NOW + 3_000 }],
    ["without a rate gives its share at once", draining(null), { from: NOW, stepMs: 0, count: 3_000, next: NOW + MINUTE_MS }],
    ["and no more where it is asked more often", draining(null, NOW + 50_000), { from: NOW, stepMs: 0, count: 500, next: NOW + MINUTE_MS }],
    [
      "of one that has tripped is a single dispatch",
      { state: "tripped", since: 0, rate: 10, moment: null },
      { from: NOW, stepMs: 0, count: 1, next: NOW },
    ],
  ] as const)("%s", (_, control, plan) => {
    expect(planRelease(control, { now: NOW, share: 3_000 })).toEqual(plan);
  });

  test("whenever sweeps come, no span of time has more moments than the rate allows, and none is given twice", () => {
    const sweeps = fc.array(fc.integer({ min: 1, max: 3 * MINUTE_MS }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom(0.01, 0.5, 3, 10, 40), sweeps, (rate, pauses) => {
        let [now, moment] = [NOW, NOW];
        const moments: number[] = [];
        for (const pause of pauses) {
          const { from, stepMs, count, next } = planRelease(draining(rate, moment), { now, share: 3_000 });
          for (let nth = 0; nth < count; nth++) moments.push(from + nth * stepMs);
          expect(next).toBeGreaterThanOrEqual(moment);
          [moment, now] = [next, now + pause];
        }
        const gaps = moments.slice(1).map((at, index) => at - (moments[index] ?? 0));
        expect(gaps.every((apart) => apart >= 1_000 / rate - 1e-3)).toBe(true);
      }),
    );
  });
});
