import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { AuditPage, AuditQuery, Mismatch } from "../../schema/contract/audit.ts";
import type { EmitInput } from "../../schema/contract/emit.ts";
import type { SettledStatus } from "../../schema/contract/statuses.ts";
import { STATUSES } from "../../schema/contract/statuses.ts";
import { AUDIT, CHECK, MINUTE_MS, SECOND_MS } from "../../schema/limits.ts";
import { SUBJECTS } from "../../schema/storage/subjects.ts";
import { createRuns } from "../../src/bindings/dispatch-runs.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { firstIdAt } from "../../src/domain/base/time-id.ts";
import { audit } from "../../src/hub/audit/audit.ts";
import { look, lookToTheEnd } from "./support/attempts.ts";
import { bulkDispatches, bulkEvents } from "./support/bulk.ts";
import { faultOf } from "./support/failures.ts";
import { envWith, hub, only, startedDispatch, store, storedDispatch, unique } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { hubOf, storedNotes } from "./support/operating.ts";
import { dispatchRow, rows, settled } from "./support/rows.ts";
import { type EngineChanges, engineWith, fallAsleep, runIs, runOf, startErring } from "./support/runs.ts";
import { wholeDatabase } from "./support/tables.ts";

type Audit = (query: AuditQuery) => Promise<AuditPage>;

const auditedIn = async (given: Env, query: AuditQuery) => await audit({ hub: createHub(given), name: "tests" }, query);

const overRpc: Audit = async (query) => await hub.audit(query);
const within =
  (given: Env): Audit =>
  async (query) =>
    await auditedIn(given, query);

/** All pieces of an audit. */
async function piecesOf(query: AuditQuery, given: Audit = overRpc): Promise<AuditPage[]> {
  const pieces: AuditPage[] = [];
  let cursor: string | undefined;
  do {
    const piece = await given({ ...query, cursor });
    pieces.push(piece);
    cursor = piece.cursor;
    if (pieces.length > 100) throw new Error("the audit did not end in 100 pieces");
  } while (cursor !== undefined);
  return pieces;
}

/** An audit of what was stored by `work`, which nothing else was meanwhile. */
async function auditOf(
  work: () => Promise<unknown>,
  { given = overRpc, ...query }: AuditQuery & { given?: Audit } = {},
): Promise<AuditPage> {
  const from = new Date();
  await work();
  const to = new Date(Date.now() + 1);
  await scheduler.wait(2);
  return only(await piecesOf({ from, to, ...query }, given));
}

/** Passes questions about runs on, and writes down whose. */
const noting = (asked: string[]) => async (id: string, real: () => Promise<WorkflowInstance>) => {
  asked.push(id);
  return await real();
};

/** Of the routes used here: "fast" times out after 5 s. */
const AFTER_CALL_MS = 5 * SECOND_MS + CHECK.graceMs;

const mismatch = (name: Mismatch, ...examples: string[]) => ({ [name]: { count: examples.length, examples } });
const eventOf = (dispatchId: string) => dispatchId.slice(0, 36);

/** A dispatch that an attempt by hand has settled: it has no run. */
async function settledByHand(input: EmitInput = { type: "fast.hand", data: 1 }): Promise<string> {
  const id = await storedDispatch(input);
  await lookToTheEnd(id);
  return id;
}

/** As if it had settled so by an order, so long ago that its run should be over. */
async function settleAs(status: SettledStatus, id: string, agoMs = 2 * AFTER_CALL_MS): Promise<void> {
  await rows("UPDATE dispatches SET status = ?, check_at = NULL, settled_at = ? WHERE id = ?", status, Date.now() - agoMs, id);
}

const forget = async (id: string) =>
  await rows("UPDATE dispatches SET check_at = ? WHERE id = ?", Date.now() - AUDIT.forgottenMs - SECOND_MS, id);

const forgetAudits = async () => await rows("DELETE FROM notes WHERE subject_id = ?", SUBJECTS.audit);

beforeAll(async () => {
  await hub.health();
});

describe("a healthy hub", () => {
  it("has nothing unexplained, whatever its dispatches came to, and counts what is stored", async () => {
    const key = unique("k");
    const replies = (reply: unknown): EmitInput => ({ type: "fast.healthy", data: { script: [reply] } as never });
    const figures = await auditOf(async () => {
      const followUp = { type: "fast.follow", data: { script: ["ignored"] } };
      const started = await Promise.all([
        startedDispatch(replies("complete")),
        startedDispatch(replies("ignored")),
        startedDispatch(replies({ status: "complete", emit: [followUp, { type: "unrouted.follow", data: 0 }] })),
        startedDispatch(replies({ status: "failed", retryable: false })),
        startedDispatch({ type: "instant.healthy", data: { script: ["failed", "failed", "complete"] } }),
        startedDispatch({ type: "mute-now.healthy", data: 1 }),
        startedDispatch({ ...replies("complete"), source: "s", key }),
      ]);
      for (const id of started) await settled(id);
      await startedDispatch({ type: "later.healthy", data: 1 });
      const retrying = await startedDispatch(replies({ status: "failed", retryAfter: "1 hour" }));
      const [first] = await hub.emit({ ...replies("complete"), source: "s", key });
      expect(first?.duplicate).toBe(true);
      await hub.emit({ type: "unrouted.healthy", data: 1 });
      await redrive(started[3] ?? "");
      await settleAs("cancelled", await storedDispatch({ type: "later.cancelled", data: 1 }));
      await lose(await storedDispatch({ type: "later.lost", data: 1 }));
      await settled(await followUpOf(started[2] ?? ""));
      while ((await rows("SELECT 1 FROM executions WHERE dispatch_id = ?", retrying)).length === 0) await scheduler.wait(20);
    });
    expect(figures).toEqual({
      events: 14,
      dispatches: { ongoing: 2, complete: 5, ignored: 2, failed: 1, misconfigured: 1, lost: 1, cancelled: 1 },
      executions: 12,
      runs: { running: 2 },
      repairing: 0,
      ended: 0,
      unexplained: 0,
      mismatches: {},
    });
  });

  async function redrive(id: string): Promise<void> {
    await rows(
      `INSERT INTO dispatches (id, event_id, route, destination, policy, due_at, check_at, redrive_of)
       SELECT id || '-r1', event_id, route, destination, policy, due_at, ?, id FROM dispatches WHERE id = ?`,
      Date.now() + MINUTE_MS,
      id,
    );
    await rows(`UPDATE events SET data = '{"script":["complete"]}' WHERE id = ?`, eventOf(id));
    await createRuns(env.DISPATCH_WORKFLOW, [{ id: `${id}-r1`, dueAt: 0 }]);
    await settled(`${id}-r1`);
  }

  async function lose(id: string): Promise<void> {
    await settleAs("lost", id);
    await rows(`INSERT INTO notes (subject_id, id, at, kind, "by", reason) VALUES (?, '1', 0, 'lost', 'reconciler', 'stuck')`, id);
  }

  async function followUpOf(id: string): Promise<string> {
    const [row] = await rows<{ id: string }>("SELECT id FROM events WHERE causation_id = ? AND type = 'fast.follow'", id);
    return `${row?.id}-0`;
  }

  it("has nothing unexplained while events are stored and delivered under the audit", async () => {
    const from = new Date();
    const typeOf = (number: number) => (number % 6 === 0 ? "fast.meanwhile" : "unrouted.meanwhile");
    const emit = async () => await hub.emit(Array.from({ length: 120 }, (_, number) => ({ type: typeOf(number), data: number })));
    await emit();
    const pieces: AuditPage[] = [];
    let cursor: string | undefined;
    do {
      const emitted = pieces.length < 4 ? emit() : undefined;
      const piece = await hub.audit({ from, cursor });
      await emitted;
      pieces.push(piece);
      cursor = piece.cursor;
    } while (cursor !== undefined);
    expect(pieces.length).toBeGreaterThanOrEqual(5);
    for (const { mismatches } of pieces) expect(mismatches).toEqual({});
    expect(pieces.reduce((sum, { events }) => sum + events, 0)).toBeGreaterThanOrEqual(480);
  });
});

describe("each mismatch is named, with whom it befell", () => {
  it("a dispatch that is gone", async () => {
    let id = "";
    const figures = await auditOf(async () => {
      const [, receipt] = await store([
        { type: "fan.gone", data: 1 },
        { type: "fan.gone", data: 2 },
      ]);
      id = receipt?.id ?? "";
      await rows("DELETE FROM dispatches WHERE id = ?", `${id}-2`);
    });
    expect(figures).toMatchObject({ unexplained: 1, events: 2, dispatches: { ongoing: 9 } });
    expect(figures.mismatches).toEqual(mismatch("missing_dispatches", id));
  });

  it("an event that is gone", async () => {
    let id = "";
    const figures = await auditOf(async () => {
      id = await settledByHand();
      await rows("DELETE FROM events WHERE id = ?", eventOf(id));
    });
    expect(figures).toMatchObject({ unexplained: 1, events: 0, dispatches: { complete: 1 } });
    expect(figures.mismatches).toEqual(mismatch("orphan_dispatch", id));
  });

  it("an execution and a note whose dispatch is gone, and of the dispatch nothing else", async () => {
    let id = "";
    const figures = await auditOf(async () => {
      id = await settledByHand({ type: "fast.hand", data: { script: [{ status: "complete", what: "odd" }] } as never });
      await rows("DELETE FROM dispatches WHERE id = ?", id);
      await rows("DELETE FROM events WHERE id = ?", eventOf(id));
    });
    expect(figures).toMatchObject({ unexplained: 2, events: 0, executions: 0 });
    expect(figures.mismatches).toEqual({ ...mismatch("orphan_execution", id), ...mismatch("orphan_note", id) });
  });

  it("attempts that were not made", async () => {
    let id = "";
    const figures = await auditOf(async () => {
      id = await settledByHand();
      await rows("UPDATE dispatches SET attempts = 2 WHERE id = ?", id);
    });
    expect(figures.mismatches).toEqual(mismatch("attempt_gap", id));
  });

  it("an attempt in the middle that is gone", async () => {
    let id = "";
    const figures = await auditOf(async () => {
      id = await settledByHand({ type: "instant.gap", data: { script: ["failed", "failed", "complete"] } });
      await rows("DELETE FROM executions WHERE dispatch_id = ? AND attempt = 2", id);
    });
    expect(figures).toMatchObject({ executions: 2, mismatches: mismatch("attempt_gap", id) });
  });

  it("executions that are gone", async () => {
    let id = "";
    const figures = await auditOf(async () => {
      id = await settledByHand();
      await rows("DELETE FROM executions WHERE dispatch_id = ?", id);
    });
    expect(figures.mismatches).toEqual({ ...mismatch("attempt_gap", id), ...mismatch("settled_without_record", id) });
  });

  it("a dispatch that settled otherwise than its last attempt, and one that was lost without a word", async () => {
    const ids: string[] = [];
    const figures = await auditOf(async () => {
      ids.push(await settledByHand());
      await rows("UPDATE dispatches SET status = 'ignored' WHERE id = ?", ids[0]);
      ids.push(await storedDispatch({ type: "later.lost", data: 1 }));
      await settleAs("lost", ids[1] ?? "");
    });
    expect(figures.mismatches).toEqual(mismatch("settled_without_record", ...ids));
  });

  it("a configuration that is gone", async () => {
    const routes = [{ id: unique("r"), on: "*", to: "scripted" }];
    const given = envWith({ HUB_CONFIG: { destinations: { scripted: { worker: "SCRIPTED" } }, routes } });
    let id = "";
    const figures = await auditOf(async () => {
      id = only(await store({ type: "fast.config", data: 1 }, given)).id;
      await rows("DELETE FROM configs WHERE version = (SELECT config_version FROM events WHERE id = ?)", id);
    });
    expect(figures.mismatches).toEqual(mismatch("missing_config", id));
  });

  it("a settled dispatch that is still looked at, and an ongoing one that never is", async () => {
    const ids: string[] = [];
    const figures = await auditOf(async () => {
      ids.push(await settledByHand(), await storedDispatch({ type: "later.never", data: 1 }));
      await rows("UPDATE dispatches SET check_at = ? WHERE id = ?", Date.now(), ids[0]);
      await rows("UPDATE dispatches SET check_at = NULL WHERE id = ?", ids[1]);
    });
    expect(figures.mismatches).toMatchObject(mismatch("settled_inconsistent", ...ids));
  });

  const FORGOTTEN: [name: Mismatch, what: string, start: (id: string) => Promise<unknown>][] = [
    ["never_started", "has no run", async () => undefined],
    ["stuck", "has a run that sleeps", async (id) => await started(id)],
    [
      "stuck",
      "has a run that is paused",
      async (id) => {
        await started(id);
        await (await runOf(id)).pause();
        await runIs(id, "paused");
      },
    ],
    [
      "unrecorded",
      "has a run that was terminated",
      async (id) => {
        await started(id);
        await (await runOf(id)).terminate();
      },
    ],
    ["unrecorded", "has a run that errored", async (id) => await startErring(id)],
  ];
  const started = async (id: string) => {
    await createRuns(env.DISPATCH_WORKFLOW, [{ id, dueAt: Date.now() + 30 * 24 * 60 * MINUTE_MS }]);
    await runIs(id, "running");
  };

  for (const [name, what, start] of FORGOTTEN) {
    it(`${name}: a dispatch that nobody looked at for five minutes ${what}`, async () => {
      const ids: string[] = [];
      const figures = await auditOf(async () => {
        for (let number = 0; number < 2; number++) ids.push(await storedDispatch({ type: "later.forgotten", data: number }));
        for (const id of ids) await start(id);
        await forget(ids[1] ?? "");
      });
      expect(figures).toMatchObject({ dispatches: { ongoing: 2 }, repairing: 0, unexplained: 1 });
      expect(figures.mismatches).toEqual(mismatch(name, ids[1] ?? ""));
    });
  }

  it("a dispatch that is late, though it is looked at: not while its destination is paused, or it is being repaired", async () => {
    const ids: string[] = [];
    const [from, late] = [new Date(), Date.now() - 30 * MINUTE_MS];
    for (const type of ["fast.late", "pausable.late", "fast.repaired"]) ids.push(await storedDispatch({ type, data: 1 }));
    for (const id of ids) await rows("UPDATE dispatches SET due_at = ? WHERE id = ?", late, id);
    await rows("UPDATE dispatches SET overdue_since = ? WHERE id = ?", late, ids[2]);
    await rows(`INSERT INTO controls (destination, state, since, "by") VALUES ('pausable', 'paused', 0, 'tests')`);
    const query = { from, to: new Date(Date.now() + 1) };
    const held = only(await piecesOf(query));
    await rows("DELETE FROM controls");
    expect(held).toMatchObject({ runs: { missing: 3 }, repairing: 1, mismatches: mismatch("never_started", ids[0] ?? "") });
    expect(only(await piecesOf(query)).mismatches).toEqual(mismatch("never_started", ids[0] ?? "", ids[1] ?? ""));
  });

  it("a late dispatch is excused while the configuration cannot be read: no attempt can be made", async () => {
    const unreadable = envWith({ HUB_CONFIG: { destinations: {}, routes: "none" } });
    const figures = await auditOf(
      async () => {
        const id = await storedDispatch({ type: "fast.unreadable", data: 1 });
        await rows("UPDATE dispatches SET due_at = ? WHERE id = ?", Date.now() - 30 * MINUTE_MS, id);
      },
      { given: within(unreadable) },
    );
    expect(figures).toMatchObject({ runs: { missing: 1 }, unexplained: 0 });
  });

  it("a late dispatch of whose run the engine says nothing", async () => {
    const { runs } = engineWith({
      status: async () => {
        throw new Error("internal error; reference = 5");
      },
    });
    let id = "";
    const figures = await auditOf(
      async () => {
        id = await storedDispatch({ type: "later.silent", data: 1 });
        await started(id);
        await forget(id);
      },
      { given: within(envWith({ DISPATCH_WORKFLOW: runs })) },
    );
    expect(figures).toMatchObject({ runs: { unknown: 1 }, mismatches: mismatch("unverifiable", id) });
  });
});

describe("a run that outlives its dispatch", () => {
  const retrying = (retryAfter: "1s" | "1 hour"): EmitInput => ({
    type: "fast.outlived",
    data: { script: [{ status: "failed", retryAfter }, "complete"] },
  });
  const failedOnce = async (input: EmitInput) => {
    const id = await startedDispatch(input);
    while ((await rows("SELECT 1 FROM executions WHERE dispatch_id = ?", id)).length === 0) await scheduler.wait(20);
    return id;
  };

  const outlived = async () => {
    const id = await failedOnce(retrying("1 hour"));
    await settleAs("cancelled", id);
    return id;
  };
  /** An audit of one dispatch whose run outlived it, with an engine of its own. */
  const auditedWith = async (changes: EngineChanges, start: () => Promise<string> = outlived) => {
    const { runs, orders } = engineWith(changes);
    let id = "";
    const figures = await auditOf(
      async () => {
        id = await start();
      },
      { given: within(envWith({ DISPATCH_WORKFLOW: runs })) },
    );
    return { id, figures, orders: orders.map(([call]) => call), run: await (await runOf(id)).status() };
  };
  const refuses = async () => await Promise.reject(new Error("workflows.api.error.internal_server"));

  it("is woken when its engine let it sleep, ends by itself, and is counted", async () => {
    const { figures, orders, run } = await auditedWith({}, async () => {
      const id = await failedOnce(retrying("1 hour"));
      await fallAsleep(id);
      await settleAs("cancelled", id);
      return id;
    });
    expect(figures).toMatchObject({ ended: 1, unexplained: 0, dispatches: { cancelled: 1 }, runs: {} });
    expect(orders).toEqual(["sendEvent"]);
    expect(run).toMatchObject({ status: "complete", output: "cancelled" });
  });

  it("is given the time to end by itself", async () => {
    const { figures, orders, run } = await auditedWith({}, async () => {
      const id = await failedOnce(retrying("1s"));
      await settleAs("cancelled", id);
      return id;
    });
    expect(figures).toMatchObject({ ended: 1, unexplained: 0 });
    expect(orders).toEqual(["sendEvent"]);
    expect(run).toMatchObject({ status: "complete", output: "cancelled" });
  });

  it("is terminated when that does not end it within two seconds", async () => {
    const { figures, orders, run } = await auditedWith({});
    expect(figures).toMatchObject({ ended: 1, unexplained: 0, dispatches: { cancelled: 1 } });
    expect(orders).toEqual(["sendEvent", "terminate"]);
    expect(run.status).toBe("terminated");
  });

  it("is terminated when somebody paused it", async () => {
    const { figures, run } = await auditedWith({}, async () => {
      const id = await failedOnce(retrying("1 hour"));
      await (await runOf(id)).pause();
      await runIs(id, "paused");
      await settleAs("cancelled", id);
      return id;
    });
    expect(figures).toMatchObject({ ended: 1, unexplained: 0 });
    expect(run.status).toBe("terminated");
  });

  it("is terminated when it cannot even be woken", async () => {
    const { figures, orders, run } = await auditedWith({ sendEvent: refuses });
    expect([figures.ended, figures.mismatches, orders, run.status]).toEqual([1, {}, ["sendEvent", "terminate"], "terminated"]);
  });

  it("is a mismatch when it does not even let itself be terminated, and nothing was ended", async () => {
    const { id, figures, orders } = await auditedWith({ terminate: refuses });
    expect(figures).toMatchObject({ ended: 0, unexplained: 1, mismatches: mismatch("orphan_run", id) });
    expect(orders).toEqual(["sendEvent", "terminate"]);
    await (await runOf(id)).terminate();
  });

  it("is not ended because the engine says nothing of it for a while", async () => {
    let looks = 0;
    const silentAfterwards: EngineChanges = { status: async (_id, real) => await (++looks === 1 ? real() : refuses()) };
    const { figures } = await auditedWith({ ...silentAfterwards, terminate: refuses });
    expect(figures.ended).toBe(0);
    looks = 0;
    const silentAfterWaking: EngineChanges = { status: async (_id, real) => await (++looks === 2 ? refuses() : real()) };
    const { figures: later, run } = await auditedWith(silentAfterWaking);
    expect(later).toMatchObject({ ended: 1, unexplained: 0 });
    expect(run.status).toBe("terminated");
  });

  it("is given no longer for being one of many: they are woken, waited for and ended together", async () => {
    const MANY = 11;
    const { runs, orders } = engineWith();
    let started = 0;
    const figures = await auditOf(
      async () => {
        await Promise.all(Array.from({ length: MANY }, outlived));
        started = Date.now();
      },
      { given: within(envWith({ DISPATCH_WORKFLOW: runs })) },
    );
    expect(Date.now() - started).toBeLessThan(2.5 * AUDIT.wakingMs);
    expect(figures).toMatchObject({ ended: MANY, unexplained: 0 });
    expect(orders.map(([call]) => call)).toEqual(["sendEvent", "terminate"].flatMap((call) => Array.from({ length: MANY }, () => call)));
  });

  it("is left alone when its dispatch is lost: an answer that waits to be recorded would make the loss good", async () => {
    const { id, figures, run } = await auditedWith({}, async () => {
      const lost = await failedOnce(retrying("1 hour"));
      await settleAs("lost", lost);
      await rows(`INSERT INTO notes (subject_id, id, at, kind, "by") VALUES (?, '1', 0, 'lost', 'reconciler')`, lost);
      return lost;
    });
    expect(figures).toMatchObject({ ended: 0, unexplained: 0, dispatches: { lost: 1 } });
    expect(run.status).toBe("running");
    expect(await dispatchRow(id)).toMatchObject({ status: "lost", attempts: 1 });
  });

  it("is not asked for while a call may be under way: for as long as its timeout, and a minute", async () => {
    const asked: string[] = [];
    const ids: string[] = [];
    const { runs } = engineWith({ get: noting(asked) });
    const figures = await auditOf(
      async () => {
        ids.push(await startedDispatch({ type: "fast.ending", data: 1 }));
        await settled(ids[0] ?? "");
        for (const agoMs of [AFTER_CALL_MS - 5 * SECOND_MS, AFTER_CALL_MS + SECOND_MS]) {
          const id = await storedDispatch({ type: "fast.ending", data: 1 });
          await settleAs("cancelled", id, agoMs);
          ids.push(id);
        }
      },
      { given: within(envWith({ DISPATCH_WORKFLOW: runs })), allRuns: true },
    );
    expect(figures.unexplained).toBe(0);
    expect(asked).toEqual(ids.slice(2));
  });
});

describe("what an operator or the reconciler noted", () => {
  const noted = async (id: string, kind: string, remedy: string) =>
    await rows(
      `INSERT INTO notes (subject_id, id, at, kind, "by", detail) VALUES (?, ?, 0, ?, 'reconciler', ?)`,
      ...[id, unique("n"), kind, JSON.stringify({ remedy })],
    );
  /** Complete, it says, and no attempt is recorded. */
  const unrecorded = async () => {
    const id = await storedDispatch({ type: "fast.noted", data: 1 });
    await settleAs("complete", id);
    return id;
  };

  it("excuses a dispatch without a record when the reconciler settled it from what its run said", async () => {
    const figures = await auditOf(async () => {
      const id = await unrecorded();
      await noted(id, "repair", "restart");
      await noted(id, "repair", "settle");
    });
    expect(figures).toMatchObject({ unexplained: 0, dispatches: { complete: 1 } });
  });

  it("excuses none for another repair, a nudge, or one that failed", async () => {
    const ids: string[] = [];
    const figures = await auditOf(async () => {
      const notes = [
        ...["create", "wake", "restart"].map((remedy) => ["repair", remedy] as const),
        ["nudge", "nudge"] as const,
        ["repair_failed", "restart"] as const,
      ];
      for (const [kind, remedy] of notes) {
        const id = await unrecorded();
        await noted(id, kind, remedy);
        ids.push(id);
      }
    });
    expect(figures.mismatches).toEqual(mismatch("settled_without_record", ...ids));
  });
});

/** Moments of their own, at which nobody else emits. */
const ERA = Date.UTC(2022, 0, 1);
const idAt = (moment: number) => `${firstIdAt(moment)}000-8000-000000000000`;
const windowOf = (moment: number, events: number) => ({ from: new Date(moment), to: new Date(moment + events) });

/** Events a millisecond apart, which a configuration without routes owes to nobody, each with a dispatch of its own, in every status. */
async function bulk(moment: number, count: number, statuses: readonly (typeof STATUSES)[number][] = ["cancelled"]): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, number) => idAt(moment + number));
  await bulkEvents(ids.map((id) => ({ id, type: "audited.bulk" })));
  await bulkDispatches(
    ids.map((id, number) => {
      const status = statuses[number % statuses.length] ?? "cancelled";
      const checkAt = status === "ongoing" ? Date.now() + 60 * MINUTE_MS : null;
      return { id: `${id}-0`, eventId: id, route: "r", destination: "d", status, checkAt };
    }),
  );
  return ids;
}

beforeAll(async () => {
  await rows(`INSERT INTO configs (version, body, first_seen_at) VALUES ('bulk', '{"destinations":{},"routes":[]}', 0)`);
});

describe("an audit in pieces", () => {
  const EVENTS = 345;
  const window = windowOf(ERA, EVENTS);

  beforeAll(async () => {
    await bulk(ERA, EVENTS, STATUSES);
  });

  it("adds up to what is stored", async () => {
    const pieces = await piecesOf(window);
    expect(pieces.map(({ events }) => events)).toEqual([100, 100, 100, 45]);
    const sums = Object.fromEntries(STATUSES.map((status) => [status, sum(pieces.map(({ dispatches }) => dispatches[status]))]));
    const counted = await rows<{ status: string; count: number }>(
      "SELECT status, count(*) AS count FROM dispatches WHERE id >= ? AND id < ? GROUP BY status",
      firstIdAt(ERA),
      firstIdAt(ERA + EVENTS),
    );
    expect(sums).toEqual(Object.fromEntries(counted.map(({ status, count }) => [status, count])));
    // Those in bulk have no executions, no notes and no runs: each says so once, but for the cancelled.
    const named = (name: Mismatch) => sum(pieces.map(({ mismatches }) => mismatches[name]?.count ?? 0));
    expect(named("never_started")).toBe(sums["ongoing"]);
    expect(named("settled_without_record")).toBe(EVENTS - (sums["ongoing"] ?? 0) - (sums["cancelled"] ?? 0));
    expect(sum(pieces.map(({ unexplained }) => unexplained))).toBe(EVENTS - (sums["cancelled"] ?? 0));
  });

  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

  it("names the first five of many in each piece", async () => {
    for (const { mismatches } of await piecesOf(window)) {
      for (const found of Object.values(mismatches)) expect(found.examples).toHaveLength(Math.min(5, found.count));
    }
  });

  it("goes on from a cursor after the piece that gave it, and gives the same again", async () => {
    const first = await hub.audit(window);
    const [second, again] = [await hub.audit({ ...window, cursor: first.cursor }), await hub.audit({ ...window, cursor: first.cursor })];
    expect(again).toEqual(second);
    const ids = again.mismatches.never_started?.examples ?? [];
    for (const id of ids) expect(id >= firstIdAt(ERA + 100) && id < firstIdAt(ERA + 200)).toBe(true);
  });

  it("refuses a cursor of another window, of other options, or of another list", async () => {
    const { cursor } = await hub.audit(window);
    const { cursor: ofEvents } = await hub.listEvents({ ...window, limit: 1 });
    const others: AuditQuery[] = [
      { cursor },
      { ...window, to: new Date(ERA + EVENTS + 1), cursor },
      { ...window, from: new Date(ERA + 1), cursor },
      { ...window, allRuns: true, cursor },
      { ...window, cursor: ofEvents },
      { ...window, cursor: `${cursor}A` },
    ];
    for (const query of others) expect(await faultOf(hub.audit(query))).toBe("cursor.invalid");
    expect(await faultOf(hub.audit({ ...window, allRun: true } as AuditQuery))).toBe("query.invalid");
  });

  it("covers what was emitted from one moment on and before another", async () => {
    const counts = async (from: number, to: number) => {
      const { events, dispatches } = await hub.audit({ from: new Date(ERA + from), to: new Date(ERA + to) });
      return [events, Object.values(dispatches).reduce((sum, count) => sum + count, 0)];
    };
    expect(await counts(10, 20)).toEqual([10, 10]);
    expect(await counts(10, 11)).toEqual([1, 1]);
    for (const to of [10, 0]) expect(await faultOf(counts(10, to)), "a window that holds no moment").toBe("query.invalid");
    expect(await counts(-10_000, 0)).toEqual([0, 0]);
  });

  it("that ends exactly with the last event has no cursor", async () => {
    expect(await hub.audit(windowOf(ERA, 100))).not.toHaveProperty("cursor");
    expect(await hub.audit(windowOf(ERA, 101))).toHaveProperty("cursor");
  });

  it("finds dispatches without an event before, between and behind the events of a piece, each once", async () => {
    const moment = ERA + 1_000_000;
    const ids = await bulk(moment, 205);
    const orphans = [0, 50, 99, 100, 150, 204];
    for (const number of orphans) await rows("DELETE FROM events WHERE id = ?", ids[number]);
    const pieces = await piecesOf(windowOf(moment, 205));
    expect(pieces.reduce((sum, { dispatches }) => sum + dispatches.cancelled, 0)).toBe(205);
    const named = pieces.flatMap(({ mismatches }) => mismatches.orphan_dispatch?.examples ?? []);
    expect(named).toEqual(orphans.map((number) => `${ids[number]}-0`));
  });
});

describe("a piece is bounded", () => {
  const MiB = 1024 ** 2;
  const sizeOf = async (id: string | undefined, bytes: number) =>
    await rows(`UPDATE events SET data = '"' || hex(zeroblob(?)) || '"' WHERE id = ?`, (bytes - 2) / 2, id);

  it("holds at most 4 MiB of data, to the byte, but always an event", async () => {
    const moment = ERA + 2_000_000;
    const ids = await bulk(moment, 9);
    for (const id of ids.slice(0, 6)) await sizeOf(id, MiB);
    await sizeOf(ids[6], 5 * MiB);
    const pieces = await piecesOf(windowOf(moment, 9));
    expect(pieces.map(({ events }) => events)).toEqual([4, 2, 1, 2]);
    expect(pieces.map(({ unexplained }) => unexplained)).toEqual([0, 0, 0, 0]);
  });

  it("holds at most 900 dispatches, to the last, but always an event", async () => {
    const moment = ERA + 2_500_000;
    const counts = [225, 225, 225, 225, 1, 899, 1, 1_200, 1, 0, 1];
    const ids = counts.map((_, number) => idAt(moment + number));
    await bulkEvents(ids.map((id) => ({ id, type: "audited.wide" })));
    await bulkDispatches(
      ids.flatMap((eventId, number) =>
        Array.from({ length: counts[number] ?? 0 }, (_, ordinal) => {
          return { id: `${eventId}-${ordinal}`, eventId, route: "r", destination: "d", status: "cancelled" as const, checkAt: null };
        }),
      ),
    );
    const pieces = await piecesOf(windowOf(moment, counts.length));
    expect(pieces.map(({ events, dispatches }) => [events, dispatches.cancelled])).toEqual([
      [4, 900],
      [2, 900],
      [1, 1],
      [1, 1_200],
      [3, 2],
    ]);
    expect(pieces.map(({ unexplained }) => unexplained)).toEqual([0, 0, 0, 0, 0]);
    await rows("DELETE FROM dispatches WHERE id > ? AND id < ?", firstIdAt(moment), firstIdAt(moment + counts.length));
  });

  it("in what it reads, and asks of the engine: no more for a hundred times as much that is stored beside it", async () => {
    const moment = ERA + 3_000_000;
    await bulk(moment, 150, ["cancelled", "ongoing"]);
    await hub.emit({ type: "unrouted.schema", data: 1 });
    const before = await costOf(windowOf(moment, 150));
    for (const far of [-100_000, 100_000]) await bulk(moment + far, 7_500, ["cancelled", "ongoing"]);
    const after = await costOf(windowOf(moment, 150));
    expect(after).toEqual(before);
    expect(before.asked).toBe(50);
    expect(before.roundTrips).toBeLessThanOrEqual(4);
    expect(before.rowsRead).toBeLessThanOrEqual(100 * 10);
    expect(before.rowsWritten).toBe(0);
    await rows("DELETE FROM dispatches WHERE id > ? AND id < ?", firstIdAt(moment - 100_000), firstIdAt(moment + 200_000));
  });

  async function costOf(query: AuditQuery) {
    const metered = meteredD1(env.DB);
    const asked: string[] = [];
    const given = envWith({ DB: metered.d1, DISPATCH_WORKFLOW: engineWith({ get: noting(asked) }).runs });
    await auditedIn(given, query);
    asked.length = 0;
    const { cost, result } = await metered.measure(async () => await auditedIn(given, query));
    return { ...cost, asked: asked.length, events: result.events };
  }

  it("asks for the runs of what settled long ago only when it is told to", async () => {
    const moment = ERA + 4_000_000;
    const ids = await bulk(moment, 20);
    const query = windowOf(moment, 20);
    const asked: string[] = [];
    const given = within(envWith({ DISPATCH_WORKFLOW: engineWith({ get: noting(asked) }).runs }));
    const [recent, old] = [Date.now() - AUDIT.settledMs + MINUTE_MS, Date.now() - AUDIT.settledMs - MINUTE_MS];
    await rows(
      "UPDATE dispatches SET settled_at = iif(id = ?, ?, ?) WHERE id > ? AND id < ?",
      `${ids[3]}-0`,
      recent,
      old,
      firstIdAt(moment),
      firstIdAt(moment + 20),
    );
    expect(await given(query)).toMatchObject({ unexplained: 0 });
    expect(asked).toEqual([`${ids[3]}-0`]);
    asked.length = 0;
    expect(await given({ ...query, allRuns: true })).toMatchObject({ unexplained: 0 });
    expect(asked.toSorted()).toEqual(ids.map((id) => `${id}-0`));
  });
});

it("an audit changes nothing that is stored, whatever it finds, but for the note of its end", async () => {
  const from = new Date();
  const id = await settledByHand();
  await rows("UPDATE dispatches SET attempts = 5 WHERE id = ?", id);
  await forget(await storedDispatch({ type: "fast.missing", data: 1 }));
  const asleep = await startedDispatch({ type: "fast.asleep", data: { script: [{ status: "failed", retryAfter: "1 hour" }] } });
  while ((await rows("SELECT 1 FROM executions WHERE dispatch_id = ?", asleep)).length === 0) await scheduler.wait(20);
  await fallAsleep(asleep);
  await settleAs("cancelled", asleep);
  await forgetAudits();
  const [metered, before] = [meteredD1(env.DB), await wholeDatabase(env.DB)];
  const given = envWith({ DB: metered.d1 });
  const { cost, result } = await metered.measure(async () => await auditedIn(given, { from }));
  expect(result).toMatchObject({ ended: 1, mismatches: { attempt_gap: { count: 1 }, never_started: { count: 1 } } });
  expect(cost.rowsWritten, "the note, and its place in the index by time").toBe(2);
  expect(await storedNotes(SUBJECTS.audit)).toMatchObject([{ kind: "audit", by: "tests" }]);
  await forgetAudits();
  expect(await wholeDatabase(env.DB)).toEqual(before);
  expect(await look(asleep)).toBe('{"status":"cancelled"}');
});

describe("the last audit", () => {
  /** Moments of their own. */
  const moment = ERA + 5_000_000;
  const window = windowOf(moment, 250);

  beforeAll(async () => {
    await bulk(moment, 250, ["cancelled", "complete"]);
  });

  it("is shown by health with what all its pieces came to, and is absent before there was one", async () => {
    await forgetAudits();
    expect(await hub.health()).not.toHaveProperty("lastAudit");
    const before = Date.now();
    const pieces = await piecesOf(window);
    expect(pieces.map(({ events, unexplained }) => [events, unexplained])).toEqual([
      [100, 50],
      [100, 50],
      [50, 25],
    ]);
    const { lastAudit } = await hub.health();
    const { startedAt = "", endedAt = "" } = lastAudit ?? {};
    expect(lastAudit).toEqual({
      ...{ startedAt, endedAt, from: window.from.toISOString(), to: window.to.toISOString() },
      ...{ events: 250, dispatches: 250, unexplained: 125 },
    });
    const times = [before, Date.parse(startedAt), Date.parse(endedAt), Date.now()];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("is the one that came to its end last, with a window only where one was asked for", async () => {
    await piecesOf({ ...window, to: new Date(moment + 10) });
    expect((await hub.health()).lastAudit).toMatchObject({ events: 10, dispatches: 10, unexplained: 5 });
    await piecesOf({ from: new Date(moment - 1), to: window.from });
    expect((await hub.health()).lastAudit).toMatchObject({ events: 0, dispatches: 0, unexplained: 0 });
    await piecesOf({ from: new Date(Date.now() + 1) });
    expect((await hub.health()).lastAudit).not.toHaveProperty("to");
  });

  it("is none that was left before its end", async () => {
    await forgetAudits();
    const { cursor } = await hub.audit(window);
    await hub.audit({ ...window, cursor });
    expect(await hub.health()).not.toHaveProperty("lastAudit");
  });

  it("names who asked for it, as the binding says", async () => {
    await forgetAudits();
    await hubOf("watchman").audit({ from: new Date(moment), to: new Date(moment + 1) });
    await hub.audit({ from: new Date(moment), to: new Date(moment + 1) });
    expect((await storedNotes(SUBJECTS.audit)).map(({ by }) => by)).toEqual(["watchman", "rpc"]);
  });

  it(`is kept with ${AUDIT.keptNotes - 1} before it, and costs two rows, and two of the one that goes`, async () => {
    await forgetAudits();
    const metered = meteredD1(env.DB);
    const given = envWith({ DB: metered.d1 });
    const query = { from: new Date(moment), to: new Date(moment + 1) };
    for (let nth = 0; nth < AUDIT.keptNotes + 3; nth++) await auditedIn(given, query);
    const notes = await storedNotes(SUBJECTS.audit);
    expect(notes).toHaveLength(AUDIT.keptNotes);
    expect((await hub.health()).lastAudit?.endedAt).toBe(new Date(notes.at(-1)?.at ?? 0).toISOString());
    const { cost } = await metered.measure(async () => await auditedIn(given, query));
    expect([cost.rowsWritten <= 4, cost.rowsRead < 2 * AUDIT.keptNotes + 20]).toEqual([true, true]);
  });
});

it("the last piece of an audit without an end does not read notes that are about no dispatch", async () => {
  await rows(
    `INSERT INTO notes (subject_id, id, at, kind, "by")
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
     SELECT iif(i % 2, 'undeliverable', 'destination:scripted'), 'n-' || i, 0, 'undeliverable', 'tests' FROM n`,
  );
  const metered = meteredD1(env.DB);
  const from = new Date();
  const { cost } = await metered.measure(async () => await auditedIn(envWith({ DB: metered.d1 }), { from }));
  expect(cost.rowsRead).toBeLessThan(2 * AUDIT.keptNotes + 20);
});
