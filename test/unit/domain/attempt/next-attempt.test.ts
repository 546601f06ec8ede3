import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Policy } from "../../../../schema/config/policy.ts";
import { type Outcome, type SettledStatus, STATUSES, type Status } from "../../../../schema/contract/statuses.ts";
import type { Answer } from "../../../../src/domain/attempt/answer.ts";
import type { Control } from "../../../../src/domain/attempt/auto-pause.ts";
import {
  decideLook,
  decideNext,
  type Look,
  type Next,
  type PastAttempt,
  type RecordedAttempt,
} from "../../../../src/domain/attempt/next-attempt.ts";
import { policy as anyPolicy, random as anyRandom, policyOf } from "../../support/policies.ts";

const NOW = 1_000_000;
const STARTED = NOW - 10;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const error = { name: "Failed", message: "no stock" };
const failed = (how: { retryable?: boolean; retryAfterMs?: number } = {}): Answer => ({
  outcome: "failed",
  error,
  retryable: true,
  ...how,
});
const misconfigured: Answer = { outcome: "misconfigured", error: { name: "Misconfigured", message: "no binding" } };

const past = (...outcomes: Outcome[]): RecordedAttempt[] =>
  outcomes.map((outcome, index) => ({ attempt: index + 1, outcome, startedAt: index * MINUTE }));

const controlOf = (state: Control["state"], given: Partial<Control> = {}): Control => ({
  state,
  since: 0,
  rate: null,
  probeAt: null,
  ...given,
});

/** Attempts in a row that found no `handle()`, so far apart; the last as long before `STARTED`. */
const waited = (...apart: readonly number[]): PastAttempt[] =>
  apart.map((_, index) => ({ outcome: "misconfigured", startedAt: STARTED - apart.slice(index).reduce((sum, ms) => sum + ms, 0) }));

describe("a look at a dispatch", () => {
  const look = (given: Partial<Parameters<typeof decideLook>[0]>) =>
    decideLook({ status: "ongoing", dueAt: NOW, control: null, past: [], now: NOW, ...given });

  test.each<[what: string, given: Partial<Parameters<typeof decideLook>[0]>, look: Look]>([
    ["is due now", {}, { do: "call", attempt: 1 }],
    ["is long overdue", { dueAt: 0 }, { do: "call", attempt: 1 }],
    ["has been tried twice", { past: past("failed", "misconfigured") }, { do: "call", attempt: 3 }],
    [
      "has an attempt that was written while the one before was lost",
      { past: past("failed", "failed").slice(1) },
      { do: "call", attempt: 3 },
    ],
    ["is due in a moment", { dueAt: NOW + 1 }, { do: "wait", ms: 1 }],
    ["woke from its back-off too soon", { dueAt: NOW + HOUR, past: past("failed") }, { do: "wait", ms: HOUR }],
    ["is paused", { control: controlOf("paused") }, { do: "hold" }],
    ["is paused and not due: the due time comes first", { control: controlOf("paused"), dueAt: NOW + 5 }, { do: "wait", ms: 5 }],
    ["is not released yet by a drain with a rate", { control: controlOf("draining", { since: NOW + 1, rate: 5 }) }, { do: "hold" }],
    [
      "is not released yet by a drain that takes whoever comes",
      { control: controlOf("draining", { since: NOW + 1 }) },
      { do: "call", attempt: 1 },
    ],
    ["was due since a drain began", { control: controlOf("draining", { since: NOW - 1, rate: 5 }) }, { do: "call", attempt: 1 }],
    ["may be a probe: that is asked next", { control: controlOf("tripped") }, { do: "call", attempt: 1 }],
    ["goes to a destination whose failures are counted", { control: controlOf("counting") }, { do: "call", attempt: 1 }],
  ])("that %s", (_, given, expected) => {
    expect(look(given)).toEqual(expected);
  });

  test.each(STATUSES.filter((status): status is SettledStatus => status !== "ongoing"))("that is %s stops, whatever else", (status) => {
    expect(look({ status })).toEqual({ do: "stop", status });
    expect(look({ status, dueAt: NOW + HOUR, control: controlOf("paused"), past: past("failed") })).toEqual({ do: "stop", status });
  });

  test("never calls before it is due, never waits for nothing, and counts what is recorded", () => {
    const given = fc.record({
      status: fc.constantFrom<Status>(...STATUSES),
      dueAt: fc.integer({ min: 0, max: 2 * NOW }),
      control: fc.option(
        fc
          .constantFrom("paused" as const, "draining" as const, "tripped" as const, "counting" as const)
          .map((state) => controlOf(state, { since: NOW, rate: 5 })),
      ),
      past: fc.array(fc.constantFrom<Outcome>("failed", "misconfigured")).map((outcomes) => past(...outcomes)),
      now: fc.integer({ min: 0, max: 2 * NOW }),
    });
    fc.assert(
      fc.property(given, (params) => {
        const decided = decideLook(params);
        if (decided.do === "call") {
          expect(decided.attempt).toBe(params.past.length + 1);
          expect(params.status).toBe("ongoing");
          expect(params.control?.state).not.toBe("paused");
          expect(params.dueAt).toBeLessThanOrEqual(params.now);
        }
        if (decided.do === "wait") {
          expect(decided.ms).toBeGreaterThan(0);
          expect(params.now + decided.ms).toBeGreaterThanOrEqual(params.dueAt);
        }
        expect(decided.do === "stop").toBe(params.status !== "ongoing");
      }),
      { numRuns: 300 },
    );
  });
});

describe("what follows from an answer", () => {
  const next = (given: Partial<Parameters<typeof decideNext>[0]>) =>
    decideNext({ policy: policyOf(), past: [], answer: failed(), startedAt: STARTED, now: NOW, random: 0.5, ...given });
  const again = (waitMs: number, timeoutMs = MINUTE, reason = "no stock"): Next => ({
    status: "ongoing",
    reason,
    dueAt: NOW + waitMs,
    checkAt: NOW + waitMs + timeoutMs + MINUTE,
  });

  test.each(["complete", "ignored"] as const)("%s settles, at any attempt", (outcome) => {
    const settled = { status: outcome, reason: null };
    expect(next({ answer: { outcome, emit: [] } })).toEqual(settled);
    expect(
      next({ answer: { outcome, emit: [] }, past: past("failed", "misconfigured"), policy: policyOf({ retry: { limit: 0 } }) }),
    ).toEqual(settled);
  });

  const settledFailed: Next = { status: "failed", reason: "no stock" };

  test.each<[what: string, given: Partial<Parameters<typeof decideNext>[0]>, next: Next]>([
    ["is tried again by the policy", {}, again(5_000)],
    ["for the third time waits longer", { past: past("failed", "failed") }, again(20_000)],
    ["is tried as often as the limit says", { past: past("failed", "failed", "failed", "failed") }, again(80_000)],
    ["and then settles", { past: past("failed", "failed", "failed", "failed", "failed") }, settledFailed],
    ["with a limit of 0 settles at once", { policy: policyOf({ retry: { limit: 0 } }) }, settledFailed],
    ["with a limit of 1 is tried once more", { policy: policyOf({ retry: { limit: 1 } }) }, again(5_000)],
    ["with a delay of 0 is tried at once", { policy: policyOf({ retry: { delayMs: 0 } }) }, again(0)],
    ["with full jitter waits a drawn part", { policy: policyOf({ retry: { jitter: "full" } }), random: 0.25 }, again(1_250)],
    ["that is not retryable settles at once", { answer: failed({ retryable: false }) }, settledFailed],
    ["that asks for a wait gets it, beyond the cap", { answer: failed({ retryAfterMs: 24 * HOUR }) }, again(24 * HOUR)],
    ["that asks for no wait gets none", { answer: failed({ retryAfterMs: 0 }) }, again(0)],
    [
      "that asks for a wait still counts",
      { answer: failed({ retryAfterMs: 5 }), past: past("failed", "failed", "failed", "failed", "failed") },
      settledFailed,
    ],
    ["is looked at after the wait, the timeout and a minute", { policy: policyOf({ timeoutMs: 15 * MINUTE }) }, again(5_000, 15 * MINUTE)],
    ["does not count misconfigured attempts", { past: past(...Array.from({ length: 10 }, (): Outcome => "misconfigured")) }, again(5_000)],
    ["counts failures on both sides of them", { past: past("failed", "misconfigured", "failed") }, again(20_000)],
  ])("a failure %s", (_, given, expected) => {
    expect(next(given)).toEqual(expected);
  });

  const missed = (waitMs: number) => again(waitMs, MINUTE, "no binding");
  const settledMisconfigured: Next = { status: "misconfigured", reason: "no binding" };

  test.each<[what: string, given: Partial<Parameters<typeof decideNext>[0]>, next: Next]>([
    ["is tried again in a minute", {}, missed(MINUTE)],
    ["waits twice as long each time", { past: past("misconfigured", "misconfigured") }, missed(4 * MINUTE)],
    ["does not count failures before it", { past: past("failed", "misconfigured", "failed", "failed") }, missed(MINUTE)],
    [
      "is not bound by the retry limit",
      { policy: policyOf({ retry: { limit: 0 } }), past: past("misconfigured", "misconfigured") },
      missed(4 * MINUTE),
    ],
    ["settles at once when it may last 0 s", { policy: policyOf({ misconfigured: { forMs: 0 } }) }, settledMisconfigured],
    [
      "goes on while the next look is within its time",
      { startedAt: NOW, policy: policyOf({ misconfigured: { forMs: MINUTE } }) },
      missed(MINUTE),
    ],
    ["settles when the next look would be past it", { policy: policyOf({ misconfigured: { forMs: MINUTE - 1 } }) }, settledMisconfigured],
    [
      "counts all that was waited between those of the row",
      { past: waited(MINUTE, 2 * MINUTE), policy: policyOf({ misconfigured: { forMs: 7 * MINUTE - 1 } }) },
      settledMisconfigured,
    ],
    [
      "to the millisecond",
      { past: waited(MINUTE, 2 * MINUTE), policy: policyOf({ misconfigured: { forMs: 7 * MINUTE } }) },
      missed(4 * MINUTE),
    ],
    [
      "uses up no patience by what it was held back beside",
      { past: waited(HOUR, 25 * HOUR), policy: policyOf({ misconfigured: { forMs: 7 * MINUTE } }) },
      missed(4 * MINUTE),
    ],
    [
      "uses up less patience where it was run early",
      { past: waited(0, 1_000), policy: policyOf({ misconfigured: { forMs: 4 * MINUTE + 1_000 } }) },
      missed(4 * MINUTE),
    ],
    [
      "counts anew after a failure",
      {
        past: [
          { outcome: "misconfigured", startedAt: 0 },
          { outcome: "failed", startedAt: 1 },
        ],
        policy: policyOf({ misconfigured: { forMs: HOUR } }),
      },
      missed(MINUTE),
    ],
  ])("an attempt that found no handle() %s", (_, given, expected) => {
    expect(next({ answer: misconfigured, ...given })).toEqual(expected);
  });
});

describe("any history", () => {
  /** What a destination does at each attempt, for as long as it is asked. */
  const behaviour = fc.array(
    fc.record({
      outcome: fc.oneof(
        { weight: 6, arbitrary: fc.constant("failed" as const) },
        { weight: 6, arbitrary: fc.constant("misconfigured" as const) },
        { weight: 1, arbitrary: fc.constantFrom("complete" as const, "ignored" as const) },
      ),
      retryable: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
      retryAfterMs: fc.option(fc.nat({ max: HOUR }), { nil: undefined, freq: 8 }),
      /** How late the run looks, and how long the destination takes. */
      lateMs: fc.nat({ max: MINUTE }),
      tookMs: fc.nat({ max: MINUTE }),
      random: anyRandom,
    }),
    { minLength: 1, maxLength: 60 },
  );
  type Behaviour = (typeof behaviour extends fc.Arbitrary<(infer One)[]> ? One : never)[];

  interface Step {
    readonly answer: Answer;
    readonly startedAt: number;
    readonly finishedAt: number;
    readonly next: Next;
    readonly before: readonly PastAttempt[];
  }

  /** Plays a dispatch as the executor does: look, call, record, wait. */
  function play(policy: Policy, behaviours: Behaviour): Step[] {
    const steps: Step[] = [];
    const recorded: RecordedAttempt[] = [];
    let dueAt = NOW;
    for (const { outcome, retryable, retryAfterMs, lateMs, tookMs, random } of behaviours) {
      const startedAt = dueAt + lateMs;
      expect(decideLook({ status: "ongoing", dueAt, control: null, past: recorded, now: startedAt })).toEqual({
        do: "call",
        attempt: recorded.length + 1,
      });
      const finishedAt = startedAt + tookMs;
      const answer = answerOf(outcome, retryable, retryAfterMs);
      const before = [...recorded];
      const next = decideNext({ policy, past: before, answer, startedAt, now: finishedAt, random });
      steps.push({ answer, startedAt, finishedAt, next, before });
      recorded.push({ attempt: recorded.length + 1, outcome, startedAt });
      if (next.status !== "ongoing") break;
      dueAt = next.dueAt;
    }
    return steps;
  }

  function answerOf(outcome: Outcome, retryable: boolean, retryAfterMs: number | undefined): Answer {
    if (outcome === "failed") return failed({ retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) });
    return outcome === "misconfigured" ? misconfigured : { outcome, emit: [] };
  }

  const count = (attempts: readonly PastAttempt[], outcome: Outcome) => attempts.filter((attempt) => attempt.outcome === outcome).length;

  const law = (holds: (policy: Policy, steps: readonly Step[]) => void) =>
    fc.assert(
      fc.property(anyPolicy, behaviour, (policy, behaviours) => holds(policy, play(policy, behaviours))),
      { numRuns: 300 },
    );

  test("waits are never negative, and it is looked at after each wait and the timeout", () => {
    law((policy, steps) => {
      for (const { next, finishedAt } of steps) {
        if (next.status !== "ongoing") continue;
        expect(next.dueAt).toBeGreaterThanOrEqual(finishedAt);
        expect(next.checkAt).toBeGreaterThan(next.dueAt);
        expect(next.checkAt).toBe(next.dueAt + policy.timeoutMs + MINUTE);
        expect(Number.isSafeInteger(next.checkAt)).toBe(true);
      }
    });
  });

  test("settles as failed exactly at the failure after the last retry, or at one that is not retryable", () => {
    law((policy, steps) => {
      for (const { answer, next, before } of steps) {
        if (answer.outcome !== "failed") continue;
        const failures = count(before, "failed") + 1;
        expect(failures).toBeLessThanOrEqual(policy.retry.limit + 1);
        expect(next.status).toBe(!answer.retryable || failures === policy.retry.limit + 1 ? "failed" : "ongoing");
        expect(next.reason).toBe("no stock");
      }
    });
  });

  test("misconfigured attempts use up no retry: without them the failures settle the same", () => {
    law((policy, steps) => {
      const failuresOnly = steps.filter(({ answer }) => answer.outcome === "failed");
      for (const [index, { answer, finishedAt, startedAt, next }] of failuresOnly.entries()) {
        const alone = decideNext({
          policy,
          past: past(...Array.from({ length: index }, (): Outcome => "failed")),
          answer,
          startedAt,
          now: finishedAt,
          random: 0,
        });
        expect(alone.status).toBe(next.status);
      }
    });
  });

  test("misconfigured waits no longer than it may, in all, and settles no sooner than the next wait would be too much", () => {
    law((policy, steps) => {
      const { delayMs, maxDelayMs, forMs } = policy.misconfigured;
      for (const { next, before, finishedAt } of steps.filter(({ answer }) => answer.outcome === "misconfigured")) {
        const row = before.slice(before.findLastIndex(({ outcome }) => outcome !== "misconfigured") + 1);
        // Each wait at its longest: no attempt of these came before it was due.
        const meant = row.reduce((sum, _, index) => sum + Math.min(delayMs * 2 ** index, maxDelayMs), 0);
        if (next.status === "ongoing") expect(meant + next.dueAt - finishedAt).toBeLessThanOrEqual(forMs);
        else {
          expect(next).toEqual({ status: "misconfigured", reason: "no binding" });
          expect(meant + maxDelayMs).toBeGreaterThan(forMs);
        }
      }
    });
  });

  test("a destination that never has a handle() settles, after a bounded number of attempts", () => {
    fc.assert(
      fc.property(anyPolicy, ({ misconfigured: given, ...rest }) => {
        const policy = { ...rest, misconfigured: { ...given, forMs: given.forMs % HOUR } };
        const recorded: PastAttempt[] = [];
        let now = NOW;
        for (;;) {
          const next = decideNext({ policy, past: recorded, answer: misconfigured, startedAt: now, now, random: 0 });
          if (next.status !== "ongoing") break;
          recorded.push({ outcome: "misconfigured", startedAt: now });
          now = next.dueAt;
        }
        expect(now - NOW).toBeLessThanOrEqual(policy.misconfigured.forMs);
        expect(recorded.length).toBeLessThanOrEqual(policy.misconfigured.forMs / 1_000);
      }),
      { numRuns: 50 },
    );
  });

  test("complete and ignored settle whatever came before", () => {
    law((_, steps) => {
      for (const { answer, next } of steps) {
        if (answer.outcome === "complete" || answer.outcome === "ignored") expect(next).toEqual({ status: answer.outcome, reason: null });
      }
    });
  });
});
