import "../../unit/support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECK, DAY_MS, POLICY } from "../../../schema/limits.ts";
import { decideLook, decideNext } from "../../../src/domain/attempt/next-attempt.ts";
import { decideRepair, repairedState } from "../../../src/domain/repair/repair.ts";
import { histories } from "./histories.ts";
import { RULES, type Rules } from "./rules.ts";
import { type Ended, type History, type Trouble, World } from "./world.ts";

/**
 * The decisions of the hub in a world where everything fails that can: storage that commits and says it did not, messages that get lost
 * or come twice, an engine that is killed, forgets, or does not answer, operators, and answers that come late. World.ts says what has to
 * hold at every moment and at the end: its texts, given to `#break`, are guarantees 2 to 4 of DESIGN.md.
 */
const RUNS = Number(process.env["FC_RUNS"] ?? 6_000);

const live = (history: History, rules: Rules = RULES): Ended => new World(history, rules).live();

const always = (given: fc.Arbitrary<History>, holds: (ended: Ended) => void, numRuns = RUNS / 4) =>
  fc.assert(
    fc.property(given, (history) => {
      holds(live(history));
    }),
    { numRuns },
  );

/** What sets no call going by itself. */
const OF_REPAIRS: Trouble["do"][] = [
  "terminate",
  "forget",
  "runsBreak",
  "statusDown",
  "remedyDown",
  "unheardRemedies",
  "loseMessages",
  "repeatMessages",
  "dieAfterClaim",
];

const kindsOf = ({ storage }: Ended) => [...storage.notes.values()].map(({ kind }) => kind);
const timesOf = ({ calls }: Ended) => [...calls.values()].reduce((sum, times) => sum + times, 0);

describe("whatever goes wrong", () => {
  test("the guarantees hold: at least once, recorded exactly once, nothing lost silently", () => {
    always(histories(), ({ broken }) => expect(broken).toBeNull(), RUNS);
  });

  test("on the machine of a developer too, where nothing wakes by itself once it was killed", () => {
    always(
      histories(["crash", "slow", "hold", "release", "dieAfterClaim"]).map((history) => ({ ...history, local: true })),
      ({ broken, storage }) => {
        expect(broken).toBeNull();
        expect(storage.row.status).not.toBe("lost");
      },
    );
  });
});

describe("where only this goes wrong", () => {
  test("nothing: each attempt is made once, and nothing is repaired, however long a destination takes", () => {
    always(histories([]), (ended) => {
      expect(ended.broken).toBeNull();
      expect([...ended.storage.notes.values()].filter(({ remedy }) => remedy !== "nudge")).toEqual([]);
      expect(ended.restarts).toBe(0);
      expect(timesOf(ended)).toBe(ended.storage.executions.size);
    });
  });

  test("runs end, or vanish, and repairs fail or are not heard of: none cuts off a call that another has set going", () => {
    always(histories(OF_REPAIRS), (ended) => {
      expect(ended.broken).toBeNull();
      expect(ended.cutOff).toBe(0);
    });
  });

  test("the Workflows API does not answer: no run is harmed, each attempt is made once, nothing is lost", () => {
    always(histories(["statusDown", "remedyDown", "loseMessages", "repeatMessages"]), (ended) => {
      expect(ended.broken).toBeNull();
      expect(ended.restarts).toBe(0);
      expect(ended.storage.row.status).not.toBe("lost");
      expect(timesOf(ended)).toBe(ended.storage.executions.size);
    });
  });

  test("storage is away, or commits unheard: each attempt is made once all the same", () => {
    always(histories(["storageDown", "unheardWrites"]), (ended) => {
      expect(ended.broken).toBeNull();
      expect(ended.storage.row.status).not.toBe("lost");
      if (ended.restarts === 0) expect(timesOf(ended)).toBe(ended.storage.executions.size);
    });
  });

  test("operators hold back runs and destinations, for as long as they like: nothing is restarted or lost", () => {
    always(histories(["pause", "resume", "hold", "release"]), (ended) => {
      expect(ended.broken).toBeNull();
      expect(ended.restarts).toBe(0);
      expect(ended.storage.row.status).not.toBe("lost");
    });
  });
});

describe("the model sees what is wrong", () => {
  const restartsPaused: Rules["repair"] = ({ run, ...given }) =>
    decideRepair({ ...given, run: run.status === "paused" ? { status: "terminated" } : run });
  const losesByTime: Rules["repair"] = (given) =>
    given.now - given.overdue.dueAt > DAY_MS && given.run.status === "running" ? { do: "lose", cause: "stuck" } : decideRepair(given);
  const letsSleep: Rules["repair"] = (given) => {
    const decided = decideRepair(given);
    return decided.do === "wake" || decided.do === "nudge" || decided.do === "restart"
      ? { do: "wait", checkAt: decided.checkAt, afresh: true }
      : decided;
  };
  const leavesInQueue: Rules["repair"] = (given) =>
    decideRepair(given.run.status === "queued" ? { ...given, run: { status: "paused" } } : given);
  const countsWhatIsMeant: Rules["repaired"] = (overdue, decided, now) => {
    const state = repairedState(overdue, decided, now);
    return decided.do === "restart" && state.status === "ongoing" ? { ...state, recoveries: overdue.recoveries + 1 } : state;
  };
  const remembersHolds: Rules["released"] = ({ recoveries, overdueSince }, now) => ({
    ...RULES.released({} as never, now),
    recoveries,
    overdueSince,
  });
  const releasesTooLate: Rules["released"] = (state, now) => ({ ...RULES.released(state, now), checkAt: now + DAY_MS });
  const pretends: Rules["repaired"] = (overdue, decided, now) => {
    const state = repairedState(overdue, decided, now);
    return state.status === "ongoing" ? { ...state, overdueSince: overdue.overdueSince ?? now } : state;
  };
  const looksMuchLater: Rules["next"] = (given) => {
    const next = decideNext(given);
    return next.status === "ongoing" ? { ...next, checkAt: next.checkAt + DAY_MS } : next;
  };

  test.each<[what: string, wrong: Partial<Rules>, rule: string, kinds?: Trouble["do"][]]>([
    ["a restart without a claim", { isClaimable: (state) => state.status === "ongoing" }, "what a sweep took is repaired once"],
    [
      "a claim of what has settled",
      { isClaimable: (state, taken) => state.checkAt === null || state.checkAt === taken },
      "a dispatch settles once",
      ["terminate", "slow", "cancel"],
    ],
    ["a look that ignores the due time", { look: (given) => decideLook({ ...given, dueAt: 0 }) }, "no attempt is made before it is due"],
    ["a repair that restarts paused runs", { repair: restartsPaused }, "a run that an operator paused is left alone"],
    [
      "an ordinal that the engine counts",
      {
        look: (given) => {
          const look = decideLook(given);
          return look.do === "call" ? { do: "call", attempt: given.engineAttempt } : look;
        },
      },
      "attempts are recorded in their order, without gaps",
    ],
    ["a record without the fence", { fenced: false }, "an attempt is recorded once"],
    ["a record that is not handed over", { handsOver: false }, "an attempt is repeated only after an interruption", ["storageDown"]],
    [
      "a loss by time alone",
      { repair: losesByTime },
      "nothing is given up before five restarts were made",
      ["storageDown", "hold", "release", "crash"],
    ],
    ["a claim that counts the restart", { repaired: countsWhatIsMeant }, "a restart is counted once, and only when it was made"],
    [
      "a count that may be written twice",
      { counted: ({ stored }) => stored + 1 },
      "a restart is counted once, and only when it was made",
      ["terminate", "unheardWrites"],
    ],
    [
      "a hold that is no new beginning",
      { released: remembersHolds },
      "a restart is counted once, and only when it was made",
      ["terminate", "hold", "release"],
    ],
    [
      "a release that is looked at much later",
      { released: releasesTooLate },
      "what is ongoing is looked at again soon after it is due",
      ["hold", "release"],
    ],
    ["a repair that lets sleep", { repair: letsSleep }, "an audit finds nothing: stuck"],
    ["a repair that takes a failed run for one that waits", { repair: letsSleep }, "an audit finds nothing: unrecorded"],
    ["a repair that says it is at work, and is not", { repair: letsSleep, repaired: pretends }, "what has no run is found and set going"],
    [
      "a repair that leaves in the queue what a crash left there",
      { repair: leavesInQueue },
      "what has no run is found and set going",
      ["crash"],
    ],
    ["a next look that is too far", { next: looksMuchLater }, "what is ongoing is looked at again soon after it is due"],
  ])("%s", (_, wrong, rule, kinds) => {
    const found = fc.check(
      fc.property(histories(kinds), (history) => live(history, { ...RULES, ...wrong }).broken !== rule),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });

  test("a repair that failed, as it seems, and is tried again while its call is under way", () => {
    const again: Rules["again"] = (_, now) => now + CHECK.sweptMs;
    const given = histories(["terminate", "unheardRemedies"]).map((history) => ({
      ...history,
      policy: { ...history.policy, timeoutMs: POLICY.maxTimeoutMs },
      replies: history.replies.map((reply) => ({ ...reply, takes: 0.999 })),
    }));
    const found = fc.check(
      fc.property(given, (history) => live(history, { ...RULES, again }).cutOff === 0),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });

  test("an engine's silence taken for the end of its run", () => {
    const repair: Rules["repair"] = ({ run, ...given }) =>
      decideRepair({ ...given, run: run.status === "unknown" ? { status: "terminated" } : run });
    const found = fc.check(
      fc.property(histories(["statusDown"]), (history) => live(history, { ...RULES, repair }).restarts === 0),
      { numRuns: RUNS / 4, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });
});

test("the world is not trivial: dispatches settle in every way, are repaired in every way, and attempts are repeated", () => {
  const statuses = new Set<string>();
  const notes = new Set<string>();
  const seen = { repeated: 0, restarted: 0, published: 0, cancelledAndCalled: 0 };
  // Always the same histories: what is rare is in them, or is not.
  for (const history of fc.sample(histories(), { numRuns: RUNS, seed: 2 })) {
    const ended = live(history);
    expect(ended.broken, JSON.stringify(history)).toBeNull();
    const { row, executions, published } = ended.storage;
    statuses.add(row.status);
    for (const kind of kindsOf(ended)) notes.add(kind);
    seen.repeated += Number(timesOf(ended) > executions.size);
    seen.restarted += Number(ended.restarts > 0);
    seen.published += Number(published.size > 0);
    seen.cancelledAndCalled += Number(row.status === "cancelled" && executions.size > 0);
  }
  expect(statuses).toEqual(new Set(["complete", "ignored", "failed", "misconfigured", "lost", "cancelled"]));
  expect(notes).toEqual(new Set(["nudge", "repair", "repair_failed", "lost"]));
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 100);
});
