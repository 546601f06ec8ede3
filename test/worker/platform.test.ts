import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Duration } from "../../schema/config/duration.ts";
import { RUNTIME_FLAGS } from "../../schema/deployment.ts";
import { configured } from "../../src/bindings/configuration.ts";
import { createRuns, findRun, lookAtRun, restartRun, runView, wakeRun } from "../../src/bindings/dispatch-runs.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { attempt } from "../../src/executor/attempt.ts";
import { previewBulk } from "../../src/hub/operate/bulk.ts";
import { deadLetters } from "../../src/hub/read/dead-letters.ts";
import { listDispatches } from "../../src/hub/read/dispatches.ts";
import { getEvent, listEvents, searchEvents } from "../../src/hub/read/events.ts";
import { stats } from "../../src/hub/read/stats.ts";
import { sweep } from "../../src/reconciler/sweep.ts";
import { releaseNext } from "../../src/store/pause/release.ts";
import { countDispatchesOf } from "../../src/store/read/read-dispatches.ts";
import { countOverdue } from "../../src/store/repair/claim-overdue.ts";
import { claimRepair, countRestart, giveBack } from "../../src/store/repair/claim-repair.ts";
import { loadOverdue } from "../../src/store/repair/load-overdue.ts";
import { recordUndeliverable } from "../../src/store/repair/undeliverable-message.ts";
import { callsOf, look, refuseExecutions } from "./support/attempts.ts";
import { failureOf } from "./support/failures.ts";
import { deafQueue, emitWith, envWith, hub, hubAt, only, startedDispatch, store, storedDispatch, unique } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { settledDispatch } from "./support/operating.ts";
import { attempted, called, startRun } from "./support/reconciling.ts";
import { dispatchRow, executionsOf, rows, settled, until } from "./support/rows.ts";
import { runEvents } from "./support/run-events.ts";
import { engineWith, fallAsleep, runIs, runOf } from "./support/runs.ts";

/** Facts of the platform that the code leans on. When one of these fails, the platform has changed, and the code must. */

interface Callable {
  handle(event: object, delivery: object): Promise<unknown>;
}

describe("the runtime", () => {
  it("says of every flag whether it is set, those that the hub calls for among them", () => {
    expect(Cloudflare.compatibilityFlags).toMatchObject(Object.fromEntries(Object.keys(RUNTIME_FLAGS).map((flag) => [flag, true])));
    expect(Object.values(Cloudflare.compatibilityFlags)).toContain(false);
  });
});

describe("what workerd says of a destination without a usable handle()", () => {
  const severalArguments =
    'Attempted to call RPC function "handle" with the wrong number of arguments. When calling a top-level handler function that is not ' +
    "declared as part of a class, you must always send exactly one argument. In order to support variable numbers of arguments, the server " +
    "must use class-based syntax (extending WorkerEntrypoint) instead.";
  const tooWide =
    'Cannot call handler function "handle" over RPC because it has the wrong number of arguments. A simple function handler can only be ' +
    "called over RPC if it has exactly the arguments (arg, env, ctx), where only the first argument comes from the client. To support " +
    "multi-argument RPC functions, use class-based syntax (extending WorkerEntrypoint) instead.";
  const cases: readonly [string, keyof Env, string][] = [
    ["has no such method", "MUTE", 'The RPC receiver does not implement the method "handle".'],
    ["is a Worker without entrypoints", "NO_ENTRYPOINT", 'The RPC receiver does not implement the method "handle".'],
    ["has an arrow function as a field", "ARROW_FIELD", 'The RPC receiver does not implement the method "handle".'],
    ["has a getter of a text", "TEXT_GETTER", '"handle" is not a function.'],
    ["is a plain object", "PLAIN_OBJECT", severalArguments],
    ["is a plain object whose handle() takes four arguments", "WIDE_PLAIN_OBJECT", tooWide],
  ];
  for (const [what, binding, text] of cases) {
    it(`a destination that ${what} is misconfigured, and the reason is what workerd says, and what to do`, async () => {
      expect(await failureOf((env[binding] as unknown as Callable).handle({}, {}))).toBe(text);
      const { status, reason } = await settledBy(binding);
      expect([status, reason]).toEqual(["misconfigured", expect.stringContaining(text)]);
      expect(reason).toContain(`The Worker bound as "${binding}" has to export a class with handle()`);
    });
  }

  it("a Worker without a default export answers any call with an internal error: it is misconfigured, and the reason says what to bind", async () => {
    const internal = /^internal error; reference = /;
    const namedOnly = env.NAMED_ONLY as unknown as Callable & { anything(): Promise<unknown> };
    expect(await failureOf(namedOnly.handle({}, {}))).toMatch(internal);
    expect(await failureOf(namedOnly.anything())).toMatch(internal);
    const { status, reason } = await settledBy("NAMED_ONLY");
    expect([status, reason]).toEqual(["misconfigured", expect.stringContaining('"NAMED_ONLY" has to export a class with handle()')]);
  });

  it("a destination that reports an internal error of its own has failed", async () => {
    const internal = { throws: "internal error; reference = abc" };
    const id = await storedDispatch({ type: "once.internal", data: { script: [internal] } });
    await look(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "failed", reason: "internal error; reference = abc" });
  });

  it("a destination whose binding is not there is misconfigured", async () => {
    expect((env as unknown as Record<string, unknown>)["NOT_BOUND"]).toBeUndefined();
    const { status, reason } = await settledBy("NOT_BOUND");
    expect([status, reason]).toEqual(["misconfigured", expect.stringContaining('"NOT_BOUND"')]);
  });

  const unreachable = [
    'Worker "mailer" not found. Make sure it is running locally.',
    'Worker does not export an entrypoint named "Mailer"',
  ];
  for (const text of unreachable) {
    it(`a destination that is not there is misconfigured, as the dev registry says it: ${text}`, async () => {
      const gone = { handle: async () => await Promise.reject(new Error(text)) };
      expect(await settledBy("GONE", { GONE: gone })).toMatchObject({ status: "misconfigured", reason: text });
    });
  }

  it("a destination whose own call finds no method has failed: it is there, and it threw", async () => {
    const text = 'The RPC receiver does not implement the method "charge".';
    expect(await failureOf((env.FORWARDING as unknown as Callable).handle({}, {}))).toBe(text);
    expect(await settledBy("FORWARDING")).toMatchObject({ status: "failed", reason: text });
  });

  /** What a single attempt at a destination that is this binding leads to. */
  async function settledBy(binding: string, changes: Record<string, unknown> = {}) {
    const given = envWith({
      ...changes,
      HUB_CONFIG: {
        defaults: { retry: { limit: 0 }, misconfigured: { for: "0s" } },
        destinations: { odd: { worker: binding } },
        routes: [{ id: "odd", on: "odd", to: "odd" }],
      },
    });
    const id = await storedDispatch({ type: "odd", data: 1 }, given);
    await attempt(createHub(given), id);
    return await dispatchRow(id);
  }
});

describe("RPC", () => {
  const scripted = env.SCRIPTED as unknown as { text(bytes: number): Promise<string> };

  it("a reply of 30 MB passes, one of 40 MB is an error that says so", async () => {
    expect((await scripted.text(30_000_000)).length).toBe(30_000_000);
    expect(await failureOf(scripted.text(40_000_000))).toMatch(/limited to 32MiB, but the size of this value was: 40\d{6} bytes/);
  });

  it("env is the same object for every request and every entrypoint of an isolate", async () => {
    const first = env.FIRST_IDENTITY as unknown as { environments(): Promise<number> };
    const second = env.SECOND_IDENTITY as unknown as { environments(): Promise<number> };
    const seen = [await first.environments(), await second.environments(), await first.environments(), await second.environments()];
    expect(seen).toEqual([1, 1, 1, 1]);
  });

  it("the configuration is read once for an environment, and anew for another", async () => {
    const given = envWith({});
    expect(await configured(given)).toBe(await configured(given));
    expect(await configured(given)).not.toBe(await configured(envWith({})));
  });

  it("a configuration that this isolate has stored is not stored again by the next request, at whichever door", async () => {
    await hub.emit({ type: "unrouted.identity", data: 1 });
    await rows("DELETE FROM configs");
    await hub.emit({ type: "unrouted.identity", data: 2 });
    await (env.HUB_RPC as unknown as typeof hub).emit({ type: "unrouted.identity", data: 3 });
    await (env.SHOP as unknown as typeof hub).emit({ type: "unrouted.identity", data: 4 });
    expect(await rows("SELECT version FROM configs")).toEqual([]);
  });
});

describe("D1", () => {
  it("setting a NOT NULL column to NULL on conflict fails the statement and rolls back the whole batch", async () => {
    await rows("CREATE TABLE fence (id TEXT PRIMARY KEY, type TEXT NOT NULL, key TEXT) WITHOUT ROWID");
    await rows("CREATE UNIQUE INDEX fence_key ON fence (key) WHERE key IS NOT NULL");
    await rows("INSERT INTO fence VALUES ('first', 'a', 'k')");
    const batch = env.DB.batch([
      env.DB.prepare("INSERT INTO fence VALUES ('before', 'a', NULL)"),
      env.DB.prepare(
        `INSERT INTO fence VALUES ('second', 'b', 'k') ON CONFLICT (key) WHERE key IS NOT NULL DO UPDATE SET type = NULL
          WHERE fence.type <> excluded.type ON CONFLICT DO NOTHING`,
      ),
    ]);
    expect(await failureOf(batch)).toContain("NOT NULL constraint failed: fence.type");
    expect(await rows("SELECT id FROM fence")).toEqual([{ id: "first" }]);
  });

  it("a plain INSERT that conflicts rolls back the whole batch and names the table and the column", async () => {
    const insert = (id: string) => env.DB.prepare("INSERT INTO executions VALUES (?, 1, 'n', 'complete', 0, 0, NULL)").bind(id);
    const [taken, free] = [unique("d"), unique("d")];
    await hub.health();
    await insert(taken).run();
    expect(await failureOf(env.DB.batch([insert(free), insert(taken)]))).toContain("UNIQUE constraint failed: executions.dispatch_id");
    expect(await executionsOf(free)).toEqual([]);
  });

  it("rows written: one for a row of a WITHOUT ROWID table and one for each index it enters or leaves, none on a conflict", async () => {
    await rows("CREATE TABLE plain (id TEXT PRIMARY KEY, state TEXT)");
    await rows("CREATE TABLE lean (id TEXT PRIMARY KEY, state TEXT, at INTEGER) WITHOUT ROWID");
    await rows("CREATE INDEX lean_open ON lean (at) WHERE state = 'open'");
    const written = async (sql: string) => (await env.DB.prepare(sql).run()).meta.rows_written;
    expect({
      withRowid: await written("INSERT INTO plain VALUES ('a', 'open')"),
      outsideTheIndex: await written("INSERT INTO lean VALUES ('a', 'shut', 1)"),
      intoTheIndex: await written("INSERT INTO lean VALUES ('b', 'open', 1)"),
      onConflict: await written("INSERT INTO lean VALUES ('b', 'open', 1) ON CONFLICT DO NOTHING"),
      alongTheIndex: await written("UPDATE lean SET at = 2 WHERE id = 'b'"),
      outOfTheIndex: await written("UPDATE lean SET state = 'shut' WHERE id = 'b'"),
    }).toEqual({ withRowid: 2, outsideTheIndex: 1, intoTheIndex: 2, onConflict: 0, alongTheIndex: 2, outOfTheIndex: 1 });
  });

  it("changes() in a batch is that of the statement before: 0 when an update matches nothing, be there one before it that did", async () => {
    await rows("CREATE TABLE counted (id TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID");
    await rows("CREATE TABLE seen (what TEXT)");
    await rows("INSERT INTO counted VALUES ('a', 0)");
    const update = (id: string) => env.DB.prepare("UPDATE counted SET n = n + 1 WHERE id = ?").bind(id);
    const see = (what: string) => env.DB.prepare("INSERT INTO seen SELECT ? WHERE changes() > 0").bind(what);
    const results = await env.DB.batch([update("a"), see("after a"), see("after an insert"), update("b"), see("after b")]);
    expect(await rows("SELECT what FROM seen")).toEqual([{ what: "after a" }, { what: "after an insert" }]);
    expect(results.map(({ meta }) => meta.changes)).toEqual([1, 1, 1, 0, 0]);
    expect((await update("b").run()).meta.changes).toBe(0);
  });

  it("an UPDATE that says RETURNING gives the rows as they are after it", async () => {
    await rows("CREATE TABLE moved (id TEXT PRIMARY KEY, at INTEGER) WITHOUT ROWID");
    await rows("INSERT INTO moved VALUES ('a', 1), ('b', 5)");
    expect(await rows("UPDATE moved SET at = 9 WHERE at <= 3 RETURNING id, at")).toEqual([{ id: "a", at: 9 }]);
  });

  it("JSON nested 1,000 levels deep fails the statement that reads it, 990 levels do not", async () => {
    const read = (levels: number) => rows("SELECT count(*) AS found FROM json_each(?)", "[".repeat(levels) + "]".repeat(levels));
    expect(await read(990)).toEqual([{ found: 1 }]);
    expect(await failureOf(read(1_001))).toContain("malformed JSON");
  });
});

describe("Workflows", () => {
  it("an id that exists gives 10405 in createBatch, one that came earlier in the batch 10415, and the rest are created", async () => {
    const [known, fresh] = [unique("w"), unique("w")];
    const params = (id: string) => ({ id, params: { id, dueAt: 0 } });
    await env.DISPATCH_WORKFLOW.createBatch({ instances: [params(known)] });
    const { created, errors } = await env.DISPATCH_WORKFLOW.createBatch({ instances: [params(known), params(fresh), params(fresh)] });
    expect(created.map(({ id }) => id)).toEqual([fresh]);
    expect(errors.map(({ index, id, code }) => ({ index, id, code }))).toEqual([
      { index: 0, id: known, code: 10405 },
      { index: 2, id: fresh, code: 10415 },
    ]);
    const again = [known, fresh, fresh].map((id) => ({ id, dueAt: 0 }));
    expect(await createRuns(env.DISPATCH_WORKFLOW, again)).toEqual({ existing: again, rateLimited: [], failed: [] });
  });

  it("a batch of 101 instances is refused as a whole", async () => {
    const ids = Array.from({ length: 101 }, () => unique("w"));
    const refused = env.DISPATCH_WORKFLOW.createBatch({ instances: ids.map((id) => ({ id, params: { id, dueAt: 0 } })) });
    expect(await failureOf(refused)).toContain("Batch size exceeds maximum allowed");
    expect(await findRun(env.DISPATCH_WORKFLOW, ids[0] ?? "")).toBeNull();
  });

  it("an instance that nobody created is told by the text of the error", async () => {
    expect(await failureOf(env.DISPATCH_WORKFLOW.get("nobody"))).toBe("instance.not_found");
    expect(await findRun(env.DISPATCH_WORKFLOW, "nobody")).toBeNull();
    expect(await runView(env.DISPATCH_WORKFLOW, "nobody")).toEqual({ status: "missing" });
  });

  it("of an error only the name, inside the message, reaches the delay function; a delay of 0 is none", async () => {
    const id = unique("p");
    await env.PROBE_WORKFLOW.create({
      id,
      params: { throws: ["retry:0", "retry:120"], delays: { "Signal: retry:0": 0, "Signal: retry:120": 120 } },
    });
    const events = await runEvents(env.PROBE_WORKFLOW, id);
    expect(events.filter(({ type }) => type === "attempt_errored").map(({ retryDelayMs }) => retryDelayMs)).toEqual([0, 120]);
    expect(events.at(-1)).toMatchObject({ type: "workflow_completed", output: "worked" });
  });

  it("a run that retries says in its message how long it waits, and the engine waits so long", async () => {
    const id = await startedDispatch({ type: "constant.signal", data: { script: ["failed", "complete"] } });
    await settled(id);
    const errored = (await runEvents(env.DISPATCH_WORKFLOW, id)).find(({ type }) => type === "attempt_errored");
    expect(errored?.error?.message).toBe(`RetrySignal: retry:${errored?.retryDelayMs}`);
    expect(errored?.retryDelayMs).toBeGreaterThan(0);
    expect(errored?.retryDelayMs).toBeLessThanOrEqual(300);
  });

  it("a sleep until a time in the past fails the instance in the local engine", async () => {
    const id = unique("p");
    await env.PROBE_WORKFLOW.create({ id, params: { sleepUntil: Date.now() - 60_000, delays: {} } });
    const instance = await env.PROBE_WORKFLOW.get(id);
    const status = await until(
      async () => {
        const now = await instance.status();
        return now.status === "errored" ? now : undefined;
      },
      { what: "the instance to fail" },
    );
    expect(status.error?.message).toContain("sleep until a time in the past");
  });

  it("a paused run makes no attempt when its time has come, and goes on when it is resumed", async () => {
    const id = await startedDispatch({ type: "delayed.paused", data: 1, delay: "3s" });
    const found = await until(async () => (await findRun(env.DISPATCH_WORKFLOW, id)) ?? undefined, { what: "the run" });
    await found.pause();
    const { due_at } = await dispatchRow(id);
    await scheduler.wait(Math.max(0, due_at - Date.now()) + 700);
    expect((await found.status()).status).toBe("paused");
    expect(await executionsOf(id)).toEqual([]);
    await found.resume();
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
  });
});

describe.concurrent("Workflows, as the reconciler meets them", () => {
  const workflow = env.DISPATCH_WORKFLOW;
  const lookOf = async (id: string) => await lookAtRun(workflow, id);

  /** A run that waits 3 s to retry. */
  async function inBackOff(): Promise<string> {
    const id = await storedDispatch({ type: "patient.pinned", data: { script: ["failed", "complete"] } });
    await startRun(id);
    await attempted(id);
    return id;
  }

  /** A run that sleeps until it is due. */
  async function sleeping(delay: Duration = "1500ms"): Promise<string> {
    const id = await storedDispatch({ type: "fast.pinned", data: 1, delay });
    await startRun(id);
    return id;
  }

  /** A run that waits for its destination to answer. */
  async function inCall(): Promise<string> {
    const id = await storedDispatch({ type: "fast.pinned", data: { script: [{ takesMs: 1_500, reply: "complete" }] } });
    await startRun(id);
    await called(id);
    return id;
  }

  const calledFor = async (id: string) => (await callsOf(id)).map(({ delivery }) => delivery["attempt"]);

  const awake: readonly [string, () => Promise<string>, number[]][] = [
    ["sleeps until it is due", sleeping, [1]],
    ["is in back-off", inBackOff, [1, 2]],
    ["is in a call", inCall, [1]],
  ];
  for (const [what, start, attempts] of awake) {
    it(`events that nobody waits for do no harm to a run that ${what}: no attempt too early, none twice`, async () => {
      const id = await start();
      const { due_at } = await dispatchRow(id);
      for (let wakes = 0; wakes < 5; wakes++) await wakeRun(workflow, id);
      expect((await lookOf(id)).status).toBe("running");
      expect(await settled(id)).toMatchObject({ status: "complete", attempts: attempts.length });
      expect((await executionsOf(id)).at(-1)?.started_at).toBeGreaterThanOrEqual(due_at);
      expect(await calledFor(id)).toEqual(attempts);
    });

    it(`a run that fell asleep while it ${what} says that it runs and does nothing, until an event wakes it`, async () => {
      const id = await start();
      await fallAsleep(id);
      const before = await calledFor(id);
      const { due_at } = await dispatchRow(id);
      await scheduler.wait(Math.max(1_600, due_at - Date.now() + 300));
      expect((await lookOf(id)).status).toBe("running");
      expect(await dispatchRow(id)).toMatchObject({ status: "ongoing" });
      expect(await calledFor(id)).toEqual(before);
      await wakeRun(workflow, id);
      expect(await settled(id)).toMatchObject({ status: "complete", attempts: attempts.length });
    });
  }

  it("a run that is woken before it is due sleeps on until then", async () => {
    const id = await sleeping();
    await fallAsleep(id);
    await wakeRun(workflow, id);
    const { due_at } = await dispatchRow(id);
    await settled(id);
    expect((await executionsOf(id))[0]?.started_at).toBeGreaterThanOrEqual(due_at);
  });

  it("an event leaves a paused run paused, and what is over stays over", async () => {
    const [paused, ended] = [await sleeping("1 hour"), await sleeping("0s")];
    await (await runOf(paused)).pause();
    await runIs(paused, "paused");
    await settled(ended);
    await runIs(ended, "complete");
    for (const id of [paused, ended]) await wakeRun(workflow, id);
    await scheduler.wait(300);
    expect([(await lookOf(paused)).status, (await lookOf(ended)).status]).toEqual(["paused", "complete"]);
    expect(await calledFor(ended)).toEqual([1]);
  });

  it("the status of a run tells what it returned, and null when it returned nothing", async () => {
    const [ended, terminated] = [await sleeping("0s"), await sleeping("1 hour")];
    await settled(ended);
    await runIs(ended, "complete");
    await (await runOf(terminated)).terminate();
    expect(await lookOf(ended)).toEqual({ status: "complete", output: "complete" });
    expect(await lookOf(terminated)).toEqual({ status: "terminated", output: null });
  });

  it("a run that was deleted is not found, whatever is asked of it", async () => {
    const id = await sleeping("1 hour");
    await workflow.deleteBatch([id]);
    expect(await lookOf(id)).toEqual({ status: "missing" });
    expect(await failureOf(wakeRun(workflow, id))).toBe("instance.not_found");
    expect(await failureOf(restartRun(workflow, id, { unrecorded: 1 }))).toBe("instance.not_found");
  });

  it("a handle on a run that is deleted meanwhile does not say that the run lives", async () => {
    const id = await sleeping("1 hour");
    const run = await runOf(id);
    await workflow.deleteBatch([id]);
    const said = await run.status().then(
      ({ status }) => status as string,
      (error: unknown) => String(error),
    );
    expect(said).not.toMatch(/^(running|waiting|complete|errored|terminated)$/);
  });

  it("a restart from a step that never ran is refused by its text, and the run goes on untouched", async () => {
    const id = await inCall();
    const run = await runOf(id);
    expect(await failureOf(run.restart({ from: { name: "record 1" } }))).toBe(
      'WorkflowError: (instance.cannot_restart) Step "record 1" not found in execution history',
    );
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await calledFor(id)).toEqual([1]);
  });

  it("a step is named as it was, not as the engine counts it: record 1 is not found under record, nor under record 1-1", async () => {
    const id = await storedDispatch({ type: "fast.named", data: 1 });
    const accept = await refuseExecutions(id, "disk is full");
    await startRun(id);
    await called(id);
    const run = await runOf(id);
    await until(async () => ((await failureOf(run.restart({ from: { name: "record 1" } }))) === "no failure" ? true : undefined), {
      what: "the step",
    });
    for (const name of ["record", "record 1-1", "record 2"])
      expect(await failureOf((await runOf(id)).restart({ from: { name } }))).toContain("not found in execution history");
    await (await runOf(id)).terminate();
    await accept();
    expect(await calledFor(id)).toEqual([1]);
  });

  const startable: readonly [string, (id: string) => Promise<void>][] = [
    ["asleep", fallAsleep],
    ["terminated", async (id) => await (await runOf(id)).terminate()],
    ["paused", async (id) => await (await runOf(id)).pause()],
    ["awake", async () => undefined],
  ];
  for (const [what, make] of startable) {
    it(`a run that is ${what} and has no such step is restarted as a whole`, async () => {
      const id = await inBackOff();
      await make(id);
      await restartRun(workflow, id, { unrecorded: 2 });
      expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
      expect(await calledFor(id)).toEqual([1, 2]);
    });
  }

  it("a restart during a call cancels it: its answer is never recorded, and the call is made again", async () => {
    const id = await inCall();
    await restartRun(workflow, id, { unrecorded: 1 });
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    await scheduler.wait(500);
    expect(await executionsOf(id)).toHaveLength(1);
    expect(await calledFor(id)).toEqual([1, 1]);
  });

  const refusals: readonly [said: string, whole: boolean][] = [
    ["workflows.api.error.rate_limited: 429", false],
    ["Too many requests", false],
    ["workflows.api.error.internal_server", false],
    ["10001", false],
    ["Workflows is temporarily unavailable", false],
    ["The operation timed out", false],
    ["Network connection lost.", false],
    ['(instance.cannot_restart) Step "record 1" not found in execution history', true],
  ];
  for (const [said, whole] of refusals) {
    it(`a restart from a step that is refused with "${said}" is ${whole ? "made whole" : "none, and the refusal is passed on"}`, async () => {
      const id = await sleeping("1 hour");
      const { runs, orders } = engineWith({
        restart: async (_id, from, real) => await (from === undefined ? real() : Promise.reject(new Error(said))),
      });
      expect(await failureOf(restartRun(runs, id, { unrecorded: 1 }))).toBe(whole ? "no failure" : said);
      expect(orders).toEqual([["restart", id, "record 1"], ...(whole ? [["restart", id]] : [])]);
    });
  }
});

describe("the indexes that queries use", () => {
  const { d1, trips, measure } = meteredD1(env.DB);
  const metered = envWith({ DB: d1, DISPATCH_QUEUE: deafQueue });

  /** How SQLite goes about each statement that `work` runs, but for the schema's. */
  async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
    await hub.health();
    await listEvents(createHub(metered), {});
    await measure(work);
    const plans: string[] = [];
    for (const { sql, values } of trips().flat()) {
      const plan = await rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
      plans.push(plan.map(({ detail }) => detail).join("; "));
    }
    return plans;
  }

  const lists: readonly [string, () => Promise<unknown>, RegExp][] = [
    [
      "the sweep's claim",
      () => sweep(hubAt(0, metered)),
      /SEARCH dispatches USING INDEX dispatches_check \(destination=\? AND check_at>\? AND check_at<\?\)/,
    ],
    ["the list of failed dispatches", () => listDispatches(createHub(metered), { status: "failed" }), /USING INDEX dispatches_bad/],
    [
      "the list of misconfigured dispatches",
      () => listDispatches(createHub(metered), { status: "misconfigured" }),
      /USING INDEX dispatches_bad/,
    ],
    [
      "the list of lost dispatches",
      () => listDispatches(createHub(metered), { status: "lost", destination: "x" }),
      /USING INDEX dispatches_bad/,
    ],
    ["the list of ongoing dispatches", () => listDispatches(createHub(metered), { status: "ongoing" }), /USING INDEX dispatches_check/],
    [
      "the list of a destination's ongoing dispatches",
      () => listDispatches(createHub(metered), { status: "ongoing", destination: "x" }),
      /USING INDEX dispatches_check \(destination=\?\)/,
    ],
    [
      "the list of dead letters in a window of time",
      () => listDispatches(createHub(metered), { standing: "dead letter", from: new Date(0), to: new Date() }),
      /USING INDEX dispatches_bad \(superseded=\? AND settled_at>\? AND settled_at<\?\)/,
    ],
    [
      "the dead letters that a bulk operation concerns",
      () => previewBulk(createHub(metered), "dismiss", {}),
      /USING INDEX dispatches_bad \(superseded=\?/,
    ],
    [
      "the list of an event's dispatches",
      () => listDispatches(createHub(metered), { eventId: "0198c5b2-0000-7000-8000-000000000000" }),
      /USING PRIMARY KEY \(id>\? AND id<\?\)/,
    ],
    ["the dispatches of an event", () => getEvent(createHub(metered), "x"), /SEARCH events USING PRIMARY KEY \(id=\?\)/],
    ["the list of events with a key", () => listEvents(createHub(metered), { key: "k" }), /USING INDEX events_key \(key=\?\)/],
    [
      "the list of events with a key of a source",
      () => listEvents(createHub(metered), { key: "k", source: "s" }),
      /USING INDEX events_key \(key=\? AND source=\?\)/,
    ],
    ["the list of events of a type", () => listEvents(createHub(metered), { type: "t" }), /USING INDEX events_type \(type=\?\)/],
    [
      "the list of events of a type in a window of time",
      () => listEvents(createHub(metered), { type: "t", from: new Date(0), to: new Date() }),
      /USING INDEX events_type \(type=\? AND id>\? AND id<\?\)/,
    ],
    [
      "the list of events about a subject",
      () => listEvents(createHub(metered), { subject: "s" }),
      /USING INDEX events_subject \(subject=\?\)/,
    ],
    [
      "the list of a chain of events",
      () => listEvents(createHub(metered), { correlationId: "c" }),
      /USING INDEX events_correlation \(correlation_id=\?\).*USING PRIMARY KEY \(id=\?\)/,
    ],
    ["the list of events", () => listEvents(createHub(metered), { to: new Date() }), /SEARCH events USING PRIMARY KEY \(id<\?\)/],
    [
      "the search of events of a type",
      () => searchEvents(createHub(metered), { type: "t", text: "x" }),
      /USING INDEX events_type \(type=\?\)/,
    ],
    [
      "the search of events",
      () => searchEvents(createHub(metered), { to: new Date(), text: '"x"' }),
      /SEARCH events USING PRIMARY KEY \(id<\?\)/,
    ],
  ];
  for (const [what, work, index] of lists) {
    it(`${what} is served by an index, in the order it comes in`, async () => {
      const plans = await plansOf(work);
      expect(plans.length).toBeGreaterThan(0);
      expect(plans[0]).toMatch(index);
      for (const plan of plans)
        expect(plan).not.toMatch(/SCAN (events|dispatches|executions)(?! USING (COVERING )?INDEX dispatches_(check|bad))/);
      for (const plan of plans) expect(plan).not.toContain("TEMP B-TREE");
    });
  }

  it("what each destination is owed is counted in the index alone: the dispatches lie far apart among settled ones", async () => {
    const plans = await plansOf(() => stats(createHub(metered), { from: new Date(0) }));
    expect(plans.at(-1)).toMatch(/SEARCH dispatches USING COVERING INDEX dispatches_check \(destination=\?\)/);
    expect(plans.at(-1)).not.toMatch(/dispatches USING (INDEX|PRIMARY)|SCAN dispatches/);
  });

  it("the ongoing list goes on from a cursor by the index", async () => {
    await store(Array.from({ length: 3 }, (_, number) => ({ type: "later.cursor", data: number })));
    const { cursor } = await listDispatches(createHub(metered), { status: "ongoing", limit: 2 });
    const plans = await plansOf(() => listDispatches(createHub(metered), { status: "ongoing", limit: 2, cursor }));
    expect(plans[0]).toMatch(/SEARCH dispatches USING INDEX dispatches_check \(\(destination,check_at,id\)>/);
    expect(plans.join()).not.toContain("TEMP B-TREE");
  });

  it("the list of failed dispatches merges its three parts without sorting, and goes on from a cursor by the index", async () => {
    for (const nth of [1, 2, 3]) await settledDispatch("failed", { type: "later.cursor", data: nth });
    const first = await listDispatches(createHub(metered), { status: "failed", limit: 2 });
    const plans = await plansOf(() => listDispatches(createHub(metered), { status: "failed", limit: 2, cursor: first.cursor }));
    expect(plans[0]).toContain("MERGE (UNION ALL)");
    expect(plans[0]?.match(/SEARCH dispatches USING INDEX dispatches_bad \(superseded=\? AND \(settled_at,id\)</g)).toHaveLength(3);
    expect(plans.join()).not.toContain("TEMP B-TREE");
  });

  it("an emit with a key looks it up by the index, and the dispatches of what it finds by their range of ids", async () => {
    const event = { type: "later.key", data: 1, source: "tests", key: unique("k") };
    const plans = await plansOf(async () => await emitWith(metered, event));
    const known = plans.at(-1);
    expect(known).toMatch(/SEARCH event USING COVERING INDEX events_key \(key=\? AND source=\?\)/);
    expect(known).toMatch(/SEARCH dispatch USING PRIMARY KEY \(id>\? AND id<\?\)/);
    for (const plan of plans) expect(plan).not.toMatch(/SCAN (event|dispatch|events|dispatches)\b/);
  });

  const repairs: readonly [string, () => Promise<unknown>, RegExp][] = [
    [
      "a sweep that takes",
      async () => {
        const id = await storedDispatch({ type: "later.plan", data: 1 });
        await rows("UPDATE dispatches SET check_at = 0 WHERE id = ?", id);
        return await sweep(hubAt(0, metered));
      },
      /SEARCH dispatches USING PRIMARY KEY \(id=\?\); .*SEARCH dispatches USING INDEX dispatches_check \(destination=\? AND check_at>\? AND check_at<\?\)/,
    ],
    [
      "the count of what is left",
      () => countOverdue(d1, 0, 1_000),
      /SEARCH dispatches USING INDEX dispatches_check \(destination=\? AND check_at>\? AND check_at<\?\)/,
    ],
    [
      "a release",
      () =>
        releaseNext(
          d1,
          { destination: "x", state: "draining", since: 1, rate: 1, moment: 1 },
          { from: 1, stepMs: 1, count: 0, next: 2, now: 1 },
        ),
      /SEARCH controls USING PRIMARY KEY \(destination=\?\)/,
    ],
    ["what the reconciler loads", () => loadOverdue(d1, [{ id: "x", checkAt: 1 }]), /SEARCH dispatch USING PRIMARY KEY \(id=\?\)/],
    ["what was given up", () => deadLetters(createHub(metered), { to: new Date(), destination: "x" }), /USING INDEX dispatches_bad/],
    [
      "a search, of what it found,",
      async () => await countDispatchesOf(d1, [only(await store({ type: "later.plan", data: 1 })).id]),
      /SEARCH dispatches USING PRIMARY KEY \(id>\? AND id<\?\)/,
    ],
    ["the reconciler's claim", () => claimRepair(d1, claimOf("x")), /SEARCH dispatches USING PRIMARY KEY \(id=\?\)/],
    [
      "the reconciler's giving back",
      () => giveBack(d1, { claimed: { id: "x", checkAt: 1 }, back: { checkAt: 2, overdueSince: 1 }, note: claimOf("x").note, error: "e" }),
      /SEARCH dispatches USING PRIMARY KEY \(id=\?\)/,
    ],
    ["the count of a restart", () => countRestart(d1, { id: "x", checkAt: 1 }, 1), /SEARCH dispatches USING PRIMARY KEY \(id=\?\)/],
    [
      "the note of an undeliverable message",
      () => recordUndeliverable(d1, { dispatchIds: ["x", "y"], now: 1, reason: "r", detail: null, noteId: unique("n") }),
      /SEARCH dispatches USING PRIMARY KEY \(id=\?\)/,
    ],
  ];
  for (const [what, work, index] of repairs) {
    it(`${what} finds its dispatches by an index or their ids`, async () => {
      const plans = await plansOf(work);
      expect(plans[0]).toMatch(index);
      // The first destination that is owed something is the first row of its index.
      for (const plan of plans) {
        expect(plan.replaceAll("SCAN dispatches USING COVERING INDEX dispatches_check", "")).not.toMatch(
          /SCAN (dispatch|dispatches|notes|controls)\b/,
        );
      }
    });
  }

  function claimOf(id: string) {
    const to = { status: "ongoing", checkAt: 2, recoveries: 0, overdueSince: 1 } as const;
    const note = { subjectId: id, id: unique("n"), at: 1, kind: "repair" as const, by: "reconciler", reason: "stuck", detail: "{}" };
    return { taken: { id, checkAt: 1 }, to, note };
  }

  it("an attempt finds all it needs by primary keys", async () => {
    const id = await storedDispatch({ type: "once.plan", data: 1 });
    const plans = await plansOf(async () => await attempt(createHub(metered), id));
    expect(plans[0]).toMatch(/SEARCH dispatch USING PRIMARY KEY \(id=\?\)/);
    expect(plans[0]).toMatch(/SEARCH event USING PRIMARY KEY \(id=\?\)/);
    expect(plans[0]).toMatch(/SEARCH executions USING PRIMARY KEY \(dispatch_id=\?\)/);
    for (const plan of plans) expect(plan).not.toMatch(/SCAN (event|dispatch|events|dispatches|executions|controls)\b/);
  });
});
