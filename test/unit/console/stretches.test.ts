import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DispatchDetail, ExecutionView } from "../../../schema/contract/dispatches.ts";
import { stretchesOf } from "../../../src/console/parts/stretches.ts";

const iso = (time: number) => new Date(time).toISOString();

function execution(attempt: number, from: number, to: number, outcome: ExecutionView["outcome"] = "failed"): ExecutionView {
  return { attempt, outcome, startedAt: iso(from), finishedAt: iso(to) };
}

function dispatch(changes: Partial<DispatchDetail>): DispatchDetail {
  return {
    id: "e-0",
    eventId: "e",
    route: "r",
    destination: "d",
    status: "ongoing",
    stage: "running",
    dueAt: iso(1_000),
    attempts: 0,
    policy: {
      timeoutMs: 1,
      retry: { limit: 1, backoff: "constant", delayMs: 1, maxDelayMs: 1, jitter: "none" },
      misconfigured: { delayMs: 1_000, maxDelayMs: 1_000, forMs: 0 },
    },
    recoveries: 0,
    executions: [],
    notes: [],
    run: { status: "running" },
    ...changes,
  };
}

describe("the life of a dispatch", () => {
  const cases: readonly [
    what: string,
    given: Partial<DispatchDetail>,
    now: number,
    expected: readonly (readonly [string, number, number])[],
  ][] = [
    ["that is scheduled is one wait until it is due", { dueAt: iso(60_000) }, 2_000, [["wait", 1_000, 60_000]]],
    [
      "that is due and has no attempt yet is under way since then",
      { dueAt: iso(3_000) },
      5_000,
      [
        ["wait", 1_000, 3_000],
        ["now", 3_000, 5_000],
      ],
    ],
    [
      "that settled ends with its last attempt",
      { status: "complete", dueAt: iso(1_000), settledAt: iso(2_500), executions: [execution(1, 2_000, 2_500, "complete")] },
      9_000,
      [
        ["wait", 1_000, 2_000],
        ["complete", 2_000, 2_500],
      ],
    ],
    [
      "that was cancelled while it waited ends when it was",
      { status: "cancelled", dueAt: iso(60_000), settledAt: iso(7_000), executions: [execution(1, 1_000, 2_000)] },
      9_000,
      [
        ["failed", 1_000, 2_000],
        ["wait", 2_000, 7_000],
      ],
    ],
    [
      "with attempts that overlap has no wait between them",
      { status: "failed", settledAt: iso(6_000), executions: [execution(1, 1_000, 5_000), execution(2, 4_000, 6_000)] },
      9_000,
      [
        ["failed", 1_000, 5_000],
        ["failed", 4_000, 6_000],
      ],
    ],
    [
      "of a redrive does not begin with the event",
      {
        redriveOf: "e-0",
        dueAt: iso(50_000),
        settledAt: iso(50_700),
        status: "complete",
        executions: [execution(1, 50_500, 50_700, "complete")],
      },
      99_000,
      [["complete", 50_500, 50_700]],
    ],
  ];
  for (const [what, given, now, expected] of cases) {
    it(what, () => {
      const stretches = stretchesOf(dispatch(given), 1_000, now);
      expect(stretches.map(({ tone, from, to }) => [tone, from, to]).toSorted((a, b) => Number(a[1]) - Number(b[1]))).toEqual(expected);
    });
  }

  it("is without a gap from emission to the end, and without a stretch that runs backwards", () => {
    const attempts = fc.array(fc.tuple(fc.nat(10_000), fc.nat(10_000)), { maxLength: 6 });
    fc.assert(
      fc.property(attempts, fc.nat(100_000), fc.boolean(), (spans, ahead, isSettled) => {
        let at = 1_000;
        const executions = spans.map(([wait, took], index) => {
          const from = at + wait;
          at = from + took;
          return execution(index + 1, from, at);
        });
        const end = isSettled ? { status: "failed" as const, settledAt: iso(at) } : { dueAt: iso(at + ahead) };
        const stretches = stretchesOf(dispatch({ executions, ...end }), 1_000, at).toSorted((a, b) => a.from - b.from || a.to - b.to);
        let covered = 1_000;
        for (const { from, to } of stretches) {
          expect(to).toBeGreaterThanOrEqual(from);
          expect(from).toBeLessThanOrEqual(covered);
          covered = Math.max(covered, to);
        }
        expect(covered).toBe(isSettled ? at : at + ahead);
      }),
    );
  });
});
