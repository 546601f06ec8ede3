import { introspectWorkflowInstance } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { HandleReply } from "../../schema/contract/delivery.ts";
import type { Status } from "../../schema/contract/statuses.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { readDeliverResult } from "../../src/executor/deliver-result.ts";
import { record } from "../../src/executor/record.ts";
import { callsOf, errorOf, look, lookToTheEnd, makeDue, refuseExecutions, replying } from "./support/attempts.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { envWith, hub, startedDispatch, storedDispatch, unique } from "./support/hub.ts";
import { dispatchRow, eventsCausedBy, executionsOf, rows, settled, until } from "./support/rows.ts";
import { stepsOf } from "./support/run-events.ts";

const runOf = async (id: string) =>
  await until(async () => await env.DISPATCH_WORKFLOW.get(id).catch(() => undefined), { what: `run ${id}` });

/** How long each attempt waited after the one before, as planned: the database's own due time. */
async function plannedWaits(id: string, given?: Env): Promise<number[]> {
  const waits: number[] = [];
  for (;;) {
    await look(id, given);
    const { status, due_at } = await dispatchRow(id);
    if (status !== "ongoing") return waits;
    waits.push(due_at - ((await executionsOf(id)).at(-1)?.finished_at ?? 0));
    await makeDue(id);
  }
}

describe.concurrent("what an attempt comes to", () => {
  const outcomes: readonly [string, string, Status, string | null][] = [
    ['"complete"', "complete", "complete", null],
    ['"ignored"', "ignored", "ignored", null],
    ['"failed"', "failed", "failed", "the destination replied failed"],
  ];
  for (const [what, reply, status, reason] of outcomes) {
    it(`a destination that replies ${what} settles the dispatch as ${status}, and its run ends well`, async () => {
      const id = await startedDispatch({ type: "once.outcome", data: { script: [reply] } });
      const before = Date.now();
      const stand = await settled(id);
      expect(stand).toMatchObject({ status, reason, attempts: 1, check_at: null });
      expect(Math.abs((stand.settled_at ?? 0) - before)).toBeLessThan(10_000);
      expect(await executionsOf(id)).toMatchObject([{ attempt: 1, outcome: status }]);
      await until(async () => ((await hub.getDispatch(id))?.run.status === "complete" ? true : undefined), { what: "the run to end" });
    });
  }

  it("a destination that has no handle() settles its dispatch as misconfigured", async () => {
    const id = await startedDispatch({ type: "mute-now.outcome", data: 1 });
    expect(await settled(id)).toMatchObject({ status: "misconfigured", attempts: 1 });
    expect(await executionsOf(id)).toMatchObject([{ attempt: 1, outcome: "misconfigured" }]);
  });

  it("a destination the hub has no binding for settles its dispatch as misconfigured", async () => {
    const id = await startedDispatch({ type: "unbound.outcome", data: 1 });
    expect(await settled(id)).toMatchObject({ status: "misconfigured", reason: expect.stringContaining('"NOT_BOUND"') });
  });

  it("a dispatch whose destination is no longer declared is misconfigured, and goes on when it is declared again", async () => {
    const id = await storedDispatch({ type: "once.undeclared", data: 1 });
    expect(await look(id, envWith({ HUB_CONFIG: { destinations: {}, routes: [] } }))).toMatch(/^retry:/);
    expect(await executionsOf(id)).toMatchObject([{ outcome: "misconfigured" }]);
    await lookToTheEnd(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "complete", attempts: 2 });
  });

  it("a reply as an object counts by its status and tells its reason", async () => {
    const complete = await storedDispatch({ type: "once.object", data: { script: [{ status: "complete" }] } });
    const ignored = await storedDispatch({ type: "once.object", data: { script: [{ status: "ignored", emit: [] }] } });
    const failed = await storedDispatch({ type: "once.object", data: { script: [{ status: "failed", reason: "out of stock" }] } });
    for (const id of [complete, ignored, failed]) await lookToTheEnd(id);
    expect((await dispatchRow(complete)).status).toBe("complete");
    expect((await dispatchRow(ignored)).status).toBe("ignored");
    expect(await dispatchRow(failed)).toMatchObject({ status: "failed", reason: "out of stock" });
  });

  it("of an error are kept its name, its message and the first lines of its stack, and nothing of the event", async () => {
    const id = await storedDispatch({ type: "once.throw", data: { script: [{ throws: "no such order" }], secret: "do-not-keep" } });
    await lookToTheEnd(id);
    const [execution] = await executionsOf(id);
    const error = errorOf(execution);
    expect(error).toMatchObject({ name: "TypeError", message: "no such order" });
    expect(error?.stack?.split("\n").length).toBeLessThanOrEqual(5);
    expect(JSON.stringify([execution, await dispatchRow(id)])).not.toContain("do-not-keep");
  });

  it("the destination gets the event as it was emitted, and who asks for which time", async () => {
    const event = { type: "constant.delivered", data: { script: ["failed", "complete"], n: 0 }, source: "tests", subject: "s" };
    const id = await startedDispatch({ ...event, time: "2026-01-02T03:04:05.678Z" });
    await settled(id);
    const eventId = id.slice(0, 36);
    const delivery = {
      dispatchId: id,
      destination: "scripted",
      route: "constant",
      cause: { correlationId: eventId, causationId: id, depth: 0 },
    };
    const delivered = { ...event, id: eventId, time: "2026-01-02T03:04:05.678Z", correlationId: eventId, depth: 0 };
    expect((await callsOf(id)).map(({ event: seen, delivery: by }) => ({ seen, by }))).toEqual([
      { seen: delivered, by: { ...delivery, attempt: 1 } },
      { seen: delivered, by: { ...delivery, attempt: 2 } },
    ]);
  });

  it("a run of a dispatch that does not exist ends", async () => {
    expect(await look(unique("nobody"))).toBe('{"status":"gone"}');
  });

  it("a look at a settled dispatch changes nothing and calls nobody", async () => {
    const id = await storedDispatch({ type: "once.again", data: 1 });
    await lookToTheEnd(id);
    const before = await dispatchRow(id);
    expect(await look(id)).toBe('{"status":"complete"}');
    expect(await dispatchRow(id)).toEqual(before);
    expect(await callsOf(id)).toHaveLength(1);
  });
});

describe.concurrent("a reply that is none", () => {
  const replies: readonly unknown[] = [
    "done",
    "",
    42,
    null,
    true,
    [],
    {},
    { status: "done" },
    { odd: "nothing" },
    { odd: "date" },
    { odd: "map" },
    { odd: "function" },
    { odd: "target" },
  ];
  for (const reply of replies) {
    it(`the reply ${JSON.stringify(reply)} counts as failed and says what was expected`, async () => {
      const id = await storedDispatch({ type: "once.reply", data: { script: [reply] } as never });
      await lookToTheEnd(id);
      expect(await dispatchRow(id)).toMatchObject({ status: "failed", reason: expect.stringContaining("handle() must reply") });
      expect(errorOf((await executionsOf(id))[0])).toMatchObject({ name: "UnknownReply" });
    });
  }

  const heard: readonly [reply: object, status: string, reason: string | null][] = [
    [{ status: "complete", also: 1 }, "complete", null],
    [{ status: "complete", emit: "order.placed" }, "failed", "(reply.invalid) emit: expected a list of events"],
    [{ status: "failed", emit: [] }, "failed", "the destination replied failed"],
    [{ status: "failed", retryAfter: "soon", reason: "busy" }, "failed", "busy"],
    [{ status: "failed", retryAfter: "400 days", reason: "busy" }, "failed", "busy"],
    [{ status: "failed", retryable: 0, reason: "busy" }, "failed", "busy"],
  ];
  for (const [reply, status, reason] of heard) {
    it(`the reply ${JSON.stringify(reply)} is heard by its status: ${status}`, async () => {
      const id = await storedDispatch({ type: "once.reply", data: { script: [reply] } as never });
      await lookToTheEnd(id);
      expect(await dispatchRow(id)).toMatchObject({ status, reason });
    });
  }

  const thrown: readonly [string, object, RegExp][] = [
    ["a text", { odd: "throw text" }, /text, not an error/],
    ["undefined", { odd: "throw nothing" }, /undefined/],
    ["an error whose message cannot be stored", { odd: "throw NUL" }, /^a.b .$/],
    ["an error without a message", { throws: "" }, /^$/],
    ["a reply that cannot be sent", { odd: "uncloneable" }, /could not be cloned/],
    ["a reply of 40 MB", { bytes: 40_000_000 }, /limited to 32MiB/],
  ];
  for (const [what, entry, reason] of thrown) {
    it(`a destination that throws ${what} has failed`, async () => {
      const id = await storedDispatch({ type: "once.throws", data: { script: [entry] } as never });
      await lookToTheEnd(id);
      expect(await dispatchRow(id)).toMatchObject({ status: "failed", reason: expect.stringMatching(reason) });
    });
  }

  it("what a destination returns is disposed of, be it data with stubs in it or a stub itself", async () => {
    const disposed: string[] = [];
    const returns = [
      { status: "complete", [Symbol.dispose]: () => disposed.push("data") },
      Object.assign(() => "complete", { [Symbol.dispose]: () => disposed.push("stub") }),
    ];
    for (const returned of returns)
      await look(
        await storedDispatch({ type: "once.disposed", data: 1 }),
        replying(() => returned),
      );
    expect(disposed).toEqual(["data", "stub"]);
  });

  it("a reply that is none is tried again by the policy, as a throw is", async () => {
    const id = await storedDispatch({ type: "fast.reply", data: { script: ["done", "complete"] } });
    await lookToTheEnd(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "complete", attempts: 2 });
  });
});

describe.concurrent("retries", () => {
  const backoffs: readonly [string, string, number[]][] = [
    ["constant", "the same each time", [300, 300, 300]],
    ["linear", "longer by the delay", [300, 600, 900]],
    ["exponential", "twice as long", [300, 600, 1_200]],
    ["capped", "twice as long up to the cap", [300, 500, 500]],
  ];
  for (const [route, growth, waits] of backoffs) {
    it(`with ${route} back-off the wait is ${growth}, and the dispatch settles as failed after its last retry`, async () => {
      const id = await storedDispatch({ type: `${route}.planned`, data: { script: ["failed"] } });
      expect(await plannedWaits(id)).toEqual(waits);
      expect(await dispatchRow(id)).toMatchObject({ status: "failed", attempts: 4 });
    });

    it(`a run with ${route} back-off waits so long between attempts`, async () => {
      const id = await startedDispatch({ type: `${route}.run`, data: { script: ["failed"] } });
      expect(await settled(id)).toMatchObject({ status: "failed", attempts: 4 });
      const executions = await executionsOf(id);
      const waited = executions.slice(1).map(({ started_at }, index) => started_at - (executions[index]?.finished_at ?? 0));
      for (const [index, wait] of waits.entries()) expect(waited[index]).toBeGreaterThanOrEqual(wait);
      for (const [index, wait] of waits.entries()) expect(waited[index]).toBeLessThan(wait + 5_000);
    });
  }

  it("with full jitter the wait is drawn anew each time, from nothing to the whole", async () => {
    const id = await storedDispatch({
      type: "jittered.planned",
      data: { script: Array.from({ length: 30 }, () => "failed").concat("complete") },
    });
    const waits = await plannedWaits(id);
    expect(waits).toHaveLength(30);
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(0);
    for (const wait of waits) expect(wait).toBeLessThan(3_600_000);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(360_000);
  });

  it("a limit of 0 means one attempt and no more", async () => {
    const id = await startedDispatch({ type: "once.limit", data: { script: ["failed", "complete"] } });
    expect(await settled(id)).toMatchObject({ status: "failed", attempts: 1 });
  });

  it("a delay of 0 means that the next attempt comes at once", async () => {
    const event = { type: "instant.retry", data: { script: ["failed", "failed", "complete"] } };
    expect(await plannedWaits(await storedDispatch(event))).toEqual([0, 0]);
    expect(await settled(await startedDispatch(event))).toMatchObject({ status: "complete", attempts: 3 });
  });

  it("a destination that asks for a time with retryAfter gets it, be it none or longer than the policy's longest", async () => {
    const script = (["0s", "700ms", "2 days"] as const).map((retryAfter): HandleReply => ({ status: "failed", retryAfter }));
    const id = await storedDispatch({ type: "capped.asked", data: { script: [...script, "complete"] } as never });
    expect(await plannedWaits(id)).toEqual([0, 700, 2 * 86_400_000]);
  });

  it("what a destination asks for still counts against the limit", async () => {
    const id = await storedDispatch({ type: "capped.asked", data: { script: [{ status: "failed", retryAfter: "0s" }] } });
    await lookToTheEnd(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "failed", attempts: 4 });
  });

  it("a failure that is not retryable settles the dispatch at once, whatever it asks for", async () => {
    const script = [{ status: "failed", retryable: false, retryAfter: "1s", reason: "never" }];
    const id = await storedDispatch({ type: "constant.final", data: { script } });
    await lookToTheEnd(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "failed", attempts: 1, reason: "never" });
  });

  it("a failed attempt moves the moment at which the reconciler looks behind the next one and its timeout", async () => {
    const id = await storedDispatch({ type: "patient.check", data: { script: ["failed"] } });
    await look(id);
    const { due_at, check_at, reason } = await dispatchRow(id);
    expect(check_at).toBe(due_at + 5_000 + 60_000);
    expect(reason).toBe("the destination replied failed");
  });

  it("an attempt that takes longer than its timeout has failed, and the next one gets as long", async () => {
    const id = await startedDispatch({ type: "impatient.hang", data: { script: [{ hangs: true }] } });
    expect(await settled(id)).toMatchObject({ status: "failed", attempts: 2, reason: expect.stringContaining("300 ms") });
    const executions = await executionsOf(id);
    for (const execution of executions) {
      expect(errorOf(execution)).toMatchObject({ name: "Timeout" });
      const took = execution.finished_at - execution.started_at;
      expect(took).toBeGreaterThanOrEqual(290);
      expect(took).toBeLessThan(4_000);
    }
  });

  it("an answer that comes after the timeout changes nothing", async () => {
    const script = [{ takesMs: 600, reply: "complete" }];
    const id = await startedDispatch({ type: "impatient.late", data: { script } });
    const stand = await settled(id);
    await scheduler.wait(700);
    expect(await dispatchRow(id)).toEqual(stand);
    expect(await executionsOf(id)).toMatchObject([{ outcome: "failed" }, { outcome: "failed" }]);
  });
});

describe.concurrent("a destination without handle()", () => {
  it("is tried again on a schedule of its own until its time is over, with no retry used up", async () => {
    const id = await startedDispatch({ type: "mute.run", data: 1 });
    expect(await settled(id)).toMatchObject({ status: "misconfigured", attempts: 3 });
    const executions = await executionsOf(id);
    expect(executions.map(({ outcome }) => outcome)).toEqual(["misconfigured", "misconfigured", "misconfigured"]);
    expect((executions[2]?.started_at ?? 0) - (executions[0]?.started_at ?? 0)).toBeGreaterThanOrEqual(2_000);
  });

  it("waits twice as long each time up to the longest, whatever the retry policy says", async () => {
    const id = await storedDispatch({ type: "odd", data: 1 }, mended("MUTE"));
    const waits: number[] = [];
    for (let attempts = 1; attempts <= 4; attempts++) {
      await look(id, mended("MUTE"));
      const { due_at } = await dispatchRow(id);
      waits.push(due_at - ((await executionsOf(id)).at(-1)?.finished_at ?? 0));
      await makeDue(id);
    }
    expect(waits).toEqual([1_000, 2_000, 3_000, 3_000]);
  });

  it("has all its retries left once it is mended", async () => {
    const id = await storedDispatch({ type: "odd", data: { script: ["failed"] } }, mended("MUTE"));
    for (let attempts = 1; attempts <= 3; attempts++) {
      await look(id, mended("MUTE"));
      await makeDue(id);
    }
    await lookToTheEnd(id, mended("SCRIPTED"));
    expect(await dispatchRow(id)).toMatchObject({ status: "failed", attempts: 5 });
    expect((await executionsOf(id)).map(({ outcome }) => outcome)).toEqual([
      ...["misconfigured", "misconfigured", "misconfigured"],
      ...["failed", "failed"],
    ]);
  });

  function mended(worker: string): Env {
    const defaults = { retry: { limit: 1, delay: "0s" }, misconfigured: { delay: "1s", maxDelay: "3s", for: "1 day" } };
    return envWith({ HUB_CONFIG: { defaults, destinations: { odd: { worker } }, routes: [{ id: "odd", on: "odd", to: "odd" }] } });
  }
});

describe.concurrent("no attempt before it is due", () => {
  const wakings: readonly [string, (run: WorkflowInstance, id: string) => Promise<unknown>][] = [
    ["it gets an event", async (run) => await run.sendEvent({ type: "wake", payload: null })],
    ["it is restarted", async (run) => await run.restart()],
    [
      "it is deleted and created anew",
      async (_run, id) => {
        await env.DISPATCH_WORKFLOW.deleteBatch([id]);
        await env.DISPATCH_WORKFLOW.createBatch({ instances: [{ id, params: { id, dueAt: 0 } }] });
      },
    ],
  ];
  for (const [what, wake] of wakings) {
    it(`a run that waits to retry makes no attempt too early when ${what}, and counts on`, async () => {
      const id = await startedDispatch({ type: "patient.woken", data: { script: ["failed", "complete"] } });
      const due = await until(
        async () => {
          const row = await dispatchRow(id);
          return row.attempts === 1 ? row.due_at : undefined;
        },
        { what: "the first attempt" },
      );
      await wake(await runOf(id), id);
      expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
      const [, second] = await executionsOf(id);
      expect(second?.started_at).toBeGreaterThanOrEqual(due);
      expect((await callsOf(id)).map(({ delivery }) => delivery["attempt"])).toEqual([1, 2]);
    });

    it(`a delayed run makes no attempt too early when ${what}`, async () => {
      const id = await startedDispatch({ type: "delayed.woken", data: 1 });
      const { due_at } = await dispatchRow(id);
      await wake(await runOf(id), id);
      expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
      expect((await executionsOf(id))[0]?.started_at).toBeGreaterThanOrEqual(due_at);
      expect(await callsOf(id)).toHaveLength(1);
    });
  }

  it("a run whose waits are all skipped by the engine makes no attempt too early", async () => {
    const id = await storedDispatch({ type: "constant.skipped", data: { script: ["failed", "failed", "complete"] } });
    await using run = await introspectWorkflowInstance(env.DISPATCH_WORKFLOW, id);
    await run.modify(async (modifier) => await modifier.disableRetryDelays());
    await env.DISPATCH_WORKFLOW.createBatch({ instances: [{ id, params: { id, dueAt: 0 } }] });
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 3 });
    const executions = await executionsOf(id);
    for (const [index, { started_at }] of executions.slice(1).entries()) {
      expect(started_at - (executions[index]?.finished_at ?? 0)).toBeGreaterThanOrEqual(300);
    }
  });

  it("a paused destination is not called and uses up no attempt, and goes on when it is free again", async () => {
    const id = await storedDispatch({ type: "pausable.x", data: 1 });
    await rows(`INSERT INTO controls (destination, state, since, "by") VALUES ('pausable', 'paused', 0, 'tests')`);
    expect(await look(id)).toBe('{"status":"held"}');
    expect(await look(id)).toBe('{"status":"held"}');
    expect(await executionsOf(id)).toEqual([]);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 0 });
    await rows("DELETE FROM controls");
    await lookToTheEnd(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "complete", attempts: 1 });
  });
});

describe.concurrent("billed steps", () => {
  const runs: readonly [string, string, HandleReply[], string[]][] = [
    ["an immediate dispatch", "fast.steps", ["complete"], ["step_completed deliver-1"]],
    ["a dispatch that is retried", "fast.steps", ["failed", "failed", "complete"], ["step_completed deliver-1"]],
    ["a dispatch that fails in the end", "fast.steps", ["failed"], ["step_completed deliver-1"]],
    ["a delayed dispatch", "delayed.steps", ["complete"], ["sleep_completed until due-1", "step_completed deliver-1"]],
  ];
  for (const [what, type, script, steps] of runs) {
    it(`${what} takes ${steps.length === 1 ? "one step" : "two steps"}`, async () => {
      const id = await startedDispatch({ type, data: { script } as never });
      await settled(id);
      expect(await stepsOf(env.DISPATCH_WORKFLOW, id)).toEqual(steps);
    });
  }
});

describe.concurrent("one destination's trouble is its own", () => {
  it("a destination that throws, hangs, replies 40 MB or has no handle() harms only its own dispatch", async () => {
    const scripts = { scripted: [{ throws: "no" }], second: ["complete"], third: [{ hangs: true }], fourth: [{ bytes: 40_000_000 }] };
    const [receipt] = await hub.emit({ type: "fan.trouble", data: { scripts } as never });
    const stands = await Promise.all((receipt?.dispatches ?? []).map(async ({ id }) => await settled(id)));
    expect(stands.map(({ destination, status, attempts }) => [destination, status, attempts])).toEqual([
      ["scripted", "failed", 3],
      ["second", "complete", 1],
      ["third", "failed", 1],
      ["fourth", "failed", 3],
      ["mute", "misconfigured", 1],
    ]);
    const [, second, third] = stands;
    expect(second?.settled_at).toBeLessThan(third?.settled_at ?? 0);
  });
});

describe.concurrent("the record", () => {
  /** Two callers that both load before either records. */
  function together(): () => Promise<void> {
    const both = Promise.withResolvers<void>();
    let arrived = 0;
    return async () => {
      arrived += 1;
      if (arrived === 2) both.resolve();
      await both.promise;
    };
  }

  it("of two attempts at once one is recorded, and only its follow-ups are published", async () => {
    const id = await storedDispatch({ type: "once.twice", data: 1 });
    const meet = together();
    const answering = (name: string) =>
      replying(async () => {
        await meet();
        return { status: "complete", emit: [{ type: "unrouted.twice", data: name }] };
      });
    const results = await Promise.all([look(id, answering("one")), look(id, answering("two"))]);
    expect(results.toSorted()).toEqual(["retry:0", '{"status":"complete"}']);
    expect(await executionsOf(id)).toHaveLength(1);
    expect(await eventsCausedBy(id)).toMatchObject([{ data: JSON.stringify(results[0] === "retry:0" ? "two" : "one") }]);
    expect(await look(id)).toBe('{"status":"complete"}');
  });

  it("of a success and a failure at once the first to be recorded stands", async () => {
    const id = await storedDispatch({ type: "once.disagree", data: 1 });
    const meet = together();
    const answering = (said: HandleReply) =>
      replying(async () => {
        await meet();
        return said;
      });
    await Promise.all([look(id, answering("complete")), look(id, answering("failed"))]);
    const { status, attempts } = await dispatchRow(id);
    expect(await executionsOf(id)).toMatchObject([{ attempt: 1, outcome: status }]);
    expect([attempts, ["complete", "failed"].includes(status)]).toEqual([1, true]);
  });

  it("a record that was committed and reported failed is written once, and its attempt counts as recorded", async () => {
    const id = await storedDispatch({ type: "fast.unheard", data: 1 });
    const reply = { status: "complete", emit: [{ type: "fast.follow", data: 1 }] };
    const d1 = faultyD1(env.DB, { of: /INSERT INTO executions/, faultOf: (nth) => (nth === 1 ? "unheard" : "none") });
    expect(
      await look(
        id,
        replying(() => reply, { DB: d1 }),
      ),
    ).toBe('{"status":"complete"}');
    expect(await executionsOf(id)).toHaveLength(1);
    expect(await eventsCausedBy(id)).toHaveLength(1);
  });

  it("when the database fails after the answer, the record is handed over: handle() is not called again, and it is written later, once", async () => {
    const id = await storedDispatch({
      type: "fast.handed",
      data: { script: [{ status: "complete", emit: [{ type: "fast.follow", data: { a: [0] } }] }] },
    });
    const d1 = faultyD1(env.DB, { of: /INSERT INTO executions/, faultOf: () => "lost" });
    const result = readDeliverResult(await look(id, envWith({ DB: d1 })));
    if (!("unrecorded" in result)) throw new Error(`nothing was handed over: ${JSON.stringify(result)}`);
    expect(await executionsOf(id)).toEqual([]);
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 0 });
    expect(await record(createHub(env), result.unrecorded)).toEqual({ status: "complete" });
    expect(await record(createHub(env), result.unrecorded)).toEqual({ status: "complete" });
    expect(await executionsOf(id)).toHaveLength(1);
    expect(await eventsCausedBy(id)).toMatchObject([{ type: "fast.follow", data: '{"a":[0]}' }]);
    expect(await callsOf(id)).toHaveLength(1);
  });

  it("a run whose record the database refuses writes it in a step of its own, and calls the destination once", async () => {
    const id = await storedDispatch({ type: "fast.refused", data: 1 });
    const accept = await refuseExecutions(id, "disk is full");
    await using run = await introspectWorkflowInstance(env.DISPATCH_WORKFLOW, id);
    await run.modify(async (modifier) => await modifier.disableRetryDelays([{ name: "record 1" }]));
    await env.DISPATCH_WORKFLOW.createBatch({ instances: [{ id, params: { id, dueAt: 0 } }] });
    await run.waitForStepResult({ name: "deliver" });
    expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 0 });
    await accept();
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect(await callsOf(id)).toHaveLength(1);
    expect(await stepsOf(env.DISPATCH_WORKFLOW, id)).toEqual(["step_completed deliver-1", "step_completed record 1-1"]);
  });

  it("a run whose refused record was of a failed attempt goes on with the next one when it is due", async () => {
    const id = await storedDispatch({ type: "constant.refused", data: { script: ["failed", "complete"] } });
    const accept = await refuseExecutions(id, "disk is full");
    await using run = await introspectWorkflowInstance(env.DISPATCH_WORKFLOW, id);
    await run.modify(async (modifier) => await modifier.disableRetryDelays([{ name: "record 1" }]));
    await env.DISPATCH_WORKFLOW.createBatch({ instances: [{ id, params: { id, dueAt: 0 } }] });
    await run.waitForStepResult({ name: "deliver" });
    await accept();
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 2 });
    expect((await callsOf(id)).map(({ delivery }) => delivery["attempt"])).toEqual([1, 2]);
  });
});

describe.concurrent("an answer that comes late", () => {
  /** A dispatch that is settled as `status` by somebody else while its destination answers. */
  async function overtaken(status: Status, said: HandleReply, type = "once.late"): Promise<{ id: string; result: string }> {
    const id = await storedDispatch({ type, data: 1 });
    const answering = replying(async () => {
      await rows("UPDATE dispatches SET status = ?, settled_at = 7, check_at = NULL, reason = 'by hand' WHERE id = ?", status, id);
      return said;
    });
    return { id, result: await look(id, answering) };
  }
  const withFollowUp: HandleReply = { status: "complete", emit: [{ type: "unrouted.late", data: 1 }] };

  it("after the dispatch was cancelled adds its execution, changes nothing and publishes nothing", async () => {
    const { id } = await overtaken("cancelled", withFollowUp);
    expect(await executionsOf(id)).toMatchObject([{ attempt: 1, outcome: "complete" }]);
    expect(await dispatchRow(id)).toMatchObject({ status: "cancelled", settled_at: 7, reason: "by hand" });
    expect(await eventsCausedBy(id)).toEqual([]);
    expect(await look(id)).toBe('{"status":"cancelled"}');
  });

  it("after the dispatch was given up for lost says what really happened, and publishes its follow-ups", async () => {
    const { id, result } = await overtaken("lost", withFollowUp);
    expect(result).toBe('{"status":"complete"}');
    expect(await dispatchRow(id)).toMatchObject({ status: "complete", attempts: 1, reason: null, check_at: null });
    expect(await eventsCausedBy(id)).toHaveLength(1);
  });

  it("that failed for good after the dispatch was given up for lost says so", async () => {
    const { id } = await overtaken("lost", { status: "failed", reason: "it was there" });
    expect(await dispatchRow(id)).toMatchObject({ status: "failed", reason: "it was there" });
  });

  it("that would be retried leaves a lost dispatch lost, with the execution added", async () => {
    const { id } = await overtaken("lost", "failed", "constant.late");
    expect(await dispatchRow(id)).toMatchObject({ status: "lost", reason: "by hand", check_at: null });
    expect(await executionsOf(id)).toMatchObject([{ outcome: "failed" }]);
    expect(await look(id)).toBe('{"status":"lost"}');
  });

  it("after the dispatch settled otherwise changes nothing and publishes nothing", async () => {
    const { id } = await overtaken("failed", withFollowUp);
    expect(await dispatchRow(id)).toMatchObject({ status: "failed", reason: "by hand" });
    expect(await eventsCausedBy(id)).toEqual([]);
  });

  it("with a known key in its follow-ups is still kept out after the dispatch was cancelled", async () => {
    const event = { type: "unrouted.late", source: "tests", key: unique("k") };
    await hub.emit({ ...event, data: 1 });
    const { id } = await overtaken("cancelled", { status: "complete", emit: [{ ...event, data: 2 }] });
    expect(await dispatchRow(id)).toMatchObject({ status: "cancelled" });
    expect(await executionsOf(id)).toHaveLength(1);
  });
});
