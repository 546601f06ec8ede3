import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { UNDELIVERABLE } from "../../schema/limits.ts";
import { SUBJECTS } from "../../schema/storage/subjects.ts";
import hubWorker from "../../src/index.ts";
import { callsOf } from "./support/attempts.ts";
import { consume, DEAD_LETTER_QUEUE } from "./support/consume.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { envWith, only, startedDispatch, storedDispatch, unique } from "./support/hub.ts";
import { checkedIn, notesOf, reconcileMessage } from "./support/reconciling.ts";
import { dispatchRow, rows, settled, until } from "./support/rows.ts";
import { engineWith } from "./support/runs.ts";

/** What was noted of undeliverable messages whose body holds a text. */
async function undeliverable(text: string) {
  const found = await rows<{ id: string; kind: string; by: string; reason: string; detail: string }>(
    `SELECT id, kind, "by", reason, detail FROM notes WHERE subject_id = ? AND instr(detail, ?) ORDER BY id`,
    ...[SUBJECTS.undeliverable, text],
  );
  return found.map((note) => ({ ...note, detail: JSON.parse(note.detail) as { messageId: string; body: unknown } }));
}

const giveUpOn = async (body: unknown, given: Env = env) => await consume([body], given, DEAD_LETTER_QUEUE);

const undeliverableNote = { kind: "undeliverable", by: "queue" };

/** A dispatch id of its own that nobody stored. */
const strangerId = () => `${crypto.randomUUID().replace(/^(.{14})./, "$17")}-0`;

async function everyMinute(): Promise<void> {
  await hubWorker.scheduled(createScheduledController(), env);
}

/** The database takes no note of a body with this mark until the returned function is called. */
async function refuseNote(mark: string): Promise<() => Promise<void>> {
  const name = `refuse_${mark.replaceAll("-", "_")}`;
  await rows(
    `CREATE TRIGGER ${name} BEFORE INSERT ON notes WHEN instr(new.detail, '${mark}') BEGIN SELECT RAISE(ABORT, 'disk is full'); END`,
  );
  return async () => {
    await rows(`DROP TRIGGER ${name}`);
  };
}

describe.concurrent("an undeliverable message", () => {
  const malformed: readonly [string, (mark: string) => unknown][] = [
    ["a text", (mark) => mark],
    ["a text with quotes, NUL and a lone surrogate", (mark) => `${mark} "\\ \0 \ud800`],
    ["an object without a kind", (mark) => ({ mark })],
    ["of an unknown kind", (mark) => ({ kind: "stop", mark })],
    ["an order to start runs of the wrong shape", (mark) => ({ kind: "start", runs: [{ id: 5, mark }] })],
    ["an order to start nothing", (mark) => ({ kind: "start", runs: [], mark })],
    ["a list in a list", (mark) => [[[mark]]]],
    ["nested 300 levels deep", (mark) => Array.from({ length: 300 }).reduce<unknown>((inner) => [inner], mark)],
    ["100 KB long", (mark) => ({ mark, long: "ä".repeat(50_000) })],
  ];
  for (const [what, bodyWith] of malformed) {
    it(`that is ${what} is noted whole, once, and acknowledged`, async () => {
      const mark = unique("mark-");
      const body = bodyWith(mark);
      expect(await giveUpOn(body)).toEqual({ acked: [0], retried: [] });
      expect(await undeliverable(mark)).toMatchObject([
        { ...undeliverableNote, reason: expect.stringMatching(/^malformed message: ./), detail: { messageId: "0", body } },
      ]);
    });
  }

  it("that is null, zero, false or an empty object is noted too", async () => {
    const before = await rows<{ id: string }>("SELECT id FROM notes WHERE subject_id = ?", SUBJECTS.undeliverable);
    expect(await consume([null, 0, false, {}], env, DEAD_LETTER_QUEUE)).toEqual({ acked: [0, 1, 2, 3], retried: [] });
    const known = new Set(before.map(({ id }) => id));
    const noted = await rows<{ id: string; body: string }>(
      "SELECT id, json_extract(detail, '$.body') AS body, json_type(detail, '$.body') AS type FROM notes WHERE subject_id = ?",
      SUBJECTS.undeliverable,
    );
    const types = noted.filter(({ id }) => !known.has(id)).map((note) => (note as unknown as { type: string }).type);
    expect(types).toEqual(expect.arrayContaining(["null", "integer", "false", "object"]));
  });

  it("that is well formed says that its retries ran out", async () => {
    const id = await storedDispatch({ type: "later.dead", data: 1 });
    await giveUpOn({ kind: "start", runs: [{ id, dueAt: 0 }] });
    expect(await undeliverable(id)).toMatchObject([
      { reason: "its retries ran out", detail: { body: { kind: "start", runs: [{ id, dueAt: 0 }] } } },
    ]);
  });

  const naming: readonly [string, (id: string) => unknown][] = [
    ["an order to start it", (id) => ({ kind: "start", runs: [{ id, dueAt: 0 }] })],
    ["an order to compare it with its run", (id) => reconcileMessage({ id, checkAt: 1 })],
    ["an order whose shape is wrong", (id) => ({ kind: "start", runs: [{ id, dueAt: "soon" }, { id: 7 }] })],
    ["a kind that nobody knows", (id) => ({ kind: "redrive", of: { what: [id] } })],
    ["a text", (id) => `please look at "${id}", it is late`],
    ["the name of a member", (id) => ({ [id]: true })],
  ];
  for (const [what, bodyNaming] of naming) {
    it(`makes an ongoing dispatch that it names overdue and notes it there: ${what}`, async () => {
      const id = await storedDispatch({ type: "later.named", data: 1 });
      expect(await checkedIn(id)).toBeGreaterThan(0);
      await giveUpOn(bodyNaming(id));
      expect(Math.abs(await checkedIn(id))).toBeLessThan(5_000);
      expect(await checkedIn(id)).toBeLessThanOrEqual(0);
      expect(await notesOf(id)).toMatchObject([{ ...undeliverableNote, reason: expect.any(String) }]);
    });
  }

  it("leaves settled dispatches as they are, and those that are overdue already", async () => {
    const done = await startedDispatch({ type: "fast.dead", data: 1 });
    await settled(done);
    const [late, other] = await Promise.all([1, 2].map(async (data) => await storedDispatch({ type: "later.dead", data })));
    if (late === undefined || other === undefined) throw new Error("not stored");
    await rows("UPDATE dispatches SET check_at = 7 WHERE id = ?", late);
    const before = [await dispatchRow(done), await dispatchRow(late), await dispatchRow(other)];
    await giveUpOn({ kind: "start", runs: [done, late, strangerId()].map((id) => ({ id, dueAt: 0 })) });
    expect([await dispatchRow(done), await dispatchRow(late), await dispatchRow(other)]).toEqual(before);
    expect(await notesOf(done)).toEqual([]);
    expect(await notesOf(late)).toMatchObject([undeliverableNote]);
    expect(await notesOf(other)).toEqual([]);
  });

  it("that names thousands hands over a thousand of them, each once, and is noted whole", async () => {
    const ids = await Promise.all(Array.from({ length: 3 }, async (_, data) => await storedDispatch({ type: "later.many", data })));
    const others = Array.from({ length: 3_000 }, strangerId);
    const few = others.slice(0, UNDELIVERABLE.maxDispatches - ids.length);
    const mark = unique("mark-");
    await giveUpOn({ mark, ids: [...ids, ...ids, ...few, ...others.slice(few.length)] });
    for (const id of ids) {
      expect(await checkedIn(id)).toBeLessThanOrEqual(0);
      expect(await notesOf(id)).toHaveLength(1);
    }
    expect((only(await undeliverable(mark)).detail.body as { ids: string[] }).ids).toHaveLength(3_006);
  });

  it("spoils no other of its batch: what the database will not take is retried, the rest is noted", async () => {
    const [good, bad, alsoGood] = [unique("mark-"), unique("mark-"), unique("mark-")];
    const accept = await refuseNote(bad);
    expect(await consume([{ good }, { bad }, { alsoGood }], env, DEAD_LETTER_QUEUE)).toEqual({ acked: [0, 2], retried: [1] });
    expect([await undeliverable(good), await undeliverable(bad), await undeliverable(alsoGood)].map((found) => found.length)).toEqual([
      1, 0, 1,
    ]);
    await accept();
    expect(await consume([{ bad }], env, DEAD_LETTER_QUEUE)).toEqual({ acked: [0], retried: [] });
    expect(await undeliverable(bad)).toHaveLength(1);
  });

  it("that comes while the database is away is retried, not acknowledged, and nothing is half done", async () => {
    const id = await storedDispatch({ type: "later.away", data: 1 });
    const before = await dispatchRow(id);
    const away = faultyD1(env.DB, { of: /notes/, faultOf: () => "lost" });
    expect(await giveUpOn({ kind: "start", runs: [{ id, dueAt: 0 }] }, envWith({ DB: away }))).toEqual({ acked: [], retried: [0] });
    expect(await dispatchRow(id)).toEqual(before);
    expect(await undeliverable(id)).toEqual([]);
  });

  it("whose note was written and reported failed is noted once, and once under each dispatch", async () => {
    const id = await storedDispatch({ type: "later.unheard", data: 1 });
    const d1 = faultyD1(env.DB, { of: /notes/, faultOf: (nth) => (nth === 1 ? "unheard" : "none") });
    expect(await giveUpOn({ kind: "start", runs: [{ id, dueAt: 0 }] }, envWith({ DB: d1 }))).toEqual({ acked: [0], retried: [] });
    expect(await undeliverable(id)).toHaveLength(1);
    expect(await notesOf(id)).toHaveLength(1);
    expect(await checkedIn(id)).toBeLessThanOrEqual(0);
  });

  it("is noted even if its body cannot be written as JSON", async () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const results: Record<string, unknown> = {};
    for (const [what, body] of Object.entries({ nothing: undefined, bigint: 10n, circular })) {
      const said: string[] = [];
      const one = {
        id: unique("odd-"),
        timestamp: new Date(),
        attempts: 1,
        body,
        ack: () => said.push("ack"),
        retry: () => said.push("retry"),
      };
      await hubWorker.queue({ queue: DEAD_LETTER_QUEUE, messages: [one] } as unknown as MessageBatch, env);
      results[what] = [said, (await undeliverable(one.id)).length];
    }
    expect(results).toEqual({ nothing: [["ack"], 1], bigint: [["ack"], 1], circular: [["ack"], 1] });
  });
});

describe.concurrent("what the queue gave up on", () => {
  it("is repaired in the end: an order to start that keeps failing is retried, given up, and its dispatches are started by the sweep", async () => {
    const ids = await Promise.all([1, 2].map(async (data) => await storedDispatch({ type: "fast.given-up", data })));
    const order = { kind: "start", runs: ids.map((id) => ({ id, dueAt: 0 })) };
    const { runs } = engineWith({ createBatch: async () => await Promise.reject(new Error("workflows.api.error.internal_server")) });
    for (let delivery = 0; delivery < 3; delivery++) {
      expect(await consume([order], envWith({ DISPATCH_WORKFLOW: runs }))).toEqual({ acked: [], retried: [0] });
    }
    await giveUpOn(order);
    await scheduler.wait(5);
    await everyMinute();
    for (const id of ids) {
      expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
      expect(await callsOf(id)).toHaveLength(1);
      expect(await notesOf(id)).toMatchObject([undeliverableNote, { kind: "repair", reason: "never_started" }]);
    }
  });

  it("comes to the hub through the real queues: a malformed order is given up, noted, and the dispatch it names is started", async () => {
    const id = await storedDispatch({ type: "fast.real", data: 1 });
    const body = { kind: "start", runs: [{ id, dueAt: "now" }] };
    await env.DISPATCH_QUEUE.send(body);
    const noted = await until(async () => ((await undeliverable(id)).length > 0 ? await undeliverable(id) : undefined), {
      what: "the undeliverable message",
      withinMs: 25_000,
    });
    expect(noted).toMatchObject([{ ...undeliverableNote, detail: { body } }]);
    expect(await checkedIn(id)).toBeLessThanOrEqual(0);
    await everyMinute();
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 1 });
    expect((await notesOf(id)).map(({ kind }) => kind)).toEqual(["undeliverable", "repair"]);
  });
});
