import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Health } from "../../schema/contract/health.ts";
import type { Problem, ProblemCode } from "../../schema/contract/problems.ts";
import { CHECK, MINUTE_MS } from "../../schema/limits.ts";
import { keepBulkRun } from "../../src/bindings/bulk-runs.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { getDispatch } from "../../src/hub/read/dispatches.ts";
import { getEvent } from "../../src/hub/read/events.ts";
import { health } from "../../src/hub/read/health.ts";
import { sweep } from "../../src/reconciler/sweep.ts";
import { look } from "./support/attempts.ts";
import { consoleOf } from "./support/console.ts";
import { consume, DEAD_LETTER_QUEUE } from "./support/consume.ts";
import { failureOf } from "./support/failures.ts";
import { deafQueue, emitWith, envWith, hub, hubAt, only, storedDispatch, unique } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { dispatchRow, rows } from "./support/rows.ts";

/** The hub with every binding that its configuration names, and others in their place. */
const wired = (changes: Parameters<typeof envWith>[0] = {}) => envWith({ NOT_BOUND: env.SCRIPTED, ...changes });

/** What one has logged about its deployment meanwhile: a code each. */
function logged() {
  const lines: string[] = [];
  const spy = vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
  onTestFinished(() => spy.mockRestore());
  return () =>
    lines.map((line) => JSON.parse(line) as { door: string; code: string; message: string }).filter(({ door }) => door === "self-check");
}

async function problemsAt(given: Env, now = Date.now()): Promise<readonly Problem[]> {
  return (await health(hubAt(now, given))).problems;
}

const textOf = async (response: Response) => (await response.text()).replaceAll("&quot;", '"').replaceAll("&#39;", "'");

/** Somebody has swept just now. */
const sweptNow = async () => void (await sweep(createHub(envWith({ DISPATCH_QUEUE: deafQueue }))));

describe("a hub without its database", () => {
  const mistakes: readonly [what: string, changes: Parameters<typeof envWith>[0], cause: string][] = [
    ["not bound", { DB: undefined, EMPTY_DB: undefined }, 'the hub has no D1 database bound as "DB"'],
    ["bound by another name", { DB: undefined }, 'the hub has no D1 database bound as "DB", only as "EMPTY_DB"'],
    ["a queue of that name", { DB: env.DISPATCH_QUEUE, EMPTY_DB: undefined }, 'the hub\'s binding "DB" is not a D1 database'],
  ];
  for (const [what, changes, cause] of mistakes) {
    it(`refuses emit and everything else by what is missing and how to bind it, also to machines and on its pages: ${what}`, async () => {
      const given = wired(changes);
      const lines = logged();
      const calls: readonly Promise<unknown>[] = [
        emitWith(given, { type: "fast.none", data: 1 }),
        health(createHub(given)),
        getEvent(createHub(given), "x"),
        sweep(createHub(given)),
      ];
      for (const call of calls) {
        const text = await failureOf(call);
        expect(text).toContain(`(hub.misconfigured) Nothing was stored: ${cause}: `);
        expect(text).toContain('[[d1_databases]] binding = "DB"');
      }
      expect(lines().map(({ code, message }) => [code, message.startsWith(cause)])).toEqual([["binding.missing", true]]);
      const machines = await consoleOf(changes).get("/health");
      expect(machines.status).toBe(503);
      expect(await machines.json()).toEqual({
        problems: [{ code: "hub.misconfigured", cause: expect.stringContaining(cause), cure: expect.any(String) }],
      });
      for (const path of ["/", "/events", "/dispatches", "/dead-letters"]) {
        const page = await consoleOf(changes).get(path);
        const html = await textOf(page);
        expect([path, page.status, html.includes(cause), html.includes("All is well")]).toEqual([path, 503, true, false]);
      }
    });
  }
});

describe("a hub that accepts and cannot start", () => {
  const mistakes: readonly [binding: keyof Env, cause: string, cure: string][] = [
    ["DISPATCH_QUEUE", 'the hub has no queue bound as "DISPATCH_QUEUE"', '[[queues.producers]] binding = "DISPATCH_QUEUE"'],
    [
      "DISPATCH_WORKFLOW",
      'the hub has no workflow bound as "DISPATCH_WORKFLOW"',
      '[[workflows]] binding = "DISPATCH_WORKFLOW", class_name = "DispatchWorkflow"',
    ],
    [
      "BULK_WORKFLOW",
      'the hub has no workflow bound as "BULK_WORKFLOW"',
      '[[workflows]] binding = "BULK_WORKFLOW", class_name = "BulkWorkflow"',
    ],
  ];
  for (const [binding, cause, cure] of mistakes) {
    it(`keeps what is emitted, and says loudly what is missing: ${binding}`, async () => {
      const lines = logged();
      const given = wired({ [binding]: undefined });
      const receipt = only(await emitWith(given, { type: "later.kept", data: 1 }));
      expect(await getEvent(createHub(env), receipt.id)).not.toBeNull();
      const codes: ProblemCode[] = ["binding.missing"];
      expect(lines().map(({ code }) => code)).toEqual(codes);
      const problem = only(await problemsAt(given));
      expect(problem).toMatchObject({ code: "binding.missing" });
      expect([problem.cause.startsWith(cause), problem.cure]).toEqual([true, expect.stringContaining(cure)]);
      await expectSaid({ [binding]: undefined }, problem);
    });
  }

  it("says which binding an order to start has failed for", async () => {
    const given = wired({ DISPATCH_QUEUE: undefined });
    const spy = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => spy.mockRestore());
    await emitWith(given, { type: "fast.kept", data: 1 });
    expect(spy.mock.calls.map(([line]) => String(line)).filter((line) => line.includes("emit.enqueue"))).toEqual([
      expect.stringContaining('the hub has no queue bound as \\"DISPATCH_QUEUE\\"'),
    ]);
  });
});

it("a run that cannot be asked for says which binding is missing, and so does a bulk operation that cannot be started", async () => {
  const id = await storedDispatch({ type: "later.unasked", data: 1 });
  const dispatch = await getDispatch(createHub(wired({ DISPATCH_WORKFLOW: undefined })), id);
  expect(dispatch?.run).toMatchObject({ status: "unknown", error: { message: 'the hub has no workflow bound as "DISPATCH_WORKFLOW"' } });
  const missing = wired({ BULK_WORKFLOW: undefined });
  expect(await failureOf(keepBulkRun(missing.BULK_WORKFLOW, "x"))).toBe('the hub has no workflow bound as "BULK_WORKFLOW"');
});

it("a hub without a configuration is told which variable is missing, by emit, to machines and on the page", async () => {
  const missing = { HUB_CONFIG: undefined };
  const said = "HUB_CONFIG is missing: say which destinations and routes there are, [vars.HUB_CONFIG]";
  expect(await failureOf(emitWith(wired(missing), { type: "fast.unconfigured", data: 1 }))).toMatch(
    /^\(config\.invalid\) .*HUB_CONFIG is missing/,
  );
  for (const path of ["/", "/health"]) {
    const answer = await consoleOf(missing).get(path);
    expect([path, answer.status, (await textOf(answer)).includes(said)]).toEqual([path, 503, true]);
  }
});

/** To machines and to people, with 503, and nowhere that all is well. */
async function expectSaid(changes: Parameters<typeof consoleOf>[0], { code, cause, cure }: Problem) {
  const machines = await consoleOf(changes).get("/health");
  expect([machines.status, (await machines.json<Health>()).problems]).toEqual([503, [{ code, cause, cure }]]);
  const page = await consoleOf(changes).get("/");
  const html = await textOf(page);
  expect([page.status, html.includes(cause.slice(1)), html.includes(cure.split("<")[0] ?? ""), html.includes("All is well")]).toEqual([
    503,
    true,
    true,
    false,
  ]);
}

describe("a destination that is bound to nothing that can be called", () => {
  const unreachable: readonly [what: string, bound: Record<string, unknown>, code: ProblemCode, cause: string][] = [
    [
      "nothing of that name, and one nearly so",
      { NOT_BOUND: undefined, NOT_BOUNDS: env.SCRIPTED },
      "destination.unbound",
      'the hub has no service binding "NOT_BOUND" for destination "unbound"; did you mean "NOT_BOUNDS"?',
    ],
    [
      "a database",
      { NOT_BOUND: env.DB },
      "destination.unbound",
      'the hub\'s binding "NOT_BOUND" for destination "unbound" is not a service binding',
    ],
  ];
  for (const [what, bound, code, cause] of unreachable) {
    it(`is named before anything is owed to it, and in the record of an attempt: ${what}`, async () => {
      await sweptNow();
      const given = wired(bound);
      const problem = only(await problemsAt(given));
      expect(problem).toMatchObject({ code, cause });
      await expectSaid(bound, problem);
      const id = await storedDispatch({ type: "unbound.named", data: 1 });
      await look(id, given);
      expect(await dispatchRow(id)).toMatchObject({ status: "misconfigured", reason: `${problem.cause}: ${problem.cure}` });
    });
  }

  it("is told from one that is bound and cannot be called since RPC is off", async () => {
    const id = await storedDispatch({ type: "unbound.rpc", data: 1 });
    await look(id, wired({ NOT_BOUND: { fetch: () => undefined } }));
    const { status, reason } = await dispatchRow(id);
    expect([status, reason]).toEqual([
      "misconfigured",
      expect.stringContaining(
        'cannot call its service binding "NOT_BOUND" for destination "unbound", since its compatibility date leaves RPC off',
      ),
    ]);
  });
});

describe("sweeps that do not come", () => {
  /** As if the hub had been deployed so long ago, and swept, or not. */
  async function lastSweep(ago: number | undefined): Promise<void> {
    await hub.health();
    await rows("UPDATE d1_migrations SET applied_at = datetime('now', '-1 hour')");
    await rows("DELETE FROM beats");
    if (ago !== undefined) await sweep(hubAt(Date.now() - ago, envWith({ DISPATCH_QUEUE: deafQueue })));
  }

  it("are a problem after five minutes, with how long and how to mend it here and under wrangler dev", async () => {
    await lastSweep(CHECK.missingMs + 2 * MINUTE_MS);
    const problem = only(await problemsAt(wired()));
    expect(problem).toMatchObject({ code: "sweep.missing", cause: expect.stringContaining("no sweep has ended for 7 minutes") });
    expect(problem.cure).toContain('[triggers] crons = ["* * * * *"]');
    expect(problem.cure).toContain("/cdn-cgi/local/scheduled");
    const html = await textOf(await consoleOf().get("/"));
    expect([html.includes("No sweep has ended for"), html.includes("All is well")]).toEqual([true, false]);
    expect((await consoleOf().get("/health")).status).toBe(503);
  });

  it("are one where there was never any, counted from when the database had room for them", async () => {
    await lastSweep(undefined);
    expect(await problemsAt(wired())).toMatchObject([{ code: "sweep.missing", cause: expect.stringContaining("for 60 minutes") }]);
    await rows("UPDATE d1_migrations SET applied_at = CURRENT_TIMESTAMP");
    expect(await problemsAt(wired())).toEqual([]);
  });

  it("are none within five minutes, and health says what the last one did", async () => {
    await lastSweep(CHECK.missingMs - MINUTE_MS);
    const { problems, lastSweep: last } = await health(createHub(wired()));
    expect(problems).toEqual([]);
    expect(Date.now() - Date.parse(last?.at ?? "")).toBeLessThan(CHECK.missingMs);
    expect(last).toMatchObject({ taken: 0, left: 0 });
    expect((await consoleOf().get("/health")).status).toBe(200);
  });

  it("are not put down to the cron where the queue they need is missing", async () => {
    await lastSweep(undefined);
    expect((await problemsAt(wired({ DISPATCH_QUEUE: undefined }))).map(({ code }) => code)).toEqual(["binding.missing"]);
  });
});

describe("a queue that nobody empties", () => {
  it("is a problem when what is swept is due for five minutes, was never looked at, and nothing has settled meanwhile", async () => {
    await hub.health();
    await rows("DELETE FROM dispatches");
    const late = await storedDispatch({ type: "fast.unconsumed", data: 1 });
    await sweptNow();
    const now = Date.now() + CHECK.missingMs + MINUTE_MS;
    await sweep(hubAt(now, envWith({ DISPATCH_QUEUE: deafQueue })));
    expect(await problemsAt(wired(), now)).toMatchObject([
      { code: "queue.unconsumed", cure: expect.stringContaining("[[queues.consumers]]") },
    ]);
    expect(await problemsAt(wired(), Date.now())).toEqual([]);

    await rows("INSERT INTO controls (destination, state, since, by) VALUES ('scripted', 'paused', 1, 'ada')");
    expect(await problemsAt(wired(), now)).toEqual([]);
    await rows("DELETE FROM controls");
    await rows("UPDATE dispatches SET overdue_since = ? WHERE id = ?", now, late);
    expect(await problemsAt(wired(), now)).toEqual([]);
    await rows("UPDATE dispatches SET overdue_since = NULL WHERE id = ?", late);
    await rows(
      `INSERT INTO dispatches (id, event_id, route, destination, policy, status, due_at, settled_at) VALUES (?1, 'e', 'r', 'd', '{}', 'complete', 0, ?2)`,
      `${late.slice(0, 36)}-9`,
      now - CHECK.missingMs + 1,
    );
    expect(await problemsAt(wired(), now)).toEqual([]);
    await rows("DELETE FROM dispatches");
    await rows("DELETE FROM beats");
  });
});

describe("a dead-letter queue that cannot be told from the other", () => {
  it("is named once both were seen, in the log and in health", async () => {
    await sweptNow();
    const lines = logged();
    const given = wired({ DISPATCH_QUEUE: deafQueue });
    const batch = [{ kind: "reconcile", dispatches: [{ id: unique("none-"), checkAt: 1 }] }];
    for (const queue of ["shop-dispatches", "shop-dispatches", DEAD_LETTER_QUEUE]) await consume(batch, given, queue);
    expect([lines(), await problemsAt(given)]).toEqual([[], []]);
    for (let times = 0; times < 2; times++) await consume(batch, given, "shop-dlq");
    expect(lines().map(({ code }) => code)).toEqual(["queue.unnamed"]);
    expect(await problemsAt(given)).toMatchObject([
      {
        code: "queue.unnamed",
        cause: expect.stringContaining('"shop-dispatches" and "shop-dlq"'),
        cure: expect.stringContaining('"-dead-letters"'),
      },
    ]);
  });
});

it("a hub that is whole has no problem, logs none, and asks the database for nothing on its account", async () => {
  await sweptNow();
  const { d1, measure } = meteredD1(env.DB);
  const given = wired({ DB: d1, DISPATCH_QUEUE: deafQueue });
  const lines = logged();
  await emitWith(given, { type: "later.whole", data: 1 });
  const { cost } = await measure(async () => await emitWith(given, { type: "later.whole", data: 1 }));
  expect(cost.roundTrips).toBe(1);
  expect([lines(), await problemsAt(given)]).toEqual([[], []]);
});
