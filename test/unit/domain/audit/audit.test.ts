import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MISMATCHES, type Mismatch } from "../../../../schema/contract/audit.ts";
import type { RunView } from "../../../../schema/contract/dispatches.ts";
import { OUTCOMES, STATUSES, type Status } from "../../../../schema/contract/statuses.ts";
import { AUDIT, CHECK, DAY_MS, HOUR_MS, MINUTE_MS } from "../../../../schema/limits.ts";
import { isAlive, isOver } from "../../../../src/domain/attempt/run-status.ts";
import {
  type AuditedDispatch,
  type AuditedEvent,
  auditPiece,
  type ExecutionFigures,
  type NotedFact,
  type Orphans,
} from "../../../../src/domain/audit/audit.ts";

const NOW = 10 * DAY_MS;
const TIMEOUT = 5 * MINUTE_MS;
const EVENT = "e1";
const OWED = { route: "all", destination: "email" };

const RUN_STATUSES: readonly RunView["status"][] = [
  "missing",
  "queued",
  "running",
  "paused",
  "errored",
  "terminated",
  "complete",
  "waiting",
  "waitingForPause",
  "rollingBack",
  "unknown",
];

const SETTLED = STATUSES.filter((status) => status !== "ongoing");

const executionsOf = (count: number, lastOutcome = "failed"): ExecutionFigures => ({ count, first: 1, last: count, lastOutcome });

/** A dispatch that is due in an hour and whose run sleeps. */
const ongoing = (given: Partial<AuditedDispatch> = {}): AuditedDispatch => ({
  id: `${EVENT}-0`,
  ...OWED,
  status: "ongoing",
  dueAt: NOW + HOUR_MS,
  checkAt: NOW + HOUR_MS + MINUTE_MS,
  settledAt: null,
  attempts: 0,
  recoveries: 0,
  overdueSince: null,
  superseded: 0,
  timeoutMs: TIMEOUT,
  hasEvent: true,
  executions: null,
  noted: [],
  held: false,
  run: "waiting",
  ended: false,
  ...given,
});

/** One that settled an hour ago, at the first attempt when it came to that. */
const settled = (status: Exclude<Status, "ongoing">, given: Partial<AuditedDispatch> = {}): AuditedDispatch => {
  const isOutcome = (OUTCOMES as readonly Status[]).includes(status);
  return ongoing({
    status,
    dueAt: NOW - 2 * HOUR_MS,
    checkAt: null,
    settledAt: NOW - HOUR_MS,
    attempts: isOutcome ? 1 : 0,
    executions: isOutcome ? executionsOf(1, status) : null,
    noted: status === "lost" ? ["restart", "lost"] : [],
    run: status === "lost" ? "terminated" : "complete",
    ...given,
  });
};

const audit = (dispatches: readonly AuditedDispatch[], events: readonly AuditedEvent[] = [{ id: EVENT, owedTo: [OWED] }]) =>
  auditPiece({ events, dispatches, now: NOW });
const namesIn = (dispatches: readonly AuditedDispatch[], events?: readonly AuditedEvent[]) =>
  Object.keys(audit(dispatches, events).mismatches);
const orphaned = (orphans: Partial<Orphans>): Piece => ({ dispatches: [], events: [], orphans: { executions: [], notes: [], ...orphans } });

/** The last moment at which an attempt of this dispatch is not late, as its due time. */
const JUST_IN_TIME = NOW - TIMEOUT - CHECK.graceMs - AUDIT.lateMs;
const LATE = { dueAt: JUST_IN_TIME - 1, checkAt: NOW };
const FORGOTTEN = { checkAt: NOW - AUDIT.forgottenMs - 1 };

/** All that notes may say. */
const NOTED: readonly NotedFact[] = ["nudge", "create", "wake", "restart", "settle", "repair_failed", "lost", "undeliverable"];

type Piece = { dispatches: readonly AuditedDispatch[]; events?: readonly AuditedEvent[]; orphans?: Orphans };

describe("a mismatch is named where something is wrong, and not where nothing is", () => {
  const CASES: [name: Mismatch, what: string, wrong: Piece, right: Piece][] = [
    [
      "missing_config",
      "the configuration is not stored",
      { dispatches: [], events: [{ id: EVENT, owedTo: null }] },
      { dispatches: [], events: [{ id: EVENT, owedTo: [] }] },
    ],
    ["missing_dispatches", "none is stored", { dispatches: [] }, { dispatches: [ongoing()] }],
    [
      "missing_dispatches",
      "the second of two is not stored",
      { dispatches: [ongoing()], events: [{ id: EVENT, owedTo: [OWED, OWED] }] },
      { dispatches: [ongoing(), ongoing({ id: "e1-1" })], events: [{ id: EVENT, owedTo: [OWED, OWED] }] },
    ],
    [
      "missing_dispatches",
      "it is owed to another destination",
      { dispatches: [ongoing({ destination: "sms" })] },
      { dispatches: [ongoing()] },
    ],
    ["missing_dispatches", "it is owed by another route", { dispatches: [ongoing({ route: "some" })] }, { dispatches: [ongoing()] }],
    [
      "missing_dispatches",
      "only a redrive of it is stored",
      { dispatches: [ongoing({ id: "e1-0-r1" })] },
      { dispatches: [settled("failed", { superseded: 1 }), ongoing({ id: "e1-0-r1" })] },
    ],
    [
      "wrong_dead_letter",
      "what failed is said to be none",
      { dispatches: [settled("failed", { superseded: 1 })] },
      { dispatches: [settled("failed")] },
    ],
    ["orphan_dispatch", "the event is gone", { dispatches: [ongoing({ hasEvent: false })] }, { dispatches: [ongoing()] }],
    ["orphan_execution", "its dispatch is gone", orphaned({ executions: ["e1-0"] }), orphaned({})],
    ["orphan_note", "its dispatch is gone", orphaned({ notes: ["e1-0"] }), orphaned({})],
    ["attempt_gap", "an attempt is counted and not recorded", { dispatches: [ongoing({ attempts: 1 })] }, { dispatches: [ongoing()] }],
    [
      "attempt_gap",
      "an attempt is recorded and not counted",
      { dispatches: [ongoing({ executions: executionsOf(1) })] },
      { dispatches: [ongoing({ attempts: 1, executions: executionsOf(1) })] },
    ],
    [
      "attempt_gap",
      "the first is not recorded",
      { dispatches: [ongoing({ attempts: 2, executions: { count: 2, first: 2, last: 3, lastOutcome: "failed" } })] },
      { dispatches: [ongoing({ attempts: 2, executions: executionsOf(2) })] },
    ],
    [
      "attempt_gap",
      "there is one before the first",
      { dispatches: [ongoing({ attempts: 2, executions: { count: 2, first: 0, last: 2, lastOutcome: "failed" } })] },
      { dispatches: [ongoing({ attempts: 2, executions: executionsOf(2) })] },
    ],
    [
      "attempt_gap",
      "one in the middle is not recorded",
      { dispatches: [ongoing({ attempts: 3, executions: { count: 2, first: 1, last: 3, lastOutcome: "failed" } })] },
      { dispatches: [ongoing({ attempts: 3, executions: executionsOf(3) })] },
    ],
    [
      "attempt_gap",
      "the last is beyond what is counted",
      { dispatches: [ongoing({ attempts: 2, executions: { count: 2, first: 1, last: 3, lastOutcome: "failed" } })] },
      { dispatches: [ongoing({ attempts: 2, executions: executionsOf(2) })] },
    ],
    ...OUTCOMES.flatMap((status): [Mismatch, string, Piece, Piece][] => [
      [
        "settled_without_record",
        `${status} without an attempt`,
        { dispatches: [settled(status, { attempts: 0, executions: null })] },
        { dispatches: [settled(status)] },
      ],
      [
        "settled_without_record",
        `${status} and the last attempt came to something else`,
        {
          dispatches: [settled(status, { executions: executionsOf(1, status === "failed" ? "complete" : "failed") })],
        },
        { dispatches: [settled(status, { attempts: 3, executions: executionsOf(3, status) })] },
      ],
    ]),
    ...OUTCOMES.flatMap((status): [Mismatch, string, Piece, Piece][] => [
      [
        "settled_without_record",
        `${status} without an attempt, repaired in every way, but not by what its run said`,
        { dispatches: [settled(status, { attempts: 0, executions: null, noted: NOTED.filter((said) => said !== "settle") })] },
        { dispatches: [settled(status, { attempts: 0, executions: null, noted: ["settle"] })] },
      ],
      [
        "settled_without_record",
        `${status} otherwise than its last attempt, repaired in every way, but not by what its run said`,
        {
          dispatches: [
            settled(status, {
              executions: executionsOf(1, status === "failed" ? "complete" : "failed"),
              noted: NOTED.filter((said) => said !== "settle"),
            }),
          ],
        },
        { dispatches: [settled(status, { executions: executionsOf(1, status === "failed" ? "complete" : "failed"), noted: NOTED })] },
      ],
    ]),
    [
      "settled_without_record",
      "lost, and no note says so",
      { dispatches: [settled("lost", { noted: NOTED.filter((said) => said !== "lost") })] },
      { dispatches: [settled("lost", { noted: ["lost"] })] },
    ],
    [
      "settled_inconsistent",
      "settled and still looked at",
      { dispatches: [settled("complete", { checkAt: NOW })] },
      { dispatches: [settled("complete")] },
    ],
    [
      "settled_inconsistent",
      "settled, nobody knows when",
      { dispatches: [settled("complete", { settledAt: null })] },
      { dispatches: [settled("complete")] },
    ],
    ["settled_inconsistent", "ongoing with a time of settling", { dispatches: [ongoing({ settledAt: 0 })] }, { dispatches: [ongoing()] }],
    [
      "settled_inconsistent",
      "ongoing and never looked at",
      { dispatches: [ongoing({ checkAt: null })] },
      { dispatches: [ongoing({ checkAt: NOW })] },
    ],
    [
      "never_started",
      "late without a run",
      { dispatches: [ongoing({ ...LATE, run: "missing" })] },
      { dispatches: [ongoing({ run: "missing" })] },
    ],
    ...(["running", "waiting"] as const).map((run): [Mismatch, string, Piece, Piece] => [
      "stuck",
      `late and its run is ${run}`,
      { dispatches: [ongoing({ ...LATE, run })] },
      { dispatches: [ongoing({ ...LATE, dueAt: JUST_IN_TIME, run })] },
    ]),
    ...(["complete", "errored", "terminated"] as const).map((run): [Mismatch, string, Piece, Piece] => [
      "unrecorded",
      `late and its run is ${run}`,
      { dispatches: [ongoing({ ...LATE, run })] },
      { dispatches: [ongoing({ ...LATE, dueAt: JUST_IN_TIME, run })] },
    ]),
    ...(["unknown", null] as const).map((run): [Mismatch, string, Piece, Piece] => [
      "unverifiable",
      `late and its run is ${run}`,
      { dispatches: [ongoing({ ...LATE, run })] },
      { dispatches: [ongoing({ ...LATE, dueAt: JUST_IN_TIME, run })] },
    ]),
    ...SETTLED.filter((status) => status !== "lost").flatMap((status): [Mismatch, string, Piece, Piece][] =>
      (["queued", "running", "paused", "waiting", "waitingForPause", "rollingBack"] as const).map((run) => [
        "orphan_run",
        `${status} and its run is ${run}`,
        { dispatches: [settled(status, { run })] },
        { dispatches: [settled(status, { run: "terminated", ended: true })] },
      ]),
    ),
  ];

  test.each(CASES)("%s: %s", (name, _, wrong, right) => {
    const names = ({ dispatches, events = [{ id: EVENT, owedTo: [OWED] }], orphans }: Piece) =>
      Object.keys(auditPiece({ events, dispatches, now: NOW, ...(orphans !== undefined && { orphans }) }).mismatches);
    expect(names(wrong)).toContain(name);
    expect(names(right)).toEqual([]);
  });

  test("each mismatch has such a case", () => {
    expect(new Set(CASES.map(([name]) => name))).toEqual(new Set(Object.keys(MISMATCHES)));
  });

  test("one piece may hold several, each with its own id", () => {
    const piece = [ongoing({ attempts: 1, hasEvent: false }), settled("lost", { id: "e1-1", noted: [], checkAt: 0 })];
    expect(audit(piece).mismatches).toEqual({
      orphan_dispatch: { count: 1, examples: ["e1-0"] },
      attempt_gap: { count: 1, examples: ["e1-0"] },
      settled_inconsistent: { count: 1, examples: ["e1-1"] },
      settled_without_record: { count: 1, examples: ["e1-1"] },
    });
    expect(audit(piece).unexplained).toBe(4);
  });
});

describe("what is late or forgotten", () => {
  test.each<[what: string, given: Partial<AuditedDispatch>, names: readonly Mismatch[]]>([
    ["to the millisecond in time", { dueAt: JUST_IN_TIME, checkAt: NOW }, []],
    ["a millisecond late", LATE, ["stuck"]],
    ["to the millisecond looked at in time", { checkAt: NOW - AUDIT.forgottenMs }, []],
    ["not looked at for a millisecond longer", FORGOTTEN, ["stuck"]],
    ["late and forgotten, named once", { ...LATE, ...FORGOTTEN }, ["stuck"]],
  ])("%s", (_, given, names) => {
    expect(namesIn([ongoing({ ...given, run: "running" })])).toEqual(names);
  });

  test("lateness counts from the end of an attempt: a long timeout is allowed for", () => {
    expect(namesIn([ongoing({ ...LATE, timeoutMs: TIMEOUT + 1 })])).toEqual([]);
  });
});

describe("who is excused for being late, and for being forgotten is nobody", () => {
  const EXCUSES: [what: string, given: Partial<AuditedDispatch>][] = [
    ["that is being repaired", { overdueSince: NOW - 1 }],
    ["that has been restarted", { recoveries: 1, run: "terminated" }],
    ["whose run waits its turn", { run: "queued" }],
    ["whose run an operator paused", { run: "paused" }],
    ["whose run is about to be paused", { run: "waitingForPause" }],
    ["whose run rolls back", { run: "rollingBack" }],
  ];

  test.each(EXCUSES)("a dispatch %s", (_, given) => {
    expect(namesIn([ongoing({ ...LATE, ...given })])).toEqual([]);
    expect(namesIn([ongoing({ ...LATE, ...FORGOTTEN, ...given })])).toHaveLength(1);
  });

  test.each(["running", "missing", "complete", "errored", "unknown", null] as const)(
    "a dispatch that is held back is right, whatever its run is: %s",
    (run) => {
      expect(namesIn([ongoing({ ...LATE, ...FORGOTTEN, held: true, run })])).toEqual([]);
    },
  );

  test("a run that has not been asked for excuses nothing", () => {
    expect(namesIn([ongoing({ ...LATE, run: null })])).toEqual(["unverifiable"]);
  });
});

describe("what came late to a dispatch that had settled", () => {
  test.each(["cancelled", "lost"] as const)("is recorded under one that is %s, whatever it came to", (status) => {
    for (const outcome of OUTCOMES) {
      expect(namesIn([settled(status, { attempts: 4, executions: executionsOf(4, outcome) })])).toEqual([]);
    }
  });

  test.each(SETTLED)("%s, and the engine says nothing of its run, or was not asked: no mismatch", (status) => {
    for (const run of ["unknown", null, "missing", "complete", "errored", "terminated"] as const) {
      expect(namesIn([settled(status, { run })])).toEqual([]);
    }
  });
});

describe("the count", () => {
  test("of nothing is nothing, with every status", () => {
    expect(auditPiece({ events: [], dispatches: [], now: NOW })).toEqual({
      events: 0,
      dispatches: { ongoing: 0, complete: 0, ignored: 0, failed: 0, misconfigured: 0, lost: 0, cancelled: 0 },
      executions: 0,
      runs: {},
      repairing: 0,
      ended: 0,
      unexplained: 0,
      mismatches: {},
    });
  });

  test("is of events, dispatches by status, executions, runs of what is ongoing, repairs, and runs that were ended", () => {
    const piece = [
      ongoing({ attempts: 2, executions: executionsOf(2) }),
      ongoing({ id: "e1-1", run: "queued", recoveries: 1 }),
      ongoing({ id: "e1-2", run: "waiting", overdueSince: 0 }),
      ongoing({ id: "e1-3", run: null }),
      settled("complete", { id: "e1-4", run: "running" }),
      settled("complete", { id: "e1-5", run: "complete", ended: true }),
      settled("failed", { id: "e1-6", run: null, attempts: 6, executions: executionsOf(6), recoveries: 2 }),
      settled("cancelled", { id: "e1-7", run: "terminated", ended: true }),
      settled("lost", { id: "e1-8", run: "paused" }),
      settled("lost", { id: "e1-9", run: "unknown" }),
    ];
    expect(audit(piece, [])).toEqual({
      events: 0,
      dispatches: { ongoing: 4, complete: 2, ignored: 0, failed: 1, misconfigured: 0, lost: 2, cancelled: 1 },
      executions: 10,
      runs: { waiting: 2, queued: 1 },
      repairing: 2,
      ended: 2,
      unexplained: 1,
      mismatches: { orphan_run: { count: 1, examples: ["e1-4"] } },
    });
  });

  test("names the first five of many, and counts them all", () => {
    const many = Array.from({ length: 12 }, (_, ordinal) => ongoing({ id: `e1-${ordinal}`, hasEvent: false }));
    expect(audit(many, []).mismatches).toEqual({
      orphan_dispatch: { count: 12, examples: ["e1-0", "e1-1", "e1-2", "e1-3", "e1-4"] },
    });
    expect(audit(many, []).unexplained).toBe(12);
  });

  test("adds up, whatever the piece: each dispatch has one status, and each mismatch is counted once", () => {
    const dispatch = fc.record({
      status: fc.constantFrom(...STATUSES),
      run: fc.constantFrom(...RUN_STATUSES, null),
      dueAt: fc.constantFrom(JUST_IN_TIME - 1, JUST_IN_TIME, NOW + 1),
      checkAt: fc.constantFrom(null, NOW - AUDIT.forgottenMs - 1, NOW),
      settledAt: fc.constantFrom(null, 0),
      attempts: fc.nat({ max: 2 }),
      recoveries: fc.nat({ max: 1 }),
      executions: fc.option(
        fc.record({
          count: fc.integer({ min: 1, max: 2 }),
          first: fc.constantFrom(1, 2),
          last: fc.constantFrom(1, 2),
          lastOutcome: fc.constantFrom(...OUTCOMES),
        }),
      ),
      hasEvent: fc.boolean(),
      held: fc.boolean(),
      ended: fc.boolean(),
      noted: fc.subarray([...NOTED]),
    });
    fc.assert(
      fc.property(fc.array(dispatch, { maxLength: 10 }), (given) => {
        const piece = given.map((one, ordinal) => ongoing({ ...one, id: `e1-${ordinal}` }));
        const figures = audit(piece, []);
        const counts = Object.values(figures.mismatches);
        expect(Object.values(figures.dispatches).reduce((sum, count) => sum + count, 0)).toBe(piece.length);
        expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(figures.unexplained);
        for (const { count, examples } of counts) expect(examples).toHaveLength(Math.min(count, AUDIT.examples));
        expect(Object.values(figures.runs).reduce((sum, count) => sum + count, 0)).toBe(
          piece.filter(({ status, run }) => status === "ongoing" && run !== null).length,
        );
        const apart = piece.map((one) => audit([one], []));
        expect(figures.unexplained).toBe(apart.reduce((sum, { unexplained }) => sum + unexplained, 0));
        expect(figures.ended).toBe(apart.reduce((sum, { ended }) => sum + ended, 0));
      }),
      { numRuns: 500 },
    );
  });
});

test("a run lives, or is over, when the engine says so; of silence neither is true", () => {
  expect(RUN_STATUSES.filter(isAlive)).toEqual(["queued", "running", "paused", "waiting", "waitingForPause", "rollingBack"]);
  expect(RUN_STATUSES.filter(isOver)).toEqual(["missing", "errored", "terminated", "complete"]);
  expect(RUN_STATUSES.filter((run) => !isAlive(run) && !isOver(run))).toEqual(["unknown"]);
  expect([isAlive(null), isOver(null)]).toEqual([false, false]);
});

describe("a line", () => {
  const link = (suffix: string, given: Partial<AuditedDispatch>): AuditedDispatch => ({
    ...ongoing({ status: "failed", checkAt: null, settledAt: NOW, attempts: 1, executions: executionsOf(1), run: null }),
    id: `${EVENT}-0${suffix}`,
    ...given,
  });
  const wrongIn = (...dispatches: AuditedDispatch[]) =>
    auditPiece({ events: [], dispatches, now: NOW }).mismatches.wrong_dead_letter?.examples ?? [];

  test("of one that failed is a dead letter, and one that says it is none is wrong", () => {
    expect(wrongIn(link("", {}))).toEqual([]);
    expect(wrongIn(link("", { superseded: 1 }))).toEqual([`${EVENT}-0`]);
  });

  test("says so by the bad link that settled last, whatever its number", () => {
    const links = (first: 0 | 1, second: 0 | 1, third: 0 | 1) => [
      link("", { settledAt: 1, superseded: first }),
      link("-r1_000000001", { settledAt: 3, superseded: second }),
      link("-r2_000000002", { settledAt: 2, superseded: third }),
    ];
    expect(wrongIn(...links(1, 0, 1))).toEqual([]);
    expect(wrongIn(...links(1, 1, 0))).toEqual([`${EVENT}-0-r1_000000001`, `${EVENT}-0-r2_000000002`]);
    expect(wrongIn(...links(0, 0, 1))).toEqual([`${EVENT}-0`]);
  });

  test.each(["ongoing", "complete", "ignored"] as const)("with a link that is %s is none", (status) => {
    const redrive = link("-r1_000000001", { status, ...(status === "ongoing" && { settledAt: null, checkAt: NOW }) });
    expect(wrongIn(link("", { superseded: 1 }), redrive)).toEqual([]);
    expect(wrongIn(link("", {}), redrive)).toEqual([`${EVENT}-0`]);
  });

  test("whose redrive was cancelled is one, and is another's business only with it", () => {
    const redrive = link("-r1_000000001", { status: "cancelled" });
    expect(wrongIn(link("", {}), redrive, link("0", { superseded: 0 }))).toEqual([]);
    expect(wrongIn(link("", { superseded: 1 }), redrive)).toEqual([`${EVENT}-0`]);
  });

  test("is dismissed with a note, not without", () => {
    expect(wrongIn(link("", { superseded: 2, noted: ["dismiss"] }))).toEqual([]);
    expect(wrongIn(link("", { superseded: 2 }))).toEqual([`${EVENT}-0`]);
  });
});
