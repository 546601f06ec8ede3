import { introspectWorkflowInstance } from "cloudflare:test";
import { env } from "cloudflare:workers";
import pLimit from "p-limit";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunView } from "../../schema/contract/dispatches.ts";
import type { EmitReceipt } from "../../schema/contract/emit.ts";
import type { PurgePage } from "../../schema/contract/purge.ts";
import type { Status } from "../../schema/contract/statuses.ts";
import type { Json } from "../../schema/json.ts";
import { DAY_MS, MINUTE_MS } from "../../schema/limits.ts";
import { SUBJECTS } from "../../schema/storage/subjects.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { readDeliverResult } from "../../src/executor/deliver-result.ts";
import { record } from "../../src/executor/record.ts";
import { audit } from "../../src/hub/audit/audit.ts";
import { emit } from "../../src/hub/emit/emit.ts";
import { purge } from "../../src/hub/purge/purge.ts";
import { deadLetters } from "../../src/hub/read/dead-letters.ts";
import { getDispatch, listDispatches } from "../../src/hub/read/dispatches.ts";
import { getEvent, listEvents, searchEvents } from "../../src/hub/read/events.ts";
import { health } from "../../src/hub/read/health.ts";
import { stats } from "../../src/hub/read/stats.ts";
import { reconcile } from "../../src/reconciler/reconcile.ts";
import { sweep } from "../../src/reconciler/sweep.ts";
import type { AttemptRecord } from "../../src/store/attempt/record-attempt.ts";
import { aroundD1 } from "./support/around-d1.ts";
import { callsOf, look, makeDue, refuseExecutions } from "./support/attempts.ts";
import { consume, consumeMessages, DEAD_LETTER_QUEUE } from "./support/consume.ts";
import { failingD1, type Operation, tripsOf, withEachTripFailing } from "./support/failing-d1.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { CONNECTION_LOST, faultyD1 } from "./support/faulty-d1.ts";
import { deafQueue, emitWith, envWith, hub, hubAt, only, store, storedDispatch, unique } from "./support/hub.ts";
import { type KeptQueue, keptQueue } from "./support/kept-queue.ts";
import { idAt, storeOld, storeUndeliverable } from "./support/old-chains.ts";
import { storeBulks, storeNotes } from "./support/purging.ts";
import { dispatchRow, eventsCausedBy, executionsOf, rows, settled } from "./support/rows.ts";
import { stalledD1 } from "./support/stalled-d1.ts";
import { forgottenDispatches, wholeDatabase } from "./support/tables.ts";

beforeAll(async () => {
  await hub.health();
});

const idsOf = async (sql: string, ...values: unknown[]) => (await rows<{ id: string }>(sql, ...values)).map(({ id }) => id);

/** What is stored of some events is what their receipts say, and each of their dispatches was started once. */
async function agree(receipts: readonly EmitReceipt[], { type, started }: { type: string; started: readonly string[] }): Promise<void> {
  const stored = await idsOf("SELECT id FROM events WHERE type = ? ORDER BY id", type);
  expect([...new Set(receipts.map(({ id }) => id))].toSorted()).toEqual(stored);
  const owed = receipts.filter(({ duplicate }) => !duplicate).flatMap(({ dispatches }) => dispatches.map(({ id }) => id));
  const dispatches = await idsOf("SELECT dispatches.id FROM dispatches JOIN events ON events.id = event_id WHERE type = ?", type);
  expect(dispatches.toSorted()).toEqual(owed.toSorted());
  expect(started.toSorted()).toEqual(owed.toSorted());
}

interface EmitWorld {
  readonly type: string;
  readonly key: string;
  readonly kept: KeptQueue;
}

const emitWorld = async (): Promise<EmitWorld> => ({ type: unique("fast."), key: unique("k"), kept: keptQueue() });

const keyed = ({ type, key }: EmitWorld, data: Json) => ({ type, data, source: "tests", key });

const emitting = (input: (world: EmitWorld) => unknown) => async (d1: D1Database, world: EmitWorld) =>
  await emitWith(envWith({ DB: d1, DISPATCH_QUEUE: world.kept.queue }), input(world));

const withoutKeys: Operation<EmitWorld> = {
  prepare: emitWorld,
  run: emitting(({ type }) => [1, 2, 3].map((data) => ({ type, data }))),
  check: async ({ type, kept }, result) => await agree(result as EmitReceipt[], { type, started: kept.started() }),
};

const withNewKeys: Operation<EmitWorld> = {
  prepare: emitWorld,
  run: emitting((world) => [keyed(world, { a: 1, b: 2 }), { type: world.type, data: 1 }, keyed(world, { b: 2, a: 1 })]),
  check: async ({ type, kept }, result) => {
    const receipts = result as EmitReceipt[];
    expect(receipts.map(({ duplicate }) => duplicate)).toEqual([false, false, true]);
    await agree(receipts, { type, started: kept.started() });
  },
};

/** The key is known, and its data comes with its members in another order: past the fence, and again. */
const withKnownKeys: Operation<EmitWorld & { first: string }> = {
  prepare: async () => {
    const world = await emitWorld();
    const [known] = await store({ ...keyed(world, { a: 1, b: 2 }), type: `${world.type}.known` });
    return { ...world, first: known?.id ?? "" };
  },
  run: emitting((world) => [
    { ...keyed(world, { b: 2, a: 1 }), type: `${world.type}.known` },
    { type: world.type, data: 1 },
  ]),
  check: async ({ type, kept, first, key }, result) => {
    const [known, ...others] = result as EmitReceipt[];
    expect([known?.id, known?.duplicate, known?.dispatches.length]).toEqual([first, true, 1]);
    expect(await idsOf("SELECT id FROM events WHERE key = ?", key)).toEqual([first]);
    await agree(others, { type, started: kept.started() });
  },
};

const withConflict: Operation<EmitWorld> = {
  prepare: async () => {
    const world = await emitWorld();
    await store({ ...keyed(world, 1), type: `${world.type}.known` });
    return world;
  },
  run: async (d1, world) => await faultOf(emitting(() => [{ type: world.type, data: 1 }, keyed(world, 2)])(d1, world)),
  check: async ({ type, kept }, result) => {
    expect(result).toBe("key.conflict");
    await agree([], { type, started: kept.started() });
  },
};

describe.concurrent("emit, whichever of its round trips is lost or goes unheard,", () => {
  it("stores events without keys once, and its receipts are true", async () => {
    expect(await withEachTripFailing(withoutKeys)).toEqual([]);
  });

  it("stores events with new keys once, and its receipts are true", async () => {
    expect(await withEachTripFailing(withNewKeys)).toEqual([]);
  });

  it("finds known keys and stores the rest of the call once", async () => {
    expect(await tripsOf(withKnownKeys)).toBe(4);
    expect(await withEachTripFailing(withKnownKeys)).toEqual([]);
  });

  it("refuses a conflict of keys and stores nothing", async () => {
    expect(await withEachTripFailing(withConflict)).toEqual([]);
  });

  /** d1/observability/debug-d1, d1/best-practices/retry-queries: all that may go away by itself. */
  const transient = [
    "D1_ERROR: Network connection lost.",
    "D1_ERROR: Replica disconnected from primary.",
    "D1_ERROR: D1 DB reset because its code was updated.",
    "D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.",
    "D1_ERROR: Internal error in D1 DB storage caused object to be reset.",
    "D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.",
    "D1_ERROR: Can't read from request stream because client disconnected.",
    "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
    "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
    "D1_ERROR: D1 DB is overloaded. Too many requests queued.",
    "D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset.",
    "D1_ERROR: D1 DB exceeded its CPU time limit and was reset.",
    "internal error; reference = 0123456789",
  ];
  for (const message of transient) {
    it(`tries again after: ${message}`, async () => {
      const world = await emitWorld();
      const { d1, trips } = failingD1((nth) => (nth <= 2 ? "unheard" : "none"), { message });
      await withoutKeys.check(world, await withoutKeys.run(d1, world));
      expect(trips()).toBe(4);
    });
  }
});

describe.concurrent("when all tries of a round trip fail, from which one ever,", () => {
  const emits: readonly [string, Operation<EmitWorld>][] = [
    ["without keys", withoutKeys],
    ["with new keys", withNewKeys],
    ["with known keys", withKnownKeys as unknown as Operation<EmitWorld>],
    ["with a conflict", withConflict],
  ];
  for (const [what, operation] of emits) {
    it(`an emit ${what} throws storage.unavailable, and nothing is stored when nothing reached the database`, async () => {
      const trips = await tripsOf(operation);
      const broken = await Promise.all(
        Array.from({ length: trips }, async (_, index) => {
          const world = await operation.prepare();
          const result = await faultOf(operation.run(failingD1((nth) => (nth > index ? "lost" : "none")).d1, world).then(stripped));
          return [result, await idsOf("SELECT id FROM events WHERE type = ?", world.type), world.kept.messages];
        }),
      );
      expect(broken).toEqual(Array.from({ length: trips }, () => ["storage.unavailable", [], []]));
    });
  }

  it("an emit whose commit went unheard can be repeated: with its keys it is a duplicate of what is stored, and what is not started is looked for", async () => {
    const world = await emitWorld();
    const call = withNewKeys.run(failingD1((nth) => (nth > 1 ? "unheard" : "none")).d1, world);
    expect(await faultOf(call)).toBe("storage.unavailable");
    const again = await hub.emit([keyed(world, { a: 1, b: 2 })]);
    expect(again).toMatchObject([{ duplicate: true, dispatches: [{ destination: "scripted" }] }]);
    expect(await idsOf("SELECT id FROM events WHERE key = ?", world.key)).toEqual(again.map(({ id }) => id));
    const check = await rows("SELECT status, check_at IS NOT NULL AS checked FROM dispatches WHERE event_id = ?", again[0]?.id);
    expect(check).toEqual([{ status: "ongoing", checked: 1 }]);
  });
});

/** A fault that was returned instead of thrown. */
function stripped(result: unknown): never {
  throw new Error(typeof result === "string" ? `(${result}) ` : "no fault");
}

interface AttemptWorld {
  readonly id: string;
  readonly calls: number[];
  readonly kept: KeptQueue;
  readonly key: string;
}

interface Reply {
  readonly what: string;
  readonly type: string;
  readonly reply: (world: AttemptWorld) => unknown;
  readonly before?: (world: AttemptWorld) => Promise<unknown>;
  readonly stand: { readonly status: Status; readonly outcome: string; readonly events: number; readonly result: RegExp };
}

const known = ({ key }: AttemptWorld, data: Json) => ({ type: "fast.known", data, source: "tests", key });
const settledAs = (status: Status, events = 0) => ({ status, outcome: status, events, result: new RegExp(`^{"status":"${status}"}$`) });

const replies: readonly Reply[] = [
  { what: "complete", type: "once.x", reply: () => "complete", stand: settledAs("complete") },
  { what: "failed, for good", type: "once.x", reply: () => "failed", stand: settledAs("failed") },
  {
    what: "failed, to be retried",
    type: "patient.x",
    reply: () => "failed",
    stand: { status: "ongoing", outcome: "failed", events: 0, result: /^retry:\d+$/ },
  },
  {
    what: "complete, with two events",
    type: "once.x",
    reply: ({ key }) => ({ status: "complete", emit: [{ type: "fast.follow", data: 1 }, known({ key } as AttemptWorld, 1)] }),
    stand: settledAs("complete", 2),
  },
  {
    what: "complete, with an event whose key is known",
    type: "once.x",
    before: async (world) => await store(known(world, 1)),
    reply: (world) => ({ status: "complete", emit: [{ type: "fast.follow", data: 1 }, known(world, 1)] }),
    stand: settledAs("complete", 1),
  },
  {
    what: "complete, with an event whose key is known with its members in another order",
    type: "once.x",
    before: async (world) => await store(known(world, { a: 1, b: 2 })),
    reply: (world) => ({ status: "complete", emit: [{ type: "fast.follow", data: 1 }, known(world, { b: 2, a: 1 })] }),
    stand: settledAs("complete", 1),
  },
  {
    what: "complete, with an event whose key stands for another",
    type: "once.x",
    before: async (world) => await store(known(world, 1)),
    reply: (world) => ({ status: "complete", emit: [{ type: "fast.follow", data: 1 }, known(world, 2)] }),
    stand: settledAs("failed"),
  },
  {
    what: "complete, with an event, after it was cancelled",
    type: "once.x",
    reply: () => ({ status: "complete", emit: [{ type: "fast.follow", data: 1 }] }),
    before: async ({ id }) => await cancelLater(id),
    stand: { status: "cancelled", outcome: "complete", events: 0, result: /^(retry:0|{"status":"cancelled"})$/ },
  },
];

function replyOf(what: string): Reply {
  return only(replies.filter((reply) => reply.what === what));
}

const cancelling = new Set<string>();

async function cancelLater(id: string): Promise<void> {
  cancelling.add(id);
}

function attemptOf({ type, reply, before, stand }: Reply): Operation<AttemptWorld> {
  return {
    prepare: async () => {
      const world = { id: await storedDispatch({ type, data: 1 }), calls: [], kept: keptQueue(), key: unique("k") };
      await before?.(world);
      return world;
    },
    run: async (d1, world) => await look(world.id, answering(world, reply, d1)),
    check: async (world, result) => {
      expect(result).toMatch(stand.result);
      await recordedOnce(world, stand);
    },
  };
}

const RECORD = /INSERT INTO executions/;

/** A database that does what it is asked for, and of some round trips says nothing, be they done or refused. */
function deafTo(of: RegExp): D1Database {
  return aroundD1(env.DB, async ({ statements, go }) => {
    if (!statements.some(({ sql }) => of.test(sql))) return await go();
    await go().catch(() => undefined);
    throw new Error(CONNECTION_LOST);
  });
}

/** The record that an attempt handed over, as the next step reads it. */
async function handedOver(attempted: Promise<unknown>): Promise<AttemptRecord> {
  const said = String(await attempted);
  const result = said.startsWith("{") ? readDeliverResult(said) : undefined;
  if (result === undefined || !("unrecorded" in result)) throw new Error(`nothing was handed over: ${said}`);
  return result.unrecorded;
}

/** The hub with a destination in the test itself, which counts its calls. */
function answering(world: AttemptWorld, reply: Reply["reply"], d1: D1Database): Env {
  const handle = async () => {
    world.calls.push(Date.now());
    if (cancelling.has(world.id))
      await rows("UPDATE dispatches SET status = 'cancelled', settled_at = 1, check_at = NULL WHERE id = ?", world.id);
    return reply(world);
  };
  return envWith({ DB: d1, DISPATCH_QUEUE: world.kept.queue, SCRIPTED: { handle } });
}

/** One call, one execution, one settlement; the events of the reply once, and exactly their dispatches started. */
async function recordedOnce({ id, calls, kept }: AttemptWorld, { status, outcome, events }: Reply["stand"]): Promise<void> {
  expect(calls).toHaveLength(1);
  expect(await executionsOf(id)).toMatchObject([{ attempt: 1, outcome }]);
  const row = await dispatchRow(id);
  expect(row).toMatchObject({ status, attempts: 1 });
  expect(row.check_at !== null).toBe(status === "ongoing");
  const followUps = await eventsCausedBy(id);
  expect(followUps).toHaveLength(events);
  expect([...new Set(kept.started())].toSorted()).toEqual(followUps.map((event) => `${event.id}-0`).toSorted());
}

describe.concurrent("an attempt, whichever of its round trips is lost or goes unheard,", () => {
  for (const reply of replies) {
    it(`is made once and recorded once, when the reply is ${reply.what}`, async () => {
      expect(await withEachTripFailing(attemptOf(reply))).toEqual([]);
    });
  }

  for (const fault of ["lost", "unheard"] as const) {
    it(`is not made when its load fails to the end (${fault}): nothing changes, and the run comes back`, async () => {
      const operation = attemptOf({ what: "", type: "once.x", reply: () => "complete", stand: settledAs("complete") });
      const world = await operation.prepare();
      expect(await operation.run(failingD1(() => fault).d1, world)).toMatch(/^\(storage\.unavailable\)/);
      expect(world.calls).toEqual([]);
      expect(await dispatchRow(world.id)).toMatchObject({ status: "ongoing", attempts: 0 });
      await operation.check(world, await operation.run(env.DB, world));
    });

    for (const { what, type, reply, before, stand } of replies) {
      it(`hands its record over when that fails to the end (${fault}), to be written once, when the reply is ${what}`, async () => {
        const operation = attemptOf({ what, type, reply, stand, ...(before !== undefined && { before }) });
        const world = await operation.prepare();
        const d1 = fault === "lost" ? faultyD1(env.DB, { of: RECORD, faultOf: () => fault }) : deafTo(RECORD);
        const unrecorded = await handedOver(operation.run(d1, world));
        const again = envWith({ DISPATCH_QUEUE: world.kept.queue });
        const stands = [await record(createHub(again), unrecorded), await record(createHub(again), unrecorded)];
        if (stand.status === "ongoing") expect(stands).toMatchObject([{ status: "ongoing" }, { status: "ongoing" }]);
        await recordedOnce(world, stand);
        await makeDue(world.id);
      });
    }
  }
});

interface EngineWorld {
  readonly taken: { readonly id: string; readonly checkAt: number };
  readonly done: string[];
}

interface Remedy {
  readonly remedy: string;
  readonly run: RunView["status"] | "missing";
  readonly output?: unknown;
  readonly overdue: string;
  readonly after: { readonly status: Status; readonly recoveries: number };
}

/** SQL that makes a dispatch stand as it has to for the remedy. */
const LATE = `due_at = ${Date.now() - DAY_MS}`;
const remedies: readonly Remedy[] = [
  { remedy: "create", run: "missing", overdue: LATE, after: { status: "ongoing", recoveries: 0 } },
  { remedy: "wake", run: "waiting", overdue: LATE, after: { status: "ongoing", recoveries: 0 } },
  { remedy: "restart", run: "errored", overdue: LATE, after: { status: "ongoing", recoveries: 1 } },
  { remedy: "settle", run: "complete", output: "failed", overdue: LATE, after: { status: "failed", recoveries: 0 } },
  { remedy: "lose", run: "errored", overdue: `${LATE}, recoveries = 5, overdue_since = 1`, after: { status: "lost", recoveries: 5 } },
];

/** An engine with one run, which writes down what is done to it; `fails` at doing anything. */
function engine({ done, run, output, fails = false }: { done: string[]; run: string; output: unknown; fails?: boolean }): unknown {
  const doing = (what: string) => async () => {
    if (fails) throw new Error("workflows.api.error.internal_server");
    done.push(what);
    return { created: [], errors: [] };
  };
  const instance = { status: async () => ({ status: run, output }), restart: doing("restart"), sendEvent: doing("wake") };
  const get = async () => (run === "missing" ? await Promise.reject(new Error("instance.not_found")) : instance);
  return { get, createBatch: doing("create") };
}

function reconciling({ remedy, run, output, overdue, after }: Remedy, fails = false): Operation<EngineWorld> {
  return {
    prepare: async () => {
      const id = await storedDispatch({ type: "fast.repair", data: 1 });
      const checkAt = Date.now() + 2 * MINUTE_MS;
      await rows(`UPDATE dispatches SET check_at = ?, ${overdue} WHERE id = ?`, checkAt, id);
      return { taken: { id, checkAt }, done: [] };
    },
    run: async (d1, { taken, done }) => {
      const given = envWith({ DB: d1, DISPATCH_WORKFLOW: engine({ done, run, output, fails }) });
      await Promise.all([
        reconcile(createHub(given), { taken: [taken], limit: pLimit(5) }),
        reconcile(createHub(given), { taken: [taken], limit: pLimit(5) }),
      ]);
    },
    check: async ({ taken: { id }, done }) => {
      const acts = !fails && after.status === "ongoing";
      expect(done).toEqual(acts ? [remedy] : []);
      const gaveBack = fails && after.status === "ongoing";
      const row = await dispatchRow(id);
      expect(row).toMatchObject({ status: after.status, recoveries: gaveBack ? 0 : after.recoveries });
      expect(row.check_at !== null).toBe(after.status === "ongoing");
      const notes = await rows("SELECT kind FROM notes WHERE subject_id = ?", id);
      expect(notes).toEqual([{ kind: gaveBack ? "repair_failed" : after.status === "lost" ? "lost" : "repair" }]);
    },
  };
}

describe.concurrent("a repair, by two consumers at once and whichever of their round trips is lost or goes unheard,", () => {
  for (const remedy of remedies) {
    it(`is made once and noted once: ${remedy.remedy}`, async () => {
      expect(await withEachTripFailing(reconciling(remedy))).toEqual([]);
    });
  }
  for (const remedy of remedies.slice(0, 3)) {
    it(`is taken back once, and noted as failed once, when the engine refuses: ${remedy.remedy}`, async () => {
      expect(await withEachTripFailing(reconciling(remedy, true))).toEqual([]);
    });
  }

  for (const fault of ["lost", "unheard"] as const) {
    it(`is not made and leaves the dispatch to the next sweep when its claim fails to the end (${fault})`, async () => {
      const { prepare } = reconciling(remedies[2] as Remedy);
      const world = await prepare();
      const given = envWith({
        DB: faultyD1(env.DB, { of: /UPDATE dispatches/, faultOf: () => fault }),
        DISPATCH_WORKFLOW: engine({ done: world.done, run: "errored", output: undefined }),
      });
      expect(await consume([{ kind: "reconcile", dispatches: [world.taken] }], given)).toEqual({ acked: [0], retried: [] });
      expect(world.done).toEqual([]);
      const row = await dispatchRow(world.taken.id);
      expect(row).toMatchObject({ status: "ongoing" });
      expect(row.check_at).toBeLessThanOrEqual(Date.now() + 10 * MINUTE_MS);
    });

    it(`whose load fails to the end (${fault}) is retried with its message, and made then`, async () => {
      const operation = reconciling(remedies[0] as Remedy);
      const world = await operation.prepare();
      const message = { kind: "reconcile", dispatches: [world.taken] };
      const fake = engine({ done: world.done, run: "missing", output: undefined });
      const away = envWith({ DB: failingD1(() => fault).d1, DISPATCH_WORKFLOW: fake });
      expect(await consume([message], away)).toEqual({ acked: [], retried: [0] });
      expect(await consume([message], envWith({ DISPATCH_WORKFLOW: fake }))).toEqual({ acked: [0], retried: [] });
      await operation.check(world, undefined);
    });
  }
});

/** Two dispatches that are overdue at a moment long ago, at which nothing else is. */
async function overdueLongAgo(): Promise<string[]> {
  const ids = [await storedDispatch({ type: "later.swept", data: 1 }), await storedDispatch({ type: "later.swept", data: 2 })];
  for (const id of ids) await rows("UPDATE dispatches SET check_at = 1000 WHERE id = ?", id);
  return ids;
}

describe("a sweep", () => {
  const sweeping: Operation<{ ids: string[]; kept: KeptQueue }> = {
    prepare: async () => ({ ids: await overdueLongAgo(), kept: keptQueue() }),
    run: async (d1, { kept }) => await sweep(hubAt(1_000, envWith({ DB: d1, DISPATCH_QUEUE: kept.queue }))),
    check: async ({ ids, kept }) => {
      const taken = () => kept.messages.flatMap((message) => (message.kind === "reconcile" ? message.dispatches.map(({ id }) => id) : []));
      const left = ids.filter((id) => !taken().includes(id));
      await sweep(hubAt(1_000 + 2 * MINUTE_MS, envWith({ DISPATCH_QUEUE: kept.queue })));
      expect(taken()).toEqual(expect.arrayContaining(ids));
      for (const id of left) expect(taken().filter((one) => one === id)).toHaveLength(1);
      for (const id of ids) await rows("UPDATE dispatches SET check_at = ? WHERE id = ?", Date.now() + DAY_MS, id);
    },
  };

  it("whichever of its round trips is lost or goes unheard, takes what is overdue, or leaves it to one two minutes later", async () => {
    expect(await withEachTripFailing(sweeping)).toEqual([]);
  });

  it("whose claim fails to the end says so, and the next one takes all", async () => {
    const ids = await overdueLongAgo();
    const kept = keptQueue();
    const faults = (["lost", "unheard"] as const).map((fault) => failingD1((nth) => (nth > 1 ? fault : "none")).d1);
    for (const d1 of faults)
      expect(await faultOf(sweep(hubAt(1_000, envWith({ DB: d1, DISPATCH_QUEUE: kept.queue }))))).toBe("storage.unavailable");
    expect(kept.messages).toEqual([]);
    await sweep(hubAt(1_000 + 2 * MINUTE_MS, envWith({ DISPATCH_QUEUE: kept.queue })));
    for (const id of ids) expect(JSON.stringify(kept.messages)).toContain(id);
    for (const id of ids) await rows("UPDATE dispatches SET check_at = ? WHERE id = ?", Date.now() + DAY_MS, id);
  });
});

const notesOf = async (id: string) => await rows<{ kind: string }>("SELECT kind FROM notes WHERE subject_id = ?", id);

describe.concurrent("an undeliverable message", () => {
  const prepare = async () => [
    await storedDispatch({ type: "later.undeliverable", data: 1 }),
    await storedDispatch({ type: "later.undeliverable", data: 2 }),
  ];
  const messageNaming = (ids: readonly string[]) => ({ kind: "start", runs: ids.map((id) => ({ id, dueAt: 0 })) });
  const check = async (ids: readonly string[]) => {
    for (const id of ids) {
      expect(await notesOf(id)).toEqual([{ kind: "undeliverable" }]);
      expect((await dispatchRow(id)).check_at).toBeLessThanOrEqual(Date.now());
    }
    const whole = await rows("SELECT kind FROM notes WHERE subject_id = 'undeliverable' AND instr(detail, ?)", ids[0]);
    expect(whole).toEqual([{ kind: "undeliverable" }]);
  };

  it("is noted once and hands its dispatches over, whichever of its round trips is lost or goes unheard", async () => {
    const run = async (d1: D1Database, ids: string[]) => await consume([messageNaming(ids)], envWith({ DB: d1 }), DEAD_LETTER_QUEUE);
    const taking: Operation<string[]> = {
      prepare,
      run,
      check: async (ids, result) => {
        expect(result).toEqual({ acked: [0], retried: [] });
        await check(ids);
      },
    };
    expect(await withEachTripFailing(taking)).toEqual([]);
  });

  for (const fault of ["lost", "unheard"] as const) {
    it(`is retried when its record fails to the end (${fault}), and noted once when it comes again`, async () => {
      const ids = await prepare();
      const away = envWith({ DB: faultyD1(env.DB, { of: /INSERT INTO notes/, faultOf: () => fault }) });
      const message = { id: unique("m"), timestamp: new Date(), body: messageNaming(ids) };
      expect(await consumeMessages([message], away, DEAD_LETTER_QUEUE)).toEqual({ acked: [], retried: [0] });
      expect(await consumeMessages([message], env, DEAD_LETTER_QUEUE)).toEqual({ acked: [0], retried: [] });
      await check(ids);
    });
  }
});

describe.concurrent("a queued emit, whichever of the consumer's round trips is lost or goes unheard,", () => {
  it("is stored once and started, and its message is acknowledged", async () => {
    const spilled = await Promise.all(Array.from({ length: 8 }, spill));
    const storing: Operation<Spilled> = {
      prepare: async () => spilled.pop() ?? (await spill()),
      run: async (d1, { message, kept }) => await consume([message], envWith({ DB: d1, DISPATCH_QUEUE: kept.queue })),
      check: async ({ type, receipts, kept }, result) => {
        expect(result).toEqual({ acked: [0], retried: [] });
        const dispatch = { destination: "scripted", dueAt: "", status: "ongoing" as const };
        const owed = receipts.map((one) => ({ ...one, dispatches: [{ ...dispatch, id: `${one.id}-0` }] }));
        await agree(owed, { type, started: kept.started() });
      },
    };
    expect(await withEachTripFailing(storing)).toEqual([]);
  });
});

interface Spilled {
  readonly type: string;
  readonly receipts: readonly EmitReceipt[];
  readonly message: unknown;
  readonly kept: KeptQueue;
}

/** Two events that are on the queue, because the database was away. */
async function spill(): Promise<Spilled> {
  const [type, kept] = [unique("fast."), keptQueue()];
  const given = envWith({ DB: failingD1(() => "lost").d1, DISPATCH_QUEUE: kept.queue });
  const emitter = { hub: createHub(given), caller: {}, afterReply: () => undefined };
  const input = [1, 2].map((data) => ({ type, data }));
  const receipts = await emit(emitter, input, { allowQueued: true });
  return { type, receipts, message: only(kept.emits()), kept: keptQueue() };
}

const BEFORE = new Date(Date.now() - 30 * DAY_MS);
const OLD = BEFORE.getTime() - DAY_MS;

/** What is old, in every stage of a purge, and nothing else that is. */
async function oldRows(): Promise<void> {
  const young = idAt(BEFORE.getTime());
  for (const table of ["events", "bulks"]) await rows(`DELETE FROM ${table} WHERE id < ?`, young);
  await rows("DELETE FROM notes WHERE id < ? AND (subject_id = 'undeliverable' OR subject_id LIKE '%:%')", young);
  await storeUndeliverable(2, OLD);
  await storeBulks([{ startedAt: OLD, endedAt: OLD }, { startedAt: OLD }]);
  await storeNotes("destination:gone", [OLD, BEFORE.getTime()]);
  const first = idAt(OLD);
  await storeOld([
    { id: first, dispatches: ["complete", "cancelled"] },
    { id: idAt(OLD), chain: first, dispatches: ["ignored"] },
    { id: idAt(OLD), dispatches: ["ongoing"] },
  ]);
}

describe("a purge, whichever of its round trips is lost or goes unheard,", () => {
  const gone = { events: 2, dispatches: 3, executions: 3, notes: 3 + 2 + 1 + 1, bulks: 1, kept: 1 };

  it("deletes what it would have", async () => {
    const purging: Operation<void> = {
      prepare: oldRows,
      run: async (d1) => await purge(createHub(envWith({ DB: d1 })), BEFORE, {}),
      check: async () => {
        expect(await idsOf("SELECT id FROM events WHERE id < ?", idAt(BEFORE.getTime()))).toHaveLength(1);
        expect(await purge(createHub(env), BEFORE, { dryRun: true })).toMatchObject({
          events: 0,
          dispatches: 0,
          executions: 0,
          notes: 0,
          bulks: 0,
          kept: 1,
        });
      },
    };
    expect(await withEachTripFailing(purging)).toEqual([]);
  });

  it("says what it kept, and counts nothing twice", async () => {
    const purging: Operation<void> = {
      prepare: oldRows,
      run: async (d1) => await purge(createHub(envWith({ DB: d1 })), BEFORE, {}),
      check: async (_, result) => {
        const { events, notes, bulks, kept } = result as PurgePage;
        expect([events <= gone.events, notes <= gone.notes, bulks <= gone.bulks, kept]).toEqual([true, true, true, gone.kept]);
      },
    };
    expect(await withEachTripFailing(purging)).toEqual([]);
  });

  it("counts the same in a dry run", async () => {
    const counting: Operation<void> = {
      prepare: oldRows,
      run: async (d1) => await purge(createHub(envWith({ DB: d1 })), BEFORE, { dryRun: true }),
      check: async (_, result) => expect(result).toEqual(gone),
    };
    expect(await withEachTripFailing(counting)).toEqual([]);
  });
});

describe("a read", () => {
  it("gives the same whichever round trip is lost or goes unheard, and reading changes nothing", async () => {
    const type = unique("later.read");
    const [receipt] = await store({ type, data: 1, source: "tests" });
    const dispatchId = only(receipt?.dispatches ?? []).id;
    await oldRows();
    const window = { from: new Date(OLD - DAY_MS), to: BEFORE };
    const reads: readonly [string, (given: Env) => Promise<unknown>][] = [
      ["getEvent", async (given) => await getEvent(createHub(given), receipt?.id)],
      ["listEvents", async (given) => await listEvents(createHub(given), { type, source: "tests" })],
      ["searchEvents", async (given) => await searchEvents(createHub(given), { type, text: "1" })],
      ["deadLetters", async (given) => await deadLetters(createHub(given), { to: new Date() })],
      ["stats", async (given) => ({ ...(await stats(createHub(given), window)), at: "" })],
      ["getDispatch", async (given) => await getDispatch(createHub(given), dispatchId)],
      ["listDispatches", async (given) => await listDispatches(createHub(given), { eventId: receipt?.id })],
      ["listDispatches ongoing", async (given) => await listDispatches(createHub(given), { status: "ongoing", destination: "d" })],
      ["audit", async (given) => await audit({ hub: createHub(given), name: "tests" }, window)],
      ["health", async (given) => ({ ...(await health(createHub(given))), at: "", countedFrom: "", failuresFrom: "", overdue: 0 })],
    ];
    const before = await wholeButAudits();
    for (const [what, read] of reads) {
      const expected = await read(env);
      expect(JSON.stringify(expected).length).toBeGreaterThan(20);
      const reading: Operation<void> = {
        prepare: async () => undefined,
        run: async (d1) => await read(envWith({ DB: d1 })),
        check: async (_, result) => expect(result).toEqual(expected),
      };
      expect([what, await withEachTripFailing(reading)]).toEqual([what, []]);
    }
    expect(await wholeButAudits()).toEqual(before);
  });

  it("of all by an audit is noted once, whichever round trip is lost or goes unheard", async () => {
    const auditing: Operation<string> = {
      prepare: async () => unique("auditor-"),
      run: async (d1, name) => await audit({ hub: createHub(envWith({ DB: d1 })), name }, { to: new Date(0) }),
      check: async (name) => expect(await rows(`SELECT 1 FROM notes WHERE "by" = ?`, name)).toHaveLength(1),
    };
    expect(await withEachTripFailing(auditing)).toEqual([]);
  });

  /** An audit notes its end. */
  async function wholeButAudits() {
    await rows("DELETE FROM notes WHERE subject_id = ?", SUBJECTS.audit);
    return await wholeDatabase(env.DB);
  }
});

describe.concurrent("what is read", () => {
  const reads: readonly [string, (given: Env) => Promise<unknown>][] = [
    ["an event", async (given) => await getEvent(createHub(given), "x")],
    ["a list of events", async (given) => await listEvents(createHub(given), { type: "x" })],
    ["a dispatch", async (given) => await getDispatch(createHub(given), "x")],
    ["a list of dispatches", async (given) => await listDispatches(createHub(given), {})],
    ["an audit", async (given) => await audit({ hub: createHub(given), name: "tests" }, { to: new Date(0) })],
    ["the health", async (given) => await health(createHub(given))],
    ["a purge", async (given) => await purge(createHub(given), BEFORE, { dryRun: true })],
  ];
  for (const [what, read] of reads) {
    it(`says storage.unavailable, and no SQL, when the database fails to the end: ${what}`, async () => {
      const failure = await failureOf(read(envWith({ DB: failingD1((nth) => (nth > 1 ? "lost" : "none")).d1 })));
      expect(failure).toMatch(/^\(storage\.unavailable\) .*Network connection lost/);
      expect(failure).not.toContain("SELECT");
    });
  }
});

describe("the first use of an empty database", () => {
  const emptyAgain = async () => {
    const { results } = await env.EMPTY_DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '[_s]*_*'").all<{
      name: string;
    }>();
    for (const { name } of results) await env.EMPTY_DB.prepare(`DROP TABLE ${name}`).run();
  };

  it("brings the schema there once and stores the event once, whichever round trip is lost or goes unheard", async () => {
    const operation = (d1: D1Database) => emitWith(envWith({ DB: d1, DISPATCH_QUEUE: deafQueue }), { type: "fast.first", data: 1 });
    await emptyAgain();
    const { d1, trips } = failingD1(() => "none", { d1: env.EMPTY_DB });
    await operation(d1);
    const whole = trips();
    expect(whole).toBeGreaterThanOrEqual(5);
    for (let nth = 1; nth <= whole; nth++) {
      for (const fault of ["lost", "unheard"] as const) {
        await emptyAgain();
        const receipts = await operation(failingD1((trip) => (trip === nth ? fault : "none"), { d1: env.EMPTY_DB }).d1);
        const { events, dispatches, configs } = await wholeDatabase(env.EMPTY_DB);
        expect([nth, fault, events?.length, dispatches?.length, configs?.length]).toEqual([nth, fault, 1, 1, 1]);
        expect(events).toMatchObject([{ id: receipts[0]?.id }]);
        const { results } = await env.EMPTY_DB.prepare("SELECT name FROM d1_migrations ORDER BY id").all<{ name: string }>();
        expect(new Set(results.map(({ name }) => name)).size).toBe(results.length);
      }
    }
  });
});

describe.concurrent("a full database", () => {
  const full = (trip = 1) => failingD1((nth) => (nth >= trip ? "lost" : "none"), { message: "D1_ERROR: Exceeded maximum DB size" });

  it("is said at once and not tried again, and nothing is stored: emit throws storage.full", async () => {
    const world = await emitWorld();
    const { d1, trips } = full(2);
    expect(await faultOf(withNewKeys.run(d1, world))).toBe("storage.full");
    expect(trips()).toBe(2);
    expect(await idsOf("SELECT id FROM events WHERE type = ?", world.type)).toEqual([]);
  });

  it("takes no record: it is handed over, and written once there is room", async () => {
    const operation = attemptOf(replyOf("complete, with two events"));
    const world = await operation.prepare();
    const d1 = faultyD1(env.DB, { of: /INSERT INTO executions/, faultOf: () => "lost", message: "D1_ERROR: Exceeded maximum DB size" });
    const unrecorded = await handedOver(operation.run(d1, world));
    expect(await faultOf(record(createHub(envWith({ DB: d1 })), unrecorded))).toBe("storage.full");
    expect(await record(createHub(envWith({ DISPATCH_QUEUE: world.kept.queue })), unrecorded)).toEqual({ status: "complete" });
    await recordedOnce(world, settledAs("complete", 2));
  });

  const others: readonly [string, (given: Env) => Promise<unknown>][] = [
    [
      "a load",
      async (given) =>
        await look(await storedDispatch({ type: "once.full", data: 1 }), given).then((said) => Promise.reject(new Error(said))),
    ],
    ["a read of an event", async (given) => await getEvent(createHub(given), "x")],
    ["a list", async (given) => await listDispatches(createHub(given), {})],
    ["the health", async (given) => await health(createHub(given))],
    ["an audit", async (given) => await audit({ hub: createHub(given), name: "tests" }, {})],
    ["a sweep", async (given) => await sweep(hubAt(0, given))],
    ["a purge", async (given) => await purge(createHub(given), BEFORE, {})],
  ];
  for (const [what, work] of others) {
    it(`fails ${what} with storage.full, be it full from the first round trip on or from the second`, async () => {
      const faults = [await faultOf(work(envWith({ DB: full().d1 }))), await faultOf(work(envWith({ DB: full(2).d1 })))];
      expect(faults).toEqual(["storage.full", "storage.full"]);
    });
  }

  it("is also an account that has no room left", async () => {
    const message = "D1_ERROR: Your account has exceeded D1's maximum account storage limit, please contact Cloudflare to raise your limit";
    const { d1 } = failingD1(() => "lost", { message });
    expect(await faultOf(withNewKeys.run(d1, await emitWorld()))).toBe("storage.full");
  });
});

describe.concurrent("a database that stalls for a minute", () => {
  it("is waited for half a minute and no longer; what was accepted or answered meanwhile is kept, and written once", {
    timeout: 90_000,
  }, async () => {
    await Promise.all([
      emitUnderStall(),
      spillUnderStall("the message comes first"),
      spillUnderStall("the stalled write comes first"),
      loadUnderStall(),
      recordUnderStall("before"),
      recordUnderStall("after"),
      consumeUnderStall(),
    ]);
  });

  it("in its very first use is asked again by those that come after", { timeout: 60_000 }, firstUseUnderStall);
});

/** Half a minute, and what a busy machine adds. */
async function halfAMinute<Result>(work: () => Promise<Result>): Promise<Result> {
  const began = Date.now();
  const result = await work();
  const took = Date.now() - began;
  expect(took).toBeGreaterThanOrEqual(29_900);
  expect(took).toBeLessThan(38_000);
  return result;
}

const forever = new Promise<never>(() => undefined);

async function emitUnderStall(): Promise<void> {
  const stall = Promise.withResolvers<void>();
  const world = await emitWorld();
  const { d1, ended } = stalledD1(env.DB, { of: /INSERT INTO events/, until: stall.promise, when: "before" });
  const failure = await halfAMinute(async () => await failureOf(withNewKeys.run(d1, world)));
  expect(failure).toMatch(/^\(storage\.unavailable\) .*gave no answer within 30000 ms/);
  stall.resolve();
  await ended();
  const again = await hub.emit(keyed(world, { a: 1, b: 2 }));
  expect(again).toMatchObject([{ duplicate: true }]);
  expect(await idsOf("SELECT id FROM events WHERE key = ?", world.key)).toEqual(again.map(({ id }) => id));
}

async function spillUnderStall(order: "the message comes first" | "the stalled write comes first"): Promise<void> {
  const stall = Promise.withResolvers<void>();
  const [type, kept] = [unique("fast."), keptQueue()];
  const { d1, ended } = stalledD1(env.DB, { of: /INSERT INTO events/, until: stall.promise, when: "before" });
  const emitter = { hub: createHub(envWith({ DB: d1, DISPATCH_QUEUE: kept.queue })), caller: {}, afterReply: () => undefined };
  const receipts = await halfAMinute(async () => await emit(emitter, { type, data: 1 }, { allowQueued: true }));
  const { id, durability } = only(receipts);
  expect(durability).toBe("queued");
  expect(await idsOf("SELECT id FROM events WHERE type = ?", type)).toEqual([]);
  const recover = async () => {
    stall.resolve();
    await ended();
  };
  const take = async () => void (await consume(kept.emits()));
  for (const step of order === "the message comes first" ? [take, recover] : [recover, take]) await step();
  expect(await idsOf("SELECT id FROM events WHERE type = ?", type)).toEqual([id]);
  expect(await settled(`${id}-0`)).toMatchObject({ status: "complete", attempts: 1 });
  expect(await callsOf(`${id}-0`)).toHaveLength(1);
}

async function loadUnderStall(): Promise<void> {
  const operation = attemptOf(replyOf("complete"));
  const world = await operation.prepare();
  const { d1 } = stalledD1(env.DB, { of: /FROM dispatches AS dispatch/, until: forever, when: "after" });
  expect(await halfAMinute(async () => await operation.run(d1, world))).toMatch(/^\(storage\.unavailable\)/);
  expect(world.calls).toEqual([]);
  await operation.check(world, await operation.run(env.DB, world));
}

async function recordUnderStall(when: "before" | "after"): Promise<void> {
  const stall = Promise.withResolvers<void>();
  const reply = replyOf("complete, with two events");
  const operation = attemptOf(reply);
  const world = await operation.prepare();
  const { d1, ended } = stalledD1(env.DB, { of: RECORD, until: stall.promise, when });
  const unrecorded = await halfAMinute(async () => await handedOver(operation.run(d1, world)));
  expect(await record(createHub(envWith({ DISPATCH_QUEUE: world.kept.queue })), unrecorded)).toEqual({ status: "complete" });
  stall.resolve();
  await ended();
  await recordedOnce(world, reply.stand);
}

async function consumeUnderStall(): Promise<void> {
  const { type, message } = await spill();
  const { d1 } = stalledD1(env.DB, { of: /INSERT INTO events/, until: forever, when: "after" });
  const given = envWith({ DB: d1, DISPATCH_QUEUE: deafQueue });
  expect(await halfAMinute(async () => await consume([message], given))).toEqual({ acked: [], retried: [0] });
  expect(await consume([message])).toEqual({ acked: [0], retried: [] });
  expect(await idsOf("SELECT id FROM events WHERE type = ?", type)).toHaveLength(2);
}

/** A question of an isolate's first use that is never answered. */
async function firstUseUnderStall(): Promise<void> {
  let asked = 0;
  const d1 = aroundD1(env.DB, async ({ go }) => {
    asked += 1;
    return asked === 1 ? await forever : await go();
  });
  expect(await halfAMinute(async () => await faultOf(getEvent(createHub(envWith({ DB: d1 })), "x")))).toBe("storage.unavailable");
  const second = getEvent(createHub(envWith({ DB: d1 })), "x").catch(String);
  expect(await Promise.race([second, scheduler.wait(5_000).then(() => "no answer")])).toBeNull();
}

describe.concurrent("a run", () => {
  for (const message of ["D1_ERROR: Exceeded maximum DB size", "D1_ERROR: Network connection lost."]) {
    it(`whose database says "${message}" to a record calls the destination once for each attempt, and writes it down in a step of its own`, async () => {
      const id = await storedDispatch({ type: "constant.full", data: { script: ["failed", "complete"] } });
      const accept = await refuseExecutions(id, message);
      await using run = await introspectWorkflowInstance(env.DISPATCH_WORKFLOW, id);
      await run.modify(async (modifier) => await modifier.disableRetryDelays([{ name: "record 1" }]));
      await env.DISPATCH_WORKFLOW.createBatch({ instances: [{ id, params: { id, dueAt: 0 } }] });
      await run.waitForStepResult({ name: "deliver" });
      expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 0 });
      await accept();
      expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
      expect((await callsOf(id)).map(({ delivery }) => delivery["attempt"])).toEqual([1, 2]);
      expect(await executionsOf(id)).toMatchObject([{ outcome: "failed" }, { outcome: "complete" }]);
    });
  }
});

describe("after all of this", () => {
  it("no dispatch is forgotten: each is settled, or somebody will look at it", async () => {
    expect(await forgottenDispatches()).toEqual([]);
  });

  it("no execution and no dispatch is without what it belongs to, and every ordinal is there", async () => {
    const orphans = await rows("SELECT dispatch_id FROM executions WHERE dispatch_id NOT IN (SELECT id FROM dispatches)");
    expect(orphans.filter((row) => !JSON.stringify(row).includes("-7000-8000-"))).toEqual([]);
    expect(
      await rows(
        "SELECT id FROM dispatches AS d WHERE attempts <> (SELECT count(*) FROM executions WHERE dispatch_id = d.id) AND recoveries = 0 AND policy <> '{}'",
      ),
    ).toEqual([]);
  });
});
