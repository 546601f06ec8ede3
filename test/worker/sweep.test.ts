import { createExecutionContext, createMessageBatch, createScheduledController, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Status } from "../../schema/contract/statuses.ts";
import { CHECK } from "../../schema/limits.ts";
import type { DispatchMessage, OverdueDispatch, RunParams } from "../../schema/storage/messages.ts";
import { enqueueRuns } from "../../src/bindings/dispatch-queue.ts";
import { createRuns, findRun } from "../../src/bindings/dispatch-runs.ts";
import { createHub } from "../../src/bindings/hub.ts";
import hubWorker from "../../src/index.ts";
import { sweep } from "../../src/reconciler/sweep.ts";
import { bulkDispatches } from "./support/bulk.ts";
import { failureOf } from "./support/failures.ts";
import { deafQueue, envWith, hubAt, storedDispatch, unique } from "./support/hub.ts";
import { type KeptQueue, keptQueue } from "./support/kept-queue.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { dispatchRow, executionsOf, rows, settled, until } from "./support/rows.ts";
import { runOf } from "./support/runs.ts";

/** A minute of cron. */
async function everyMinute(given: Env = env): Promise<void> {
  await hubWorker.scheduled(createScheduledController(), given);
}

const overdueNow = async (id: string) => await rows("UPDATE dispatches SET check_at = ? WHERE id = ?", Date.now() - 1, id);

/** What a sweep has put on a queue. */
function sweptOnto({ messages }: KeptQueue): OverdueDispatch[] {
  return messages.flatMap((message) => (message.kind === "reconcile" ? message.dispatches : []));
}

const idsOn = (kept: KeptQueue) => sweptOnto(kept).map(({ id }) => id);

/** Starts the ids of dispatches that are gone when the test is over. */
function passingPrefix(prefix: string): string {
  const whole = unique(prefix);
  onTestFinished(async () => void (await rows("DELETE FROM dispatches WHERE id GLOB ?", `${whole}*`)));
  return whole;
}

/** Dispatches without an event or a run, straight into the database. */
function manyDispatches(prefix: string, count: number, { status = "ongoing" as Status, firstCheckAt = 1_000, from = 0 } = {}) {
  return Array.from({ length: count }, (_, index) => {
    const id = `${prefix}-${String(from + index).padStart(6, "0")}`;
    const checkAt = status === "ongoing" ? firstCheckAt + from + index : null;
    return { id, eventId: "e", route: "r", destination: "d", status, checkAt };
  });
}

describe("the sweep", () => {
  it("starts a dispatch whose queue message was lost", async () => {
    const id = await storedDispatch({ type: "fast.lost", data: 1 });
    expect(await findRun(env.DISPATCH_WORKFLOW, id)).toBeNull();
    await overdueNow(id);
    await everyMinute();
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
  });

  it("leaves alone what is not overdue, and moves what it takes out of the next sweep's sight", async () => {
    const [late, later] = [await storedDispatch({ type: "later.late", data: 1 }), await storedDispatch({ type: "later.later", data: 1 })];
    const now = Date.now();
    await rows("UPDATE dispatches SET check_at = ? WHERE id = ?", now, late);
    await rows("UPDATE dispatches SET check_at = ? WHERE id = ?", now + 1, later);
    const sweptAt = async (time: number) => {
      const kept = keptQueue();
      await sweep(hubAt(time, envWith({ DISPATCH_QUEUE: kept.queue })));
      return sweptOnto(kept).filter(({ id }) => [late, later].includes(id));
    };
    expect(await sweptAt(now)).toEqual([{ id: late, checkAt: now + CHECK.sweptMs }]);
    expect((await dispatchRow(late)).check_at).toBe(now + CHECK.sweptMs);
    expect((await dispatchRow(later)).check_at).toBe(now + 1);
    expect(await sweptAt(now)).toEqual([]);
    expect((await sweptAt(now + CHECK.sweptMs)).map(({ id }) => id).toSorted()).toEqual([late, later].toSorted());
  });

  it("starts a delayed dispatch with its due time, so that its run still sleeps until then", async () => {
    const id = await storedDispatch({ type: "later.due", data: 1 });
    await overdueNow(id);
    await everyMinute();
    const { due_at } = await dispatchRow(id);
    await until(async () => ((await dispatchRow(id)).check_at === due_at + CHECK.graceMs ? true : undefined), { what: "the repair" });
    expect((await (await runOf(id)).status()).status).toBe("running");
    expect(await executionsOf(id)).toEqual([]);
  });

  it("ignores what has settled, be its moment long over", async () => {
    const id = unique("settled-");
    await bulkDispatches([{ id, eventId: "e", route: "r", destination: "d", status: "failed", checkAt: 1 }]);
    const kept = keptQueue();
    await sweep(createHub(envWith({ DISPATCH_QUEUE: kept.queue })));
    expect(idsOn(kept)).not.toContain(id);
  });

  it("two sweeps at once take different dispatches, and together all, oldest first", async () => {
    const prefix = passingPrefix("twin-");
    const many = manyDispatches(prefix, CHECK.sweepPage + 500);
    await bulkDispatches(many);
    const [one, two] = [keptQueue(), keptQueue()];
    const now = 1_000 + many.length;
    const swept = await Promise.all([one, two].map(({ queue }) => sweep(hubAt(now, envWith({ DISPATCH_QUEUE: queue })))));
    expect(swept.toSorted((a, b) => a.taken - b.taken)).toEqual([
      { taken: 500, left: 0 },
      { taken: CHECK.sweepPage, left: 0 },
    ]);
    const ids = many.map(({ id }) => id);
    expect([...idsOn(one), ...idsOn(two)].toSorted()).toEqual(ids);
    const larger = swept[0]?.taken === CHECK.sweepPage ? one : two;
    expect(idsOn(larger).toSorted()).toEqual(ids.slice(0, CHECK.sweepPage));
  });

  it("takes 3,000 a call, oldest first, a hundred a message, counts what it leaves, and the next one takes that", async () => {
    const prefix = passingPrefix("pages-");
    const most = CHECK.sweepPage * CHECK.sweepPages;
    for (let from = 0; from < most + 300; from += 1_650) await bulkDispatches(manyDispatches(prefix, 1_650, { from }));
    const now = 1_000 + most + 300;
    const kept = keptQueue();
    expect(await sweep(hubAt(now, envWith({ DISPATCH_QUEUE: kept.queue })))).toEqual({ taken: most, left: 300 });
    expect(kept.messages.map((message) => (message.kind === "reconcile" ? message.dispatches.length : 0))).toEqual(
      Array.from({ length: most / 100 }, () => 100),
    );
    expect(idsOn(kept).toSorted()).toEqual(manyDispatches(prefix, most).map(({ id }) => id));
    kept.messages.length = 0;
    expect(await sweep(hubAt(now, envWith({ DISPATCH_QUEUE: kept.queue })))).toEqual({ taken: 300, left: 0 });
    expect(idsOn(kept).toSorted()).toEqual(manyDispatches(prefix, 300, { from: most }).map(({ id }) => id));
  });

  it("that finds nothing overdue reads as little among 100,000 settled dispatches as among 100", async () => {
    const prefix = passingPrefix("bulk-");
    const { d1, measure } = meteredD1(env.DB);
    const given = envWith({ DB: d1, DISPATCH_QUEUE: deafQueue });
    await bulkDispatches(manyDispatches(prefix, 100, { status: "complete" }));
    await sweep(hubAt(0, given));
    const { cost: small, result } = await measure(async () => await sweep(hubAt(0, given)));
    for (let from = 100; from < 100_000; from += 9_990) await bulkDispatches(manyDispatches(prefix, 9_990, { status: "complete", from }));
    const { cost: large } = await measure(async () => await sweep(hubAt(0, given)));
    const [stored] = await rows<{ count: number }>("SELECT count(*) AS count FROM dispatches WHERE id GLOB ?", `${prefix}*`);
    expect(stored?.count).toBe(100_000);
    expect([result, large]).toEqual([{ taken: 0, left: 0 }, small]);
    // That it ended is the row, and the second round trip.
    expect(large).toMatchObject({ rowsWritten: 1, roundTrips: 2 });
    expect(large.rowsRead).toBeLessThan(20);
  });

  it("gives every destination an equal share: what is owed to one keeps no other waiting", async () => {
    const prefix = passingPrefix("share-");
    const many = manyDispatches(prefix, 2_500, { firstCheckAt: -9_000 });
    const few = manyDispatches(`${prefix}z`, 20, { firstCheckAt: -100 }).map((one, nth) => ({ ...one, destination: `few${nth % 2}` }));
    await bulkDispatches([...many, ...few]);
    const kept = keptQueue();
    expect(await sweep(hubAt(0, envWith({ DISPATCH_QUEUE: kept.queue })))).toEqual({ taken: 334 + 20 + 1_000 + 1_000, left: 166 });
    expect(new Set(idsOn(kept)).size).toBe(2_354);
    expect(idsOn(kept).slice(0, 354)).toEqual(expect.arrayContaining(few.map(({ id }) => id)));
  });

  it("takes nothing and writes nothing but that it ended while the configuration cannot be read, and says what is left", async () => {
    const prefix = passingPrefix("unreadable-");
    await bulkDispatches(manyDispatches(prefix, 30, { firstCheckAt: -9_000 }));
    const kept = keptQueue();
    const { d1, measure } = meteredD1(env.DB);
    const given = envWith({ DB: d1, DISPATCH_QUEUE: kept.queue, HUB_CONFIG: { destinations: 7 } });
    const { cost, result } = await measure(async () => await sweep(hubAt(0, given)));
    expect([result, cost.rowsWritten, kept.messages]).toEqual([{ taken: 0, left: 30 }, 1, []]);
  });

  it("counts trouble anew for what nobody has looked at for long", async () => {
    const [long, lately] = [await storedDispatch({ type: "later.long", data: 1 }), await storedDispatch({ type: "later.lately", data: 1 })];
    const now = Date.now();
    for (const [id, ago] of [
      [long, CHECK.heldMs + 1],
      [lately, CHECK.heldMs],
    ] as const) {
      await rows("UPDATE dispatches SET check_at = ?2, overdue_since = 1, recoveries = 5 WHERE id = ?1", id, now - ago);
    }
    await sweep(hubAt(now, envWith({ DISPATCH_QUEUE: deafQueue })));
    expect([(await dispatchRow(long)).overdue_since, (await dispatchRow(lately)).overdue_since]).toEqual([null, 1]);
  });

  it("does not harm a run that exists: it is called once all the same", async () => {
    const id = await storedDispatch({ type: "delayed.exists", data: 1 });
    const { due_at } = await dispatchRow(id);
    await createRuns(env.DISPATCH_WORKFLOW, [{ id, dueAt: due_at }]);
    await overdueNow(id);
    await everyMinute();
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
  });

  it("whose queue takes nothing fails aloud, and what it took is overdue again later", async () => {
    const id = await storedDispatch({ type: "fast.unsent", data: 1 });
    await overdueNow(id);
    const refusing = { sendBatch: async () => await Promise.reject(new Error("Queue is overloaded. Please back off.")) };
    expect(await failureOf(everyMinute(envWith({ DISPATCH_QUEUE: refusing })))).toContain("overloaded");
    const { status, check_at } = await dispatchRow(id);
    expect(status).toBe("ongoing");
    expect(check_at).toBeLessThanOrEqual(Date.now() + CHECK.sweptMs);
    await overdueNow(id);
    await everyMinute();
    expect(await settled(id)).toMatchObject({ status: "complete" });
  });
});

describe("the queue", () => {
  /** The hub's own consumer, given these messages. */
  async function consumed(bodies: readonly unknown[], given: Env = env, attempts = 1) {
    const messages = bodies.map((body, index) => ({ id: `m${index}`, timestamp: new Date(), attempts, body }));
    const batch = createMessageBatch("flowhub-dispatches", messages);
    const ctx = createExecutionContext();
    await hubWorker.queue(batch, given);
    return await getQueueResult(batch, ctx);
  }

  const message = (...ids: string[]): DispatchMessage => ({ kind: "start", runs: ids.map((id) => ({ id, dueAt: 0 })) });

  it("malformed messages are retried, never acknowledged, and do not spoil the others", async () => {
    const [one, two] = [await storedDispatch({ type: "fast.queued", data: 1 }), await storedDispatch({ type: "fast.queued", data: 2 })];
    const malformed = [
      null,
      "start",
      {},
      { kind: "start", runs: [] },
      { kind: "stop", runs: [] },
      { kind: "start", runs: [{ id: 5, dueAt: 0 }] },
    ];
    const result = await consumed([message(one), ...malformed, message(two)]);
    expect(result.explicitAcks.toSorted()).toEqual(["m0", "m7"]);
    expect(result.retryMessages.map(({ msgId }) => msgId).toSorted()).toEqual(["m1", "m2", "m3", "m4", "m5", "m6"]);
    expect((await settled(one)).status).toBe("complete");
    expect((await settled(two)).status).toBe("complete");
  });

  it("a message that comes twice starts nothing twice", async () => {
    const id = await storedDispatch({ type: "fast.again", data: 1 });
    const results = [await consumed([message(id), message(id)]), await consumed([message(id)])];
    expect(results.flatMap(({ explicitAcks }) => explicitAcks)).toEqual(["m0", "m1", "m0"]);
    expect(await settled(id)).toMatchObject({ attempts: 1 });
    expect(await executionsOf(id)).toHaveLength(1);
  });

  it("a run of a dispatch that nobody stored ends without harm", async () => {
    const id = unique("ghost-");
    expect((await consumed([message(id)])).explicitAcks).toEqual(["m0"]);
    expect(await executionsOf(id)).toEqual([]);
  });

  it("a message of 250 runs is started in calls of at most a hundred", async () => {
    const ids = Array.from({ length: 250 }, () => unique("many-"));
    const started: string[] = [];
    const strict = {
      createBatch: async ({ instances }: { instances: { id: string }[] }) => {
        if (instances.length > 100) throw new Error("a batch holds at most 100 instances");
        started.push(...instances.map(({ id }) => id));
        return { created: instances, errors: [] };
      },
    };
    expect((await consumed([message(...ids)], envWith({ DISPATCH_WORKFLOW: strict }))).explicitAcks).toEqual(["m0"]);
    expect(started).toEqual(ids);
  });

  /** An engine that says this to the first so many orders, and then does as it should. */
  function engineSaying(message: string, times: number): Workflow<RunParams> {
    let left = times;
    return {
      createBatch: async (batch: Parameters<typeof env.DISPATCH_WORKFLOW.createBatch>[0]) => {
        left -= 1;
        if (left >= 0) throw new Error(message);
        return await env.DISPATCH_WORKFLOW.createBatch(batch as never);
      },
    } as unknown as Workflow<RunParams>;
  }

  for (const said of ["workflows.api.error.rate_limited: 429", "Too Many Requests", "instance creation rate limit exceeded"]) {
    it.concurrent(`when the engine says "${said}" the message is acknowledged and its runs come back later, by themselves`, async () => {
      const id = await storedDispatch({ type: "fast.limited", data: 1 });
      const result = await consumed([message(id)], envWith({ DISPATCH_WORKFLOW: engineSaying(said, 1) }));
      expect(result).toMatchObject({ explicitAcks: ["m0"], retryMessages: [] });
      expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", attempts: 0 });
      expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    });
  }

  it("of 250 runs those behind the rate limit come back later, and those before it are started", async () => {
    const ids = Array.from({ length: 250 }, () => unique("limited-"));
    const kept = keptQueue();
    let calls = 0;
    const limited = {
      createBatch: async (batch: { instances: { id: string }[] }) => {
        calls += 1;
        if (calls === 2) throw new Error("429");
        return { created: batch.instances, errors: [] };
      },
    };
    const result = await consumed([message(...ids)], envWith({ DISPATCH_WORKFLOW: limited, DISPATCH_QUEUE: kept.queue }));
    expect(result.explicitAcks).toEqual(["m0"]);
    expect(kept.started()).toEqual(ids.slice(100));
  });

  it("a single run that the engine does not create for another reason than its rate is retried, with its whole message", async () => {
    const kept = keptQueue();
    const picky = {
      createBatch: async () => ({
        created: [],
        errors: [
          { index: 0, id: "a", code: 10405, message: "instance.already_exists" },
          { index: 1, id: "b", code: 10429, message: "Too many requests" },
          { index: 2, id: "c", code: 10001, message: "internal error" },
        ],
      }),
    };
    const result = await consumed([message("a", "b", "c")], envWith({ DISPATCH_WORKFLOW: picky, DISPATCH_QUEUE: kept.queue }), 3);
    expect(kept.messages).toEqual([]);
    expect(result).toMatchObject({ explicitAcks: [], retryMessages: [{ msgId: "m0" }] });
  });

  it("when the engine fails otherwise the message is retried, later each time", async () => {
    const failing = envWith({ DISPATCH_WORKFLOW: engineSaying("workflows.api.error.internal_server", 9) });
    const asked: unknown[] = [];
    for (const attempts of [1, 4]) {
      const retry = (options: unknown) => asked.push(options);
      const ack = () => asked.push("acknowledged");
      const one = { id: "m", timestamp: new Date(), attempts, body: message("x"), retry, ack };
      await hubWorker.queue({ queue: "flowhub-dispatches", messages: [one] } as unknown as MessageBatch, failing);
    }
    expect(asked).toEqual([{ delaySeconds: 5 }, { delaySeconds: 20 }]);
  });

  it("runs go onto the queue a hundred a message, and no call is larger than the queue takes", async () => {
    const kept = keptQueue();
    const runs = Array.from({ length: 25_000 }, () => ({ id: `${crypto.randomUUID()}-19`, dueAt: Date.now() }));
    const limited = {
      sendBatch: async (messages: MessageSendRequest<DispatchMessage>[]) => {
        const bytes = messages.reduce((sum, { body }) => sum + JSON.stringify(body).length + 100, 0);
        if (bytes > 256_000 || messages.length > 100) throw new Error(`${messages.length} messages of ${bytes} bytes in a call`);
        for (const { body } of messages) if (JSON.stringify(body).length > 64_000) throw new Error("a message billed twice");
        return await kept.queue.sendBatch(messages);
      },
    } as unknown as Queue;
    await enqueueRuns(limited, runs);
    expect(kept.started()).toEqual(runs.map(({ id }) => id));
  });
});
