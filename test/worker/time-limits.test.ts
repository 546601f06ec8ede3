import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { WatchLine } from "../../schema/contract/dispatches.ts";
import { CHECK, D1, QUEUE, WORKFLOW } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { audit } from "../../src/hub/audit/audit.ts";
import { emit } from "../../src/hub/emit/emit.ts";
import { startBulk } from "../../src/hub/operate/bulk.ts";
import { performPiece } from "../../src/hub/operate/bulk-piece.ts";
import { runNow } from "../../src/hub/operate/run-now.ts";
import { getDispatch } from "../../src/hub/read/dispatches.ts";
import { watchDispatch } from "../../src/hub/read/watch.ts";
import hubWorker from "../../src/index.ts";
import { aroundD1 } from "./support/around-d1.ts";
import { consoleOf } from "./support/console.ts";
import { consume } from "./support/consume.ts";
import { failingD1 } from "./support/failing-d1.ts";
import { failureOf } from "./support/failures.ts";
import { CONNECTION_LOST } from "./support/faulty-d1.ts";
import { hangingEngine, hangingQueue, hangingRuns, hangs, within } from "./support/hanging.ts";
import { deafQueue, envWith, hub, only, startedDispatch, storedDispatch, unique } from "./support/hub.ts";
import { keptQueue, refusingQueue } from "./support/kept-queue.ts";
import { operate, storedNotes } from "./support/operating.ts";
import { passTimeToCheck, reconcileMessage, sweptUp } from "./support/reconciling.ts";
import { dispatchRow, rows, settled } from "./support/rows.ts";
import { engineWith, runIs } from "./support/runs.ts";
import { stalledD1 } from "./support/stalled-d1.ts";

beforeAll(async () => {
  await hub.health();
});

/** What a busy machine adds. */
const SLACK_MS = 8_000;

const forever = new Promise<never>(() => undefined);
const silentD1 = () => stalledD1(env.DB, { of: /./, until: forever, when: "before" }).d1;
const start = (...ids: string[]) => ({ kind: "start", runs: ids.map((id) => ({ id, dueAt: 0 })) });
const FIVE_AND_FIVE = { acked: [5, 6, 7, 8, 9], retried: [0, 1, 2, 3, 4] };

const sorted = ({ acked, retried }: { acked: readonly number[]; retried: readonly number[] }) => ({
  acked: acked.toSorted(),
  retried: retried.toSorted(),
});

describe.concurrent("a batch of messages of which some hang at the engine", () => {
  it("starts the others within seconds, and retries those that hang once their limit has passed", async () => {
    const created: string[] = [];
    const createBatch = async ({ instances }: { instances: { id: string }[] }) => {
      const { id } = only(instances);
      if (id.startsWith("hangs")) return await hangs();
      created.push(id);
      return { created: [], errors: [] };
    };
    const ids = Array.from({ length: 10 }, (_, index) => `${index < 5 ? "hangs" : "fine"}${index}`);
    const consumed = consume(
      ids.map((id) => start(id)),
      envWith({ DISPATCH_WORKFLOW: { createBatch } }),
    );
    await scheduler.wait(3_000);
    expect(created.toSorted()).toEqual(["fine5", "fine6", "fine7", "fine8", "fine9"]);
    expect(sorted(await within(WORKFLOW.answerMs + SLACK_MS, consumed))).toEqual(FIVE_AND_FIVE);
  });

  it("repairs what the others name within seconds, and leaves what hangs to the next sweep", async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, async () => await storedDispatch({ type: "fast.swept", data: 1 })));
    for (const id of ids) await passTimeToCheck(id);
    const taken = await sweptUp(...ids);
    const silent = ids.slice(0, 5);
    const { runs } = engineWith({ get: async (id, real) => (silent.includes(id) ? await hangs() : await real()) });
    const consumed = consume(
      taken.map((one) => reconcileMessage(one)),
      envWith({ DISPATCH_WORKFLOW: runs }),
    );
    for (const id of ids.slice(5)) expect(await settled(id, 6_000)).toMatchObject({ status: "complete" });
    const { acked } = await within(WORKFLOW.answerMs + SLACK_MS, consumed);
    expect(acked).toHaveLength(12);
    for (const { id, checkAt } of taken.slice(0, 5)) expect(await dispatchRow(id)).toMatchObject({ status: "ongoing", check_at: checkAt });
  });

  it("repairs the other dispatches of one message within seconds", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, async () => await storedDispatch({ type: "fast.swept", data: 1 })));
    for (const id of ids) await passTimeToCheck(id);
    const silent = ids.slice(0, 10);
    const { runs } = engineWith({ get: async (id, real) => (silent.includes(id) ? await hangs() : await real()) });
    const consumed = consume([reconcileMessage(...(await sweptUp(...ids)))], envWith({ DISPATCH_WORKFLOW: runs }));
    for (const id of ids.slice(10)) expect(await settled(id, 8_000)).toMatchObject({ status: "complete" });
    expect(await within(WORKFLOW.answerMs + SLACK_MS, consumed)).toEqual({ acked: [0], retried: [] });
  });

  it("starts nothing twice when a run was created although the engine said nothing of it", async () => {
    const id = await storedDispatch({ type: "fast.unheard", data: 1 });
    let times = 0;
    const { runs } = engineWith({
      createBatch: async (_ids, real) => {
        const result = await real();
        times += 1;
        return times === 1 ? await hangs() : result;
      },
    });
    const given = envWith({ DISPATCH_WORKFLOW: runs });
    expect(await within(WORKFLOW.answerMs + SLACK_MS, consume([start(id)], given))).toEqual({ acked: [], retried: [0] });
    expect(await consume([start(id)], given)).toEqual({ acked: [0], retried: [] });
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
  });

  it("starts the other runs of one message over that ended as held within seconds, and retries it", async () => {
    const restarted: string[] = [];
    const instance = (id: string) => ({
      status: async () => (id.startsWith("hangs") ? await hangs() : { status: "complete", output: "held" }),
      restart: async () => void restarted.push(id),
    });
    const createBatch = async ({ instances }: { instances: { id: string }[] }) => ({
      created: [],
      errors: instances.map(({ id }, index) => ({ index, id, code: 10405, message: "instance.already_exists" })),
    });
    const engine = { createBatch, get: async (id: string) => instance(id) };
    const ids = Array.from({ length: 12 }, (_, index) => `${index < 6 ? "hangs" : "held"}${index}`);
    const consumed = consume([start(...ids)], envWith({ DISPATCH_WORKFLOW: engine }));
    await scheduler.wait(4_000);
    expect(restarted.toSorted()).toEqual(ids.slice(6).toSorted());
    expect(await within(WORKFLOW.answerMs + SLACK_MS, consumed)).toEqual({ acked: [], retried: [0] });
  });

  it("gives a repair that hangs back, with a note that says so", async () => {
    const id = await startedDispatch({ type: "later.stuck", data: 1 });
    await runIs(id, "running");
    await rows("UPDATE dispatches SET due_at = 1, check_at = 1 WHERE id = ?", id);
    const { runs } = engineWith({ sendEvent: hangs });
    const given = envWith({ DISPATCH_WORKFLOW: runs });
    const consumed = consume([reconcileMessage(...(await sweptUp(id)))], given);
    expect(await within(WORKFLOW.answerMs + SLACK_MS, consumed)).toEqual({ acked: [0], retried: [] });
    const [note] = await storedNotes(id);
    expect(note?.detail).toContain("the Workflow engine gave no answer within 10000 ms");
  });
});

describe.concurrent("emit, when nobody answers,", () => {
  const calling = (given: Env, input: unknown, options?: unknown) => {
    const later: Promise<unknown>[] = [];
    const emitter = { hub: createHub(given), caller: {}, afterReply: (work: Promise<unknown>) => void later.push(work) };
    return { later, receipts: emit(emitter, input, options) };
  };
  const BOTH =
    /^\(storage\.unavailable\) The database could not be used: .* Nor is it known whether the call was queued: the queue gave no answer within 10000 ms\.$/;

  it("says after half a minute and ten seconds that neither the database nor the queue did", { timeout: 90_000 }, async () => {
    const given = envWith({ DB: silentD1(), DISPATCH_QUEUE: hangingQueue });
    const { receipts } = calling(given, { type: "fast.silent", data: 1 }, { allowQueued: true });
    const failure = await within(D1.answerMs + QUEUE.answerMs + SLACK_MS, failureOf(receipts));
    expect(failure).toMatch(BOTH);
    expect(failure).toContain("D1 gave no answer within 30000 ms");
  });

  it("says so ten seconds after a database that refuses", async () => {
    const given = envWith({ DB: failingD1(() => "lost").d1, DISPATCH_QUEUE: hangingQueue });
    const { receipts } = calling(given, { type: "fast.silent", data: 1 }, { allowQueued: true });
    expect(await within(QUEUE.answerMs + SLACK_MS, failureOf(receipts))).toMatch(BOTH);
  });

  it("waits for no queue once its events are stored, and the sweep starts what the queue may not have", async () => {
    const { receipts, later } = calling(envWith({ DISPATCH_QUEUE: hangingQueue }), { type: "fast.committed", data: 1 });
    const { id } = only(only(await within(3_000, receipts)).dispatches);
    await within(QUEUE.answerMs + SLACK_MS, Promise.all(later));
    await passTimeToCheck(id);
    await consume([reconcileMessage(...(await sweptUp(id)))]);
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
  });

  it("says after half a minute, not later, that the database failed slowly and then said nothing", { timeout: 60_000 }, async () => {
    let writes = 0;
    const slow = aroundD1(env.DB, async ({ statements, go }) => {
      if (!statements.some(({ sql }) => sql.includes("INSERT INTO events"))) return await go();
      writes += 1;
      if (writes > 1) return await hangs();
      await scheduler.wait(20_000);
      throw new Error(CONNECTION_LOST);
    });
    const { receipts } = calling(envWith({ DB: slow }), { type: "unrouted.slow", data: 1 });
    expect(await within(D1.answerMs + SLACK_MS, failureOf(receipts))).toMatch(
      /^\(storage\.unavailable\) .*D1 gave no answer within 30000 ms/,
    );
    expect(writes).toBe(2);
  });
});

describe.concurrent("a dispatch whose run cannot be seen, since the engine says nothing,", () => {
  for (const [what, engine] of [
    ["of the instance", hangingEngine],
    ["of its status", hangingRuns],
  ] as const) {
    it(`is read within seconds, its run as unknown, when it says nothing ${what}`, async () => {
      const id = await storedDispatch({ type: "later.unseen", data: 1 });
      const detail = await within(WORKFLOW.lookMs + 3_000, getDispatch(createHub(envWith({ DISPATCH_WORKFLOW: engine })), id));
      const message = "the Workflow engine gave no answer within 3000 ms";
      expect(detail?.run).toEqual({ status: "unknown", error: { name: "WorkflowsUnavailable", message } });
      expect(detail).toMatchObject({ id, status: "ongoing" });
    });
  }

  it("has a page that opens within seconds, and says so", async () => {
    const id = await storedDispatch({ type: "later.unseen", data: 1 });
    const page = await within(WORKFLOW.lookMs + 3_000, consoleOf({ DISPATCH_WORKFLOW: hangingEngine }).get(`/dispatches/${id}`));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("unknown");
  });

  for (const [what, engine] of [
    ["of the instance", hangingEngine],
    ["to a subscription", hangingRuns],
  ] as const) {
    it(`is watched all the same, each change of it within seconds, when it says nothing ${what}`, async () => {
      const id = await storedDispatch({ type: "later.unseen", data: 1 });
      const stream = await watchDispatch(createHub(envWith({ DISPATCH_WORKFLOW: engine, DISPATCH_QUEUE: deafQueue })), id);
      const lines = readLines(stream);
      await scheduler.wait(1_500);
      await rows("UPDATE dispatches SET status = 'cancelled', settled_at = ?, check_at = NULL WHERE id = ?", Date.now(), id);
      const seen = await within(4_000, lines);
      expect(seen.map((line) => line.kind === "dispatch" && line.dispatch.status)).toEqual(["ongoing", "cancelled"]);
    });
  }

  it("is run now as far as the database goes: the rest is the reconciler's", async () => {
    const id = await storedDispatch({ type: "later.hurried", data: 1 });
    const operation = operate(envWith({ DISPATCH_WORKFLOW: hangingEngine }), async (operator) => await runNow(operator, id, {}));
    const view = await within(WORKFLOW.answerMs + SLACK_MS, operation);
    expect(Date.parse(view.dueAt)).toBeLessThanOrEqual(Date.now());
    expect(await dispatchRow(id)).toMatchObject({ check_at: Date.parse(view.dueAt) + CHECK.graceMs });
  });

  it("is audited: what cannot be seen is called unverifiable", async () => {
    const from = new Date();
    const id = await storedDispatch({ type: unique("fast."), data: 1 });
    await rows("UPDATE dispatches SET due_at = 1, check_at = 1 WHERE id = ?", id);
    const given = envWith({ DISPATCH_WORKFLOW: hangingEngine });
    const page = operate(given, async (operator) => await audit(operator, { from }));
    const { mismatches } = await within(WORKFLOW.answerMs + 3 * SLACK_MS, page);
    expect(JSON.stringify(mismatches)).toContain("unverifiable");
  });
});

async function readLines(stream: ReadableStream<Uint8Array> | null): Promise<WatchLine[]> {
  const text = await new Response(stream).text();
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as WatchLine);
}

describe.concurrent("a bulk operation, when the engine says nothing,", () => {
  it("is written down and answered; the next sweep starts it", async () => {
    const given = envWith({ BULK_WORKFLOW: hangingEngine });
    const filter = { ids: [await storedDispatch({ type: "later.bulk", data: 1 })] };
    const started = operate(given, async (operator) => await startBulk(operator, "cancel", { filter, options: {} }));
    const { id, state } = await within(WORKFLOW.answerMs + SLACK_MS, started);
    expect(state).toBe("running");
    await rows("DELETE FROM bulks WHERE id = ?", id);
  });

  it("cancels what it is to cancel, and its piece ends: five of its runs are given up a second", { timeout: 60_000 }, async () => {
    const type = unique("later.");
    const receipts = await hub.emit(Array.from({ length: 60 }, (_, data) => ({ type, data })));
    const ids = receipts.flatMap(({ dispatches }) => dispatches.map(({ id }) => id));
    const bulk = crypto.randomUUID();
    await rows(
      `INSERT INTO bulks (id, kind, filter, options, "by", state, started_at) VALUES (?, 'cancel', ?, '{}', 'x', 'running', ?)`,
      ...[bulk, JSON.stringify({ ids }), Date.now()],
    );
    const piece = performPiece(createHub(envWith({ DISPATCH_WORKFLOW: hangingEngine })), bulk, undefined);
    await within((ids.length / WORKFLOW.callsAtOnce) * WORKFLOW.slotMs + WORKFLOW.answerMs + SLACK_MS, piece);
    await rows("DELETE FROM bulks WHERE id = ?", bulk);
    expect(await rows("SELECT DISTINCT status FROM dispatches JOIN events ON events.id = event_id WHERE type = ?", type)).toEqual([
      { status: "cancelled" },
    ]);
  });
});

describe("the cron", () => {
  const cron = async (changes: Parameters<typeof envWith>[0]) => await failureOf(hubWorker.scheduled({} as never, envWith(changes)));

  /** A running bulk operation, and an engine that says how often it was asked for it. */
  async function runningBulk(
    answer: (id: string) => Promise<unknown>,
  ): Promise<{ engine: unknown; asked: string[]; end(): Promise<void> }> {
    const [id, asked]: [string, string[]] = [crypto.randomUUID(), []];
    await rows(
      `INSERT INTO bulks (id, kind, filter, options, "by", state, started_at) VALUES (?, 'cancel', '{}', '{}', 'x', 'running', 1)`,
      id,
    );
    const get = async (one: string) => {
      if (one === id) asked.push(one);
      return await answer(one);
    };
    return { engine: { get, create: async () => ({}) }, asked, end: async () => void (await rows("DELETE FROM bulks WHERE id = ?", id)) };
  }

  const missing = async () => await Promise.reject(new Error("instance.not_found"));

  for (const [what, queue, says] of [
    ["refuses", refusingQueue(), "Queue is overloaded"],
    ["says nothing", hangingQueue, "the queue gave no answer within 10000 ms"],
  ] as const) {
    it(`looks after bulk operations while the queue ${what}, and fails aloud`, async () => {
      const { engine, asked, end } = await runningBulk(missing);
      const id = await storedDispatch({ type: "later.overdue", data: 1 });
      await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
      const failure = await within(QUEUE.answerMs + SLACK_MS, cron({ DISPATCH_QUEUE: queue, BULK_WORKFLOW: engine }));
      await end();
      expect(failure).toContain("sweep");
      expect(failure).toContain(says);
      expect(asked).toHaveLength(1);
    });
  }

  it("sweeps while the engine of bulk operations says nothing, which is no failure: the next one asks again", async () => {
    const { engine, asked, end } = await runningBulk(hangs);
    const id = await storedDispatch({ type: "later.overdue", data: 1 });
    await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
    const kept = keptQueue();
    const ended = cron({ DISPATCH_QUEUE: kept.queue, BULK_WORKFLOW: engine });
    await expect.poll(() => JSON.stringify(kept.messages), { timeout: 5_000 }).toContain(id);
    expect(await within(WORKFLOW.answerMs + SLACK_MS, ended)).toBe("no failure");
    await end();
    expect(asked).toHaveLength(1);
  });

  it("names each part that failed when the database does", async () => {
    const failure = await within(SLACK_MS, cron({ DB: failingD1(() => "lost").d1 }));
    expect(failure).toMatch(/sweep: \(storage\.unavailable\).*release: \(storage\.unavailable\).*bulks: \(storage\.unavailable\)/);
  });
});
