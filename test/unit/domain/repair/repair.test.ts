import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STATUSES } from "../../../../schema/contract/statuses.ts";
import { CHECK, DAY_MS, HOUR_MS, MINUTE_MS } from "../../../../schema/limits.ts";
import {
  againAt,
  decideRepair,
  type Overdue,
  type Repair,
  type RepairedState,
  type RunLook,
  repairedState,
} from "../../../../src/domain/repair/repair.ts";

const NOW = 10 * DAY_MS;
const TIMEOUT = 5 * MINUTE_MS;

/** Overdue since just now: due so long ago that an attempt would be over. */
const overdueOf = (given: Partial<Overdue> = {}): Overdue => ({
  dueAt: NOW - HOUR_MS,
  timeoutMs: TIMEOUT,
  attempts: 0,
  recoveries: 0,
  reason: null,
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
const NUDGED_IN_QUEUE = { do: "nudge", cause: "late", checkAt: NOW + 10 * MINUTE_MS, afresh: true } as const;
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
  [
    "is created however often it was before: nothing was given up",
    MISSING,
    TRIED_ENOUGH,
    { do: "create", cause: "never_started", checkAt: AFTER_CALL },
  ],
];

const HELD_BACK: Given[] = (["paused", "waitingForPause", "rollingBack"] as const).flatMap((status): Given[] => [
  [`that is ${status} is looked at again in ten minutes`, { status }, {}, AGAIN_LATER],
  [`that is ${status} is not given up`, { status }, TRIED_ENOUGH, AGAIN_LATER],
]);

const QUEUED: Given[] = [
  ["is woken, in case a crash left it there", { status: "queued" }, {}, NUDGED_IN_QUEUE],
  ["is not given up", { status: "queued" }, TRIED_ENOUGH, NUDGED_IN_QUEUE],
  ["is woken however late it is", { status: "queued" }, { dueAt: NOW - 9 * DAY_MS }, NUDGED_IN_QUEUE],
  [
    "is looked at again once an attempt may be over, at first",
    { status: "queued" },
    { dueAt: NOW - MINUTE_MS },
    { ...NUDGED_IN_QUEUE, checkAt: NOW + TIMEOUT + MINUTE_MS },
  ],
  [
    "then after as long as it is late",
    { status: "queued" },
    { dueAt: NOW - 8 * MINUTE_MS },
    { ...NUDGED_IN_QUEUE, checkAt: NOW + 8 * MINUTE_MS },
  ],
];

const ALIVE: Given[] = [RUNNING, WAITING].flatMap((run): Given[] => [
  [
    "that is not due sleeps rightly",
    run,
    { dueAt: NOW + 1, overdueSince: NOW - DAY_MS },
    { do: "wait", checkAt: NOW + 1 + MINUTE_MS, afresh: true },
  ],
  [
    "that is due at this moment may be in its call or asleep",
    run,
    { dueAt: NOW },
    { do: "nudge", cause: "late", checkAt: NOW + TIMEOUT + MINUTE_MS, afresh: false },
  ],
  [
    "that may just be at the end of its call is not restarted",
    run,
    { dueAt: NOW - TIMEOUT, ...TRIED_ENOUGH },
    { do: "nudge", cause: "late", checkAt: NOW + MINUTE_MS, afresh: false },
  ],
  [
    "that may just be recording what its call came to is not restarted",
    run,
    { dueAt: NOW - TIMEOUT - MINUTE_MS + 1, ...TRIED_ENOUGH },
    { do: "nudge", cause: "late", checkAt: NOW + 1, afresh: false },
  ],
  [
    "whose call must be over, with its record, is woken",
    run,
    { dueAt: NOW - TIMEOUT - MINUTE_MS },
    { do: "wake", cause: "late", checkAt: AFTER_CALL },
  ],
  ["is woken first, though it was restarted before", run, { recoveries: 5 }, { do: "wake", cause: "late", checkAt: AFTER_CALL }],
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
      TRIED_ENOUGH,
      { do: "settle", cause: "unrecorded", status },
    ],
  ]),
  [
    "that ended as held, and is so no more, is started over",
    { status: "complete", output: "held" },
    TRIED_ENOUGH,
    { do: "start_over", checkAt: AFTER_CALL },
  ],
  [
    "that says held and did not end so is restarted",
    { status: "errored", output: "held" },
    {},
    { do: "restart", cause: "unrecorded", checkAt: AFTER_CALL },
  ],
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
  ["a run that is queued", QUEUED],
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

describe("how a dispatch stands after a repair", () => {
  const SINCE = NOW - HOUR_MS;
  const TROUBLED = { attempts: 2, recoveries: 3, overdueSince: SINCE, reason: "no" };
  const LATER = NOW + 7;
  type Decided = Exclude<Repair, { do: "leave" }>;
  const settle = (status: Extract<Repair, { do: "settle" }>["status"]): Decided => ({ do: "settle", cause: "unrecorded", status });

  test.each<[what: string, overdue: Partial<Overdue>, decided: Decided, state: RepairedState]>([
    [
      "a new beginning forgets what went before",
      TROUBLED,
      { do: "wait", checkAt: LATER, afresh: true },
      { status: "ongoing", checkAt: LATER, recoveries: 0, overdueSince: null },
    ],
    [
      "a wait for what was done does not",
      TROUBLED,
      { do: "wait", checkAt: LATER, afresh: false },
      { status: "ongoing", checkAt: LATER, recoveries: 3, overdueSince: SINCE },
    ],
    [
      "a start over is no repair: it was held back on purpose",
      TROUBLED,
      { do: "start_over", checkAt: LATER },
      { status: "ongoing", checkAt: LATER, recoveries: 0, overdueSince: null },
    ],
    [
      "a nudge is no repair: it is not overdue by that",
      {},
      { do: "nudge", cause: "late", checkAt: LATER, afresh: false },
      { status: "ongoing", checkAt: LATER, recoveries: 0, overdueSince: null },
    ],
    [
      "nor does a nudge end a trouble",
      TROUBLED,
      { do: "nudge", cause: "late", checkAt: LATER, afresh: false },
      { status: "ongoing", checkAt: LATER, recoveries: 3, overdueSince: SINCE },
    ],
    [
      "unless it says that all is well",
      TROUBLED,
      { do: "nudge", cause: "late", checkAt: LATER, afresh: true },
      { status: "ongoing", checkAt: LATER, recoveries: 0, overdueSince: null },
    ],
    ...(["create", "wake", "restart"] as const).flatMap((act): [string, Partial<Overdue>, Decided, RepairedState][] => [
      [
        `it is overdue since the first repair: ${act}`,
        {},
        { do: act, cause: "late", checkAt: LATER },
        { status: "ongoing", checkAt: LATER, recoveries: 0, overdueSince: NOW },
      ],
      [
        `no restart counts before it was made, and overdue it remains: ${act}`,
        TROUBLED,
        { do: act, cause: "stuck", checkAt: LATER },
        { status: "ongoing", checkAt: LATER, recoveries: 3, overdueSince: SINCE },
      ],
      [
        `due at this moment it is overdue: ${act}`,
        { dueAt: NOW },
        { do: act, cause: "late", checkAt: LATER },
        { status: "ongoing", checkAt: LATER, recoveries: 0, overdueSince: NOW },
      ],
      [
        `repaired before it was due, it is not overdue: ${act}`,
        { dueAt: NOW + 1, recoveries: 1, overdueSince: SINCE },
        { do: act, cause: "vanished", checkAt: LATER },
        { status: "ongoing", checkAt: LATER, recoveries: 1, overdueSince: null },
      ],
    ]),
    ...(["complete", "ignored"] as const).map((status): [string, Partial<Overdue>, Decided, RepairedState] => [
      `${status}, it does not say why an earlier attempt failed`,
      TROUBLED,
      settle(status),
      { status, settledAt: NOW, reason: null },
    ]),
    ...(["failed", "misconfigured", "lost", "cancelled"] as const).map((status): [string, Partial<Overdue>, Decided, RepairedState] => [
      `${status}, it says why its last attempt failed`,
      TROUBLED,
      settle(status),
      { status, settledAt: NOW, reason: "no" },
    ]),
    ["failed, it says nothing when nothing is known", {}, settle("failed"), { status: "failed", settledAt: NOW, reason: null }],
    [
      "lost, it says how often it was tried, whatever its last attempt said",
      TROUBLED,
      { do: "lose", cause: "stuck" },
      { status: "lost", settledAt: NOW, reason: "stuck: given up after 3 restarts, the last attempt recorded was 2" },
    ],
  ])("%s", (_, overdue, decided, state) => {
    expect(repairedState(overdueOf(overdue), decided, NOW)).toStrictEqual(state);
  });
});

describe("a repair that failed is tried again", () => {
  test.each<[what: string, overdue: Partial<Overdue>, afterMs: number]>([
    ["not before what a sweep took comes up again", { dueAt: NOW, timeoutMs: 1 }, 2 * MINUTE_MS],
    ["so soon too when it is not due yet", { dueAt: NOW + DAY_MS, timeoutMs: 1 }, 2 * MINUTE_MS],
    ["not before a call that it may have set going is over, with its record", { dueAt: NOW }, TIMEOUT + MINUTE_MS],
    ["that takes long", { dueAt: NOW - DAY_MS, timeoutMs: 2 * HOUR_MS }, 2 * HOUR_MS + MINUTE_MS],
    ["after as long as it is late", { dueAt: NOW - 17 * MINUTE_MS }, 17 * MINUTE_MS],
    ["to the millisecond", { dueAt: NOW - TIMEOUT - MINUTE_MS - 1 }, TIMEOUT + MINUTE_MS + 1],
    ["after an hour at most", { dueAt: NOW - DAY_MS }, HOUR_MS],
  ])("%s", (_, overdue, afterMs) => {
    expect(againAt(overdueOf(overdue), NOW)).toBe(NOW + afterMs);
  });
});

describe("whatever is overdue and whatever the engine says", () => {
  const RUNS = ["missing", "queued", "running", "paused", "errored", "terminated", "complete", "waiting", "waitingForPause"] as const;
  const run: fc.Arbitrary<RunLook> = fc.record(
    {
      status: fc.constantFrom(...RUNS, "rollingBack" as const, "unknown" as const),
      output: fc.option(fc.constantFrom("ongoing", "gone", "held", ...STATUSES, 5), { nil: undefined }),
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
      reason: fc.constantFrom(null, "no"),
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
  const isAfresh = (decided: Repair) => "afresh" in decided && decided.afresh;
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
      expect(NOW).toBeGreaterThanOrEqual(overdue.dueAt + overdue.timeoutMs + CHECK.graceMs);
      expect(overdue.overdueSince).not.toBeNull();
      expect(NOW - (overdue.overdueSince ?? NOW)).toBeGreaterThanOrEqual(overdue.timeoutMs + CHECK.graceMs);
      expect(look.status === "running" || look.status === "waiting").toBe(true);
    });
  });

  test("a run is nudged exactly while it is queued or its attempt may be under way, and no longer", () => {
    law((overdue, look, decided) => {
      const { dueAt, timeoutMs, held } = overdue;
      const inTime = dueAt + timeoutMs + CHECK.graceMs;
      const isAwake = look.status === "running" || look.status === "waiting";
      const until = { queued: Number.POSITIVE_INFINITY, running: inTime, waiting: inTime }[look.status as string] ?? 0;
      expect(decided.do === "nudge").toBe(!held && dueAt <= NOW && NOW < until);
      if (decided.do === "nudge" && isAwake) expect(decided).toMatchObject({ checkAt: inTime, afresh: false });
      if (decided.do === "nudge" && !isAwake) {
        expect(decided.checkAt).toBeGreaterThan(NOW);
        expect(decided.checkAt).toBeLessThanOrEqual(NUDGED_IN_QUEUE.checkAt);
      }
    });
  });

  test("a run is created only when there is none, and always then unless it is held back", () => {
    law(({ held }, look, decided) => expect(decided.do === "create").toBe(look.status === "missing" && !held));
  });

  test("nothing is done, whatever the run is, exactly when it is held back or nothing is known", () => {
    law(({ held }, look, decided) => expect(decided.do === "leave").toBe(held || look.status === "unknown"));
  });

  test("a run is started over exactly when it ended as held", () => {
    law(({ held }, { status, output }, decided) => {
      expect(decided.do === "start_over").toBe(!held && status === "complete" && output === "held");
    });
  });

  test("it settles only as a run that is complete said", () => {
    law(({ held }, look, decided) => {
      if (decided.do === "settle") expect(look).toEqual({ status: "complete", output: decided.status });
      if (!held && look.status === "complete" && STATUSES.some((status) => status !== "ongoing" && status === look.output)) {
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
      if (!["create", "wake", "restart", "start_over"].includes(decided.do) || !("checkAt" in decided)) return;
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
      if (!isAfresh(decided)) return;
      const heldBack = ["queued", "paused", "waitingForPause", "rollingBack"].includes(look.status);
      expect(heldBack || overdue.dueAt > NOW).toBe(true);
    });
  });

  test("what is decided becomes of it: looked at when decided, or settled now", () => {
    law((overdue, _, decided) => {
      if (decided.do === "leave") return;
      const state = repairedState(overdue, decided, NOW);
      expect(state.status === "ongoing").toBe("checkAt" in decided);
      if (state.status !== "ongoing") expect(state.settledAt).toBe(NOW);
      else if ("checkAt" in decided) expect(state.checkAt).toBe(decided.checkAt);
    });
  });

  test("no claim counts a restart, and only a new beginning takes any away", () => {
    law((overdue, _, decided) => {
      if (decided.do === "leave") return;
      const state = repairedState(overdue, decided, NOW);
      if (state.status !== "ongoing") return;
      expect(state.recoveries).toBe(isAfresh(decided) || decided.do === "start_over" ? 0 : overdue.recoveries);
    });
  });

  test("it becomes overdue by a repair alone, from now on, and not before it is due", () => {
    law((overdue, _, decided) => {
      if (decided.do === "leave") return;
      const state = repairedState(overdue, decided, NOW);
      if (state.status !== "ongoing" || state.overdueSince === overdue.overdueSince) return;
      if (state.overdueSince === null) {
        expect(overdue.dueAt > NOW || isAfresh(decided) || decided.do === "start_over").toBe(true);
        return;
      }
      expect(state.overdueSince).toBe(NOW);
      expect(overdue.overdueSince).toBeNull();
      expect(overdue.dueAt).toBeLessThanOrEqual(NOW);
      expect(["create", "wake", "restart"]).toContain(decided.do);
    });
  });

  test("it is lost with a reason that names the cause, the restarts and the attempts", () => {
    law((overdue, _, decided) => {
      if (decided.do !== "lose") return;
      const state = repairedState(overdue, decided, NOW);
      expect(state).toMatchObject({ status: "lost", settledAt: NOW });
      if (state.status === "ongoing") return;
      expect(state.reason?.startsWith(`${decided.cause}: `)).toBe(true);
      expect(state.reason?.match(/\d+/g)?.map(Number)).toEqual([overdue.recoveries, overdue.attempts]);
    });
  });

  test("a repair that failed is tried again after two minutes and an attempt at least, and after an hour unless an attempt takes longer", () => {
    law((overdue) => {
      const attempt = overdue.timeoutMs + CHECK.graceMs;
      const wait = againAt(overdue, NOW) - NOW;
      expect(wait).toBeGreaterThanOrEqual(Math.max(CHECK.sweptMs, attempt));
      expect(wait).toBeLessThanOrEqual(Math.max(HOUR_MS, attempt));
      expect(againAt({ ...overdue, dueAt: overdue.dueAt - MINUTE_MS }, NOW) - NOW).toBeGreaterThanOrEqual(wait);
    });
  });

  test("a day of failures leaves 32 notes at most", () => {
    law((overdue) => {
      let [now, count] = [Math.max(NOW, overdue.dueAt), 0];
      for (const end = now + DAY_MS; now < end; now = againAt(overdue, now)) count += 1;
      expect(count).toBeLessThanOrEqual(32);
    });
  });
});
