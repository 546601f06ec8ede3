import "../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STATUSES } from "../../../schema/contract.ts";
import { CHECK, DAY_MS, HOUR_MS, MINUTE_MS } from "../../../schema/limits.ts";
import { decideRepair, type Overdue, type Repair, type RunLook } from "../../../src/domain/repair.ts";

const NOW = 10 * DAY_MS;
const TIMEOUT = 5 * MINUTE_MS;

/** Overdue since just now: due so long ago that an attempt would be over. */
const overdueOf = (given: Partial<Overdue> = {}): Overdue => ({
  dueAt: NOW - HOUR_MS,
  timeoutMs: TIMEOUT,
  attempts: 0,
  recoveries: 0,
  overdueSince: null,
  held: false,
  ...given,
});

type Given = [what: string, run: RunLook, overdue: Partial<Overdue>, repair: Repair];

const MISSING: RunLook = { status: "missing" };
const RUNNING: RunLook = { status: "running" };
const WAITING: RunLook = { status: "waiting" };
const ERRORED: RunLook = { status: "errored" };
const TERMINATED: RunLook = { status: "terminated" };

/** When an attempt made at once is over. */
const AFTER_CALL = NOW + TIMEOUT + MINUTE_MS;
const AGAIN_LATER = { do: "wait", checkAt: NOW + 10 * MINUTE_MS, afresh: true } as const;
const TRIED_ENOUGH = { recoveries: 5, overdueSince: NOW - DAY_MS };

const NO_RUN: Given[] = [
  ["is created", MISSING, {}, { do: "create", cause: "never_started", checkAt: AFTER_CALL }],
  ["that has made attempts has vanished", MISSING, { attempts: 1 }, { do: "create", cause: "vanished", checkAt: AFTER_CALL }],
  [
    "is created to sleep, and looked at when it should have woken",
    MISSING,
    { dueAt: NOW + 1 },
    { do: "create", cause: "never_started", checkAt: NOW + 1 + MINUTE_MS },
  ],
  ["that is due at this moment is due", MISSING, { dueAt: NOW }, { do: "create", cause: "never_started", checkAt: AFTER_CALL }],
  ["is created though its destination is paused", MISSING, { held: true }, { do: "create", cause: "never_started", checkAt: AFTER_CALL }],
  [
    "is created however often it was before: nothing was given up",
    MISSING,
    TRIED_ENOUGH,
    { do: "create", cause: "never_started", checkAt: AFTER_CALL },
  ],
];

const HELD_BACK: Given[] = (["queued", "paused", "waitingForPause", "rollingBack"] as const).flatMap((status): Given[] => [
  [`that is ${status} is looked at again in ten minutes`, { status }, {}, AGAIN_LATER],
  [`that is ${status} is not given up`, { status }, TRIED_ENOUGH, AGAIN_LATER],
]);

const ALIVE: Given[] = [RUNNING, WAITING].flatMap((run): Given[] => [
  ["whose destination is paused waits", run, { held: true }, AGAIN_LATER],
  ["whose destination is paused is not given up", run, { held: true, ...TRIED_ENOUGH }, AGAIN_LATER],
  [
    "that is not due sleeps rightly",
    run,
    { dueAt: NOW + 1, overdueSince: NOW - DAY_MS },
    { do: "wait", checkAt: NOW + 1 + MINUTE_MS, afresh: true },
  ],
  ["that is due at this moment may be in its call or asleep", run, { dueAt: NOW }, { do: "nudge", checkAt: NOW + TIMEOUT + MINUTE_MS }],
  [
    "that may just be at the end of its call is not restarted",
    run,
    { dueAt: NOW - TIMEOUT + 1, ...TRIED_ENOUGH },
    { do: "nudge", checkAt: NOW + 1 + MINUTE_MS },
  ],
  ["whose call must be over is woken", run, { dueAt: NOW - TIMEOUT }, { do: "wake", cause: "asleep", checkAt: AFTER_CALL }],
  ["is woken first, though it was restarted before", run, { recoveries: 5 }, { do: "wake", cause: "asleep", checkAt: AFTER_CALL }],
  [
    "that was just woken has the time of an attempt",
    run,
    { overdueSince: NOW - 1 },
    { do: "wait", checkAt: AFTER_CALL - 1, afresh: false },
  ],
  [
    "that was woken has it to the last millisecond",
    run,
    { overdueSince: NOW - TIMEOUT - MINUTE_MS + 1 },
    { do: "wait", checkAt: NOW + 1, afresh: false },
  ],
  [
    "whom waking did not help is restarted",
    run,
    { overdueSince: NOW - TIMEOUT - MINUTE_MS },
    { do: "restart", cause: "stuck", checkAt: AFTER_CALL },
  ],
  [
    "that five restarts in less than a day did not help is restarted",
    run,
    { recoveries: 5, overdueSince: NOW - DAY_MS + 1 },
    { do: "restart", cause: "stuck", checkAt: NOW + 32 * MINUTE_MS },
  ],
  [
    "that four restarts in a day did not help is restarted",
    run,
    { recoveries: 4, overdueSince: NOW - DAY_MS },
    { do: "restart", cause: "stuck", checkAt: NOW + 16 * MINUTE_MS },
  ],
  ["that five restarts in a day did not help is given up", run, TRIED_ENOUGH, { do: "lose", cause: "stuck" }],
]);

const OVER: Given[] = [
  ...STATUSES.filter((status) => status !== "ongoing").flatMap((status): Given[] => [
    [
      `that said ${status} is believed`,
      { status: "complete", output: status },
      { held: true, ...TRIED_ENOUGH },
      { do: "settle", cause: "unrecorded", status },
    ],
  ]),
  ...(["ongoing", "gone", "", undefined, null, 5, { status: "complete" }, ["complete"], "Complete", "constructor"] as const).map(
    (output): Given => [
      `that said ${JSON.stringify(output)} is restarted`,
      { status: "complete", output },
      {},
      { do: "restart", cause: "unrecorded", checkAt: AFTER_CALL },
    ],
  ),
  ...[ERRORED, TERMINATED].flatMap((run): Given[] => [
    [`that ${run.status} is restarted`, run, {}, { do: "restart", cause: "unrecorded", checkAt: AFTER_CALL }],
    [
      `that ${run.status} is restarted whatever it says it did`,
      { ...run, output: "complete" },
      {},
      { do: "restart", cause: "unrecorded", checkAt: AFTER_CALL },
    ],
    [
      `that ${run.status} before it was due is restarted, and looked at when it is`,
      run,
      { dueAt: NOW + HOUR_MS },
      { do: "restart", cause: "unrecorded", checkAt: NOW + HOUR_MS + MINUTE_MS },
    ],
    [
      `that ${run.status} for the sixth time waits longer`,
      run,
      { recoveries: 5, overdueSince: NOW - DAY_MS + 1 },
      { do: "restart", cause: "unrecorded", checkAt: NOW + 32 * MINUTE_MS },
    ],
    [
      `that ${run.status} often and for a day is given up`,
      run,
      { recoveries: 6, overdueSince: NOW - DAY_MS },
      { do: "lose", cause: "unrecorded" },
    ],
    [
      `that ${run.status} often is not given up when it was right in between`,
      run,
      { recoveries: 9, overdueSince: null },
      { do: "restart", cause: "unrecorded", checkAt: NOW + HOUR_MS },
    ],
  ]),
];

const UNKNOWN: Given[] = [
  ["is left to the next sweep", { status: "unknown" }, {}, { do: "leave" }],
  ["is left, tried enough or not", { status: "unknown" }, { held: true, ...TRIED_ENOUGH }, { do: "leave" }],
];

describe.each<[what: string, cases: Given[]]>([
  ["a dispatch without a run", NO_RUN],
  ["a run that is held back", HELD_BACK],
  ["a run that lives", ALIVE],
  ["a run that is over", OVER],
  ["a run of which nothing is known", UNKNOWN],
])("%s", (_, cases) => {
  test.each(cases)("%s (%j, %j)", (_what, run, overdue, repair) => {
    expect(decideRepair({ overdue: overdueOf(overdue), run, now: NOW })).toEqual(repair);
  });
});

describe("the pace of restarts", () => {
  test.each([
    [0, 1],
    [1, 2],
    [2, 4],
    [3, 8],
    [4, 16],
    [5, 32],
    [6, 60],
    [7, 60],
    [1_000, 60],
    [100_000, 60],
  ])("after %d the next is %d minutes away", (recoveries, minutes) => {
    const overdue = overdueOf({ timeoutMs: 1, recoveries });
    const decided = decideRepair({ overdue, run: TERMINATED, now: NOW });
    expect(decided).toEqual({ do: "restart", cause: "unrecorded", checkAt: NOW + Math.max(minutes * MINUTE_MS, 1 + MINUTE_MS) });
  });
});

describe("whatever is overdue and whatever the engine says", () => {
  const RUNS = ["missing", "queued", "running", "paused", "errored", "terminated", "complete", "waiting", "waitingForPause"] as const;
  const run: fc.Arbitrary<RunLook> = fc.record(
    {
      status: fc.constantFrom(...RUNS, "rollingBack" as const, "unknown" as const),
      output: fc.option(fc.constantFrom("ongoing", "gone", ...STATUSES, 5), { nil: undefined }),
    },
    { requiredKeys: ["status"] },
  );
  /** How long ago, or ahead, with the moments on which decisions turn. */
  const around = (...turns: number[]) =>
    fc.oneof(fc.constantFrom(...turns.flatMap((turn) => [turn - 1, turn, turn + 1])), fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }));
  const given = fc
    .record({
      timeoutMs: fc.constantFrom(1, 1_000, MINUTE_MS, 15 * MINUTE_MS),
      dueIn: around(0, -1_000, -MINUTE_MS, -15 * MINUTE_MS),
      overdueFor: fc.option(around(DAY_MS, 2 * MINUTE_MS, 16 * MINUTE_MS, MINUTE_MS + 1_000).map(Math.abs)),
      attempts: fc.nat({ max: 3 }),
      recoveries: fc.oneof(fc.nat({ max: 7 }), fc.nat({ max: 100_000 })),
      held: fc.boolean(),
      run,
    })
    .map(({ dueIn, overdueFor, run: look, ...rest }) => ({
      overdue: { ...rest, dueAt: NOW + dueIn, overdueSince: overdueFor === null ? null : NOW - overdueFor },
      run: look,
    }));

  const law = (holds: (overdue: Overdue, run: RunLook, decided: Repair) => void) =>
    fc.assert(
      fc.property(given, ({ overdue, run: look }) => {
        holds(overdue, look, decideRepair({ overdue, run: look, now: NOW }));
      }),
      { numRuns: 2_000 },
    );
  const lives = ({ status }: RunLook) => !["missing", "complete", "errored", "terminated", "unknown"].includes(status);

  test("it is not given up before it was restarted five times and overdue for a day", () => {
    law((overdue, _, decided) => {
      if (decided.do !== "lose") return;
      expect(overdue.recoveries).toBeGreaterThanOrEqual(5);
      expect(NOW - (overdue.overdueSince ?? NOW)).toBeGreaterThanOrEqual(DAY_MS);
    });
  });

  test("it is not restarted any more after that", () => {
    law((overdue, _, decided) => {
      if (decided.do !== "restart") return;
      expect(overdue.recoveries < 5 || NOW - (overdue.overdueSince ?? NOW) < DAY_MS).toBe(true);
    });
  });

  test("a run that lives is restarted or given up only when it was due, and woken, longer ago than an attempt takes", () => {
    law((overdue, look, decided) => {
      if (!lives(look) || (decided.do !== "restart" && decided.do !== "lose")) return;
      expect(NOW).toBeGreaterThanOrEqual(overdue.dueAt + overdue.timeoutMs);
      expect(overdue.overdueSince).not.toBeNull();
      expect(NOW - (overdue.overdueSince ?? NOW)).toBeGreaterThanOrEqual(overdue.timeoutMs + CHECK.graceMs);
      expect(look.status === "running" || look.status === "waiting").toBe(true);
    });
  });

  test("a run that lives is left in peace while its dispatch is held", () => {
    law((overdue, look, decided) => {
      if (overdue.held && lives(look)) expect(decided).toEqual(AGAIN_LATER);
    });
  });

  test("a run is created only when there is none, and always then", () => {
    law((_, look, decided) => expect(decided.do === "create").toBe(look.status === "missing"));
  });

  test("nothing is done exactly when nothing is known", () => {
    law((_, look, decided) => expect(decided.do === "leave").toBe(look.status === "unknown"));
  });

  test("it settles only as a run that is complete said", () => {
    law((_, look, decided) => {
      if (decided.do === "settle") expect(look).toEqual({ status: "complete", output: decided.status });
      if (look.status === "complete" && STATUSES.some((status) => status !== "ongoing" && status === look.output)) {
        expect(decided.do).toBe("settle");
      }
    });
  });

  test("the next look lies ahead", () => {
    law((_overdue, _run, decided) => {
      if (!("checkAt" in decided)) return;
      expect(Number.isSafeInteger(decided.checkAt)).toBe(true);
      expect(decided.checkAt).toBeGreaterThan(NOW);
    });
  });

  test("and behind the end of the attempt that this one sets going", () => {
    law(({ dueAt, timeoutMs }, _, decided) => {
      if (decided.do !== "create" && decided.do !== "wake" && decided.do !== "restart") return;
      expect(decided.checkAt).toBeGreaterThanOrEqual(CHECK.graceMs + (dueAt > NOW ? dueAt : NOW + timeoutMs));
    });
  });

  test("restarts are never closer than a minute, nor is the next look further than an hour, the due time or an attempt asks for", () => {
    law(({ dueAt, timeoutMs }, _, decided) => {
      if (!("checkAt" in decided)) return;
      const most = Math.max(NOW + HOUR_MS, NOW + timeoutMs + CHECK.graceMs, dueAt + timeoutMs + CHECK.graceMs);
      expect(decided.checkAt).toBeLessThanOrEqual(most);
      if (decided.do === "restart") expect(decided.checkAt).toBeGreaterThanOrEqual(NOW + CHECK.firstPaceMs);
    });
  });

  test("what went before is forgotten only where nothing has to be repaired", () => {
    law((overdue, look, decided) => {
      if (decided.do !== "wait" || !decided.afresh) return;
      const heldBack = ["queued", "paused", "waitingForPause", "rollingBack"].includes(look.status);
      expect(heldBack || overdue.held || overdue.dueAt > NOW).toBe(true);
    });
  });
});
