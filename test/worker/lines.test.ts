import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { BulkFilter, BulkKind, BulkView } from "../../schema/contract/bulks.ts";
import type { Status } from "../../schema/contract/statuses.ts";
import type { Position } from "../../src/domain/base/cursor.ts";
import { NOTHING } from "../../src/domain/emit/plan-emit.ts";
import { parseBulkFilter } from "../../src/domain/operate/bulk-filter.ts";
import { planRedrives } from "../../src/domain/operate/redrive.ts";
import { dismissDispatch } from "../../src/hub/operate/dismiss-dispatch.ts";
import { sweep } from "../../src/reconciler/sweep.ts";
import { recordAttempt } from "../../src/store/attempt/record-attempt.ts";
import { reckonLines } from "../../src/store/d1/lines.ts";
import { storeRedrives } from "../../src/store/operate/store-redrive.ts";
import { positionOf, readMatching } from "../../src/store/read/read-matching.ts";
import { look } from "./support/attempts.ts";
import { consoleOf } from "./support/console.ts";
import { consume } from "./support/consume.ts";
import { type Operation, withEachTripFailing } from "./support/failing-d1.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { envWith, hub, hubAt, store, storedDispatch, unique } from "./support/hub.ts";
import { keptQueue } from "./support/kept-queue.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { nthRedrive, operate, replyWith, settleBySql, settledDispatch, storedNotes } from "./support/operating.ts";
import { dispatchRow, rows, settled, until } from "./support/rows.ts";

const FAILING = { type: "once.lines", data: { script: ["failed"] } };

beforeEach(async () => {
  await hub.health();
  for (const table of ["events", "dispatches", "executions", "notes", "controls", "bulks"]) await rows(`DELETE FROM ${table}`);
});

async function ended({ id }: BulkView): Promise<BulkView> {
  const finished = async () => {
    const bulk = await hub.getBulk(id);
    return bulk?.state === "finished" ? bulk : undefined;
  };
  return await until(finished, { what: `bulk ${id} to be finished`, withinMs: 30_000 });
}

const standingOf = async (id: string) => (await hub.getDispatch(id))?.standing;

/** All that says how many dead letters there are. */
async function deadLetters(): Promise<number> {
  const page = await hub.listDispatches({ standing: "dead letter" });
  const counts = [
    (await hub.deadLetters()).total,
    (await hub.previewBulk("retry")).count,
    (await hub.previewBulk("dismiss")).count,
    page.items.length,
  ];
  expect(new Set(counts).size).toBe(1);
  return counts[0] ?? -1;
}

async function failed(given: { type?: string; subject?: string } = {}): Promise<string> {
  const id = await storedDispatch({ ...FAILING, ...given });
  await look(id);
  return id;
}

describe("a dead letter", () => {
  it("is one again when its redrive was cancelled", async () => {
    const id = await failed();
    await ended(await hub.retryDispatches({}, { delay: "10 minutes" }));
    expect([await deadLetters(), await standingOf(id)]).toEqual([0, "superseded"]);
    await ended(await hub.cancelDispatches({}));
    expect([await deadLetters(), await standingOf(id)]).toEqual([1, "dead letter"]);
    expect((await hub.deadLetters({ to: new Date(Date.now() - 60_000) })).total).toBe(0);
  });

  it("is none once any redrive of its line was delivered, from whichever link it was made", async () => {
    const id = await failed();
    const first = await hub.retryDispatch(id);
    await settled(first.id);
    expect([await deadLetters(), await standingOf(first.id), await standingOf(id)]).toEqual([1, "dead letter", "superseded"]);
    await replyWith(id, "complete");
    await settled((await hub.retryDispatch(id)).id);
    expect([await deadLetters(), await standingOf(first.id)]).toEqual([0, "superseded"]);
  });

  it("is no redrive of what was delivered, when that fails", async () => {
    const id = await settledDispatch("complete", { type: "once.lines", data: { script: ["failed"] } });
    await settled((await hub.retryDispatch(id)).id);
    expect([await deadLetters(), await standingOf(await nthRedrive(id, 1))]).toEqual([0, "superseded"]);
  });

  it("is its redrive when the reconciler gives that up", async () => {
    const id = await failed();
    await ended(await hub.retryDispatches({}, { delay: "10 minutes" }));
    const redrive = await nthRedrive(id, 1);
    await rows("UPDATE dispatches SET check_at = 5, due_at = 0, recoveries = 9, overdue_since = 1 WHERE id = ?", redrive);
    const kept = keptQueue();
    const engine = { get: async () => ({ status: async () => ({ status: "errored" }) }) };
    await sweep(hubAt(10, envWith({ DISPATCH_QUEUE: kept.queue })));
    await consume(kept.messages, envWith({ DISPATCH_QUEUE: kept.queue, DISPATCH_WORKFLOW: engine }));
    expect(await dispatchRow(redrive)).toMatchObject({ status: "lost" });
    expect([await deadLetters(), await standingOf(redrive), await standingOf(id)]).toEqual([1, "dead letter", "superseded"]);
  });

  it("is none when a late answer says that what was lost had been delivered, though its redrives failed", async () => {
    const id = await storedDispatch({ type: "once.lines", data: { script: [{ status: "complete" }] } });
    await settleBySql(id, "lost");
    await settleBySql((await hub.retryDispatch(id, { delay: "1 hour" })).id);
    expect(await deadLetters()).toBe(1);
    const answer = { dispatchId: id, attempt: 1, nonce: "late", outcome: "complete", startedAt: 0, finishedAt: 1, error: null } as const;
    await recordAttempt(env.DB, { ...answer, next: { status: "complete", reason: null }, followUps: NOTHING, config: null });
    expect([await deadLetters(), await standingOf(await nthRedrive(id, 1))]).toEqual([0, "superseded"]);
  });
});

describe("a redrive", () => {
  it("is attempted, also after the database was put back by a moment and its run of before is kept", async () => {
    const id = await failed();
    const first = await hub.retryDispatch(id);
    await settled(first.id);
    await until(async () => ((await hub.getDispatch(first.id))?.run.status === "complete" ? true : undefined), { what: "its run to end" });
    for (const of of ["executions WHERE dispatch_id", "dispatches WHERE id", "notes WHERE subject_id"])
      await rows(`DELETE FROM ${of} = ?`, first.id);
    await settleBySql(id);
    await scheduler.wait(2);
    const again = await hub.retryDispatch(id);
    expect(again.id).not.toBe(first.id);
    expect(await settled(again.id)).toMatchObject({ attempts: 1 });
  });

  it("is made once by two bulk operations that read the same page, and noted by the one that made it", async () => {
    const id = await failed();
    const filter = parseBulkFilter("retry", {}, Date.now());
    const { rows: found } = await readMatching(env.DB, { kind: "retry", filter, after: undefined, limit: 10 });
    for (const [index, by] of ["Ada", "Bob"].entries()) {
      await rows(
        `INSERT INTO bulks (id, kind, filter, options, "by", state, started_at) VALUES (?, 'retry', '{}', '{}', ?, 'running', 1)`,
        by,
        by,
      );
      const redrives = planRedrives(found, { delay: "1 day" }, Date.now() + index);
      for (const _ of ["once", "again"]) {
        await storeRedrives(env.DB, redrives, { bulk: by, note: { id: `note-${by}`, at: 1, kind: "retry", by, reason: null } });
      }
    }
    expect((await storedNotes(id)).map(({ by }) => by)).toEqual(["Ada"]);
    expect(await rows("SELECT id, done FROM bulks ORDER BY id")).toEqual([
      { id: "Ada", done: 1 },
      { id: "Bob", done: 0 },
    ]);
    expect(await rows("SELECT count(*) AS ongoing FROM dispatches WHERE status = 'ongoing'")).toEqual([{ ongoing: 1 }]);
  });

  it("of cancelled links is made of the last of each line alone, and of none with something ongoing", async () => {
    const id = await failed();
    for (const _ of [1, 2]) {
      await hub.cancelDispatch((await hub.retryDispatch(id, { delay: "1 hour" })).id);
      await scheduler.wait(2);
    }
    const sample = async () => (await hub.previewBulk("retry", { status: "cancelled" })).sample.map((one) => one.id);
    expect(await sample()).toEqual([await nthRedrive(id, 2)]);
    expect(await ended(await hub.retryDispatches({ status: "cancelled" }, { delay: "1 hour" }))).toMatchObject({ done: 1 });
    expect(await sample()).toEqual([]);
    expect(await rows("SELECT count(*) AS ongoing FROM dispatches WHERE status = 'ongoing'")).toEqual([{ ongoing: 1 }]);
  });
});

describe("dismissing", () => {
  it("closes a dead letter with a note, changes nothing else of it, and a redrive that fails is one again", async () => {
    const id = await failed();
    const before = await dispatchRow(id);
    expect(await hub.dismissDispatch(id, { by: "ada", reason: "paid by hand" })).toMatchObject({
      id,
      status: "failed",
      standing: "dismissed",
    });
    expect(await dispatchRow(id)).toEqual({ ...before, superseded: 2 });
    expect(await storedNotes(id)).toMatchObject([{ kind: "dismiss", by: "ada", reason: "paid by hand" }]);
    expect(await deadLetters()).toBe(0);
    expect(await ended(await hub.retryDispatches({}))).toMatchObject({ done: 0 });
    const redrive = await hub.retryDispatch(id);
    await settled(redrive.id);
    expect([await deadLetters(), await standingOf(redrive.id), await standingOf(id)]).toEqual([1, "dead letter", "dismissed"]);
  });

  it("of the last link leaves the line none, also when a redrive of it is cancelled after", async () => {
    const id = await failed();
    await hub.dismissDispatch(id);
    await hub.cancelDispatch((await hub.retryDispatch(id, { delay: "1 hour" })).id);
    expect([await deadLetters(), await standingOf(id)]).toEqual([0, "dismissed"]);
  });

  it.each<[Status, string]>([
    ["ongoing", "it is ongoing"],
    ["complete", "it is complete"],
    ["cancelled", "it is cancelled"],
  ])("what is %s is refused", async (status, why) => {
    const id = status === "ongoing" ? await storedDispatch({ type: "later.lines", data: 1 }) : await settledDispatch(status);
    expect(await failureOf(hub.dismissDispatch(id))).toContain(`(dispatch.no_dead_letter) Dispatch ${id} is no dead letter: ${why}.`);
    expect(await storedNotes(id)).toEqual([]);
  });

  it("what is superseded, dismissed already or not there is refused", async () => {
    const [id, gone] = [await failed(), await failed()];
    await hub.retryDispatch(id, { delay: "1 hour" });
    expect(await failureOf(hub.dismissDispatch(id))).toContain(
      "another dispatch of its line was delivered, is ongoing, or was given up after it",
    );
    await hub.dismissDispatch(gone);
    expect(await failureOf(hub.dismissDispatch(gone))).toContain("it has been dismissed already");
    expect(await storedNotes(gone)).toHaveLength(1);
    expect(await faultOf(hub.dismissDispatch("none"))).toBe("dispatch.unknown");
  });

  it("is neither refused nor noted twice, whichever of its round trips is lost or goes unheard", async () => {
    const said = { by: "ada", reason: "paid by hand" };
    const dismissing: Operation<string> = {
      prepare: () => failed(),
      run: async (d1, id) => await operate(envWith({ DB: d1 }), async (operator) => await dismissDispatch(operator, id, said)),
      check: async (id, result) => {
        expect(result).toMatchObject({ id, standing: "dismissed" });
        expect(await storedNotes(id)).toMatchObject([{ kind: "dismiss", ...said }]);
      },
    };
    expect(await withEachTripFailing(dismissing)).toEqual([]);
  });

  it("many dead letters at once is a bulk operation that counts them", async () => {
    const ids = [await failed(), await failed(), await failed()];
    expect(await hub.previewBulk("dismiss", { ids: ids.slice(0, 2) })).toMatchObject({ count: 2, more: false });
    const bulk = await ended(await hub.dismissDispatches({ ids: ids.slice(0, 2) }, { by: "ada", reason: "old" }));
    expect(bulk).toMatchObject({ kind: "dismiss", done: 2, by: "ada" });
    expect(await Promise.all(ids.map(standingOf))).toEqual(["dismissed", "dismissed", "dead letter"]);
    expect(await storedNotes(ids[0] ?? "")).toMatchObject([{ kind: "dismiss", by: "ada", reason: "old" }]);
    expect(await faultOf(hub.dismissDispatches({ status: "complete" }))).toBe("query.invalid");
  });

  it("is a button of the console, for one and for many", async () => {
    const [one, other] = [await failed(), await failed()];
    const visitor = consoleOf();
    expect(await (await visitor.get(`/dispatches/${one}`)).text()).toContain("Dismiss this dead letter");
    expect((await visitor.post(`/dispatches/${one}/dismiss`, { reason: "paid" })).status).toBe(303);
    const page = await (await visitor.get(`/dispatches/${one}`)).text();
    expect([page.includes("Dismiss this dead letter"), page.includes("dismissed")]).toEqual([false, true]);
    expect(await (await visitor.get("/dead-letters")).text()).toContain("kind=dismiss");
    expect(await (await visitor.get("/bulks/new?kind=dismiss")).text()).toContain("Dismiss 1 dispatch");
    const posted = await visitor.post("/bulks", { kind: "dismiss", ids: other });
    await ended({ id: (posted.headers.get("location") ?? "").split(/[/?]/)[2] } as BulkView);
    expect(await standingOf(other)).toBe("dismissed");
  });
});

describe("lists of what failed", () => {
  it("go by settlement, newest first, whenever it was emitted, superseded and dismissed ones included", async () => {
    const ids = [await failed(), await failed(), await failed()];
    for (const [index, id] of ids.entries()) await rows("UPDATE dispatches SET settled_at = ? WHERE id = ?", 3_000 - index, id);
    await hub.dismissDispatch(ids[1] ?? "");
    await hub.retryDispatch(ids[2] ?? "", { delay: "1 hour" });
    const listed = async (query: object) => (await hub.listDispatches({ status: "failed", ...query })).items.map(({ id }) => id);
    expect(await listed({})).toEqual(ids);
    expect(await listed({ from: new Date(2_999), to: new Date(3_000) })).toEqual([ids[1]]);
    expect(await listed({ standing: "superseded" })).toEqual([ids[2]]);
    const first = await hub.listDispatches({ status: "failed", limit: 2 });
    expect((await hub.listDispatches({ status: "failed", limit: 2, cursor: first.cursor })).items.map(({ id }) => id)).toEqual(
      ids.slice(2),
    );
    expect(await faultOf(hub.listDispatches({ status: "complete", standing: "dismissed" }))).toBe("query.invalid");
  });

  it("have in the last hour what was emitted days ago and failed a second ago", async () => {
    const id = await failed();
    const old = `0190${id.slice(4)}`;
    await rows("UPDATE dispatches SET id = ? WHERE id = ?", old, id);
    const from = new Date(Date.now() - 3_600_000);
    expect((await hub.previewBulk("retry", { from })).count).toBe(1);
    expect((await hub.deadLetters({ from })).total).toBe(1);
    expect((await hub.listDispatches({ status: "failed", from })).items).toHaveLength(1);
    expect((await hub.stats({ from })).destinations[0]).toMatchObject({ dispatches: 0, counts: { failed: 1 }, deadLetters: 1 });
  });
});

describe("a bulk operation by what the event says", () => {
  const concerns = async (kind: BulkKind, filter: BulkFilter) =>
    (await hub.previewBulk(kind, filter)).sample.map(({ id }) => id).toSorted();

  it("cancels all that is owed to one subject", async () => {
    const subject = unique("order-");
    const input = { type: "later.lines", data: 1, subject };
    const receipts = [...(await store([input, input])), ...(await store([{ ...input, subject: "another" }]))];
    const ids = receipts.map(({ dispatches }) => dispatches[0]?.id ?? "");
    expect(await concerns("cancel", { subject })).toEqual(ids.slice(0, 2).toSorted());
    expect(await ended(await hub.cancelDispatches({ subject }))).toMatchObject({ done: 2 });
    expect((await Promise.all(ids.map(dispatchRow))).map(({ status }) => status)).toEqual(["cancelled", "cancelled", "ongoing"]);
  });

  it("finds those of a subject by its events, whatever else is owed, page after page, and never reads on without bound", async () => {
    const subject = unique("order-");
    const inputs = Array.from({ length: 5 }, (_, data) => ({ type: data % 2 === 0 ? "later.lines" : "unrouted.lines", data, subject }));
    const owed = (await store(inputs)).flatMap(({ dispatches }) => dispatches.map(({ id }) => id));
    const filter = parseBulkFilter("cancel", { subject }, Date.now() + 1_000);
    const found: string[] = [];
    let after: Position | undefined;
    for (let pages = 0; pages < 10; pages++) {
      const { rows: page, last } = await readMatching(env.DB, { kind: "cancel", filter, after, limit: 2 });
      found.push(...page.map(({ id }) => id));
      if (last === undefined) break;
      after = positionOf("cancel", filter, last);
    }
    expect(found).toEqual(owed.toReversed());
    const dead = await failed({ subject });
    expect(await concerns("retry", { subject })).toEqual([dead]);
    expect(await concerns("dismiss", { subject, from: new Date(Date.now() + 60_000) })).toEqual([]);
    expect(await concerns("dismiss", { subject, type: "once.*", status: "failed" })).toEqual([dead]);
    await hub.cancelDispatch(owed[0] ?? "");
    expect(await concerns("retry", { subject, status: "cancelled" })).toEqual([owed[0]]);
    const { d1, measure } = meteredD1(env.DB);
    await storedDispatch({ type: "later.lines", data: 1 });
    const { cost } = await measure(() => readMatching(d1, { kind: "cancel", filter, after: undefined, limit: 10 }));
    expect(cost.rowsRead).toBeLessThan(10 * (owed.length + 3));
  });

  it("retries and dismisses by type, exactly or by its beginning", async () => {
    const [a, b] = [await failed({ type: "once.lines.a" }), await failed({ type: "once.linesman" })];
    for (const kind of ["retry", "dismiss"] as const) {
      expect(await concerns(kind, { type: "once.lines.*" })).toEqual([a]);
      expect(await concerns(kind, { type: "once.*" })).toEqual([a, b].toSorted());
      expect(await concerns(kind, { type: "once.lines*" })).toEqual([a, b].toSorted());
      expect(await concerns(kind, { type: "once.linesman" })).toEqual([b]);
      expect(await concerns(kind, { type: "*" })).toEqual([a, b].toSorted());
    }
    expect(await faultOf(hub.previewBulk("retry", { type: "on*ce" }))).toBe("query.invalid");
  });

  it("is offered by the console's form", async () => {
    const subject = unique("order-");
    await storedDispatch({ type: "later.lines", data: 1, subject });
    const html = await (await consoleOf().get(`/bulks/new?kind=cancel&subject=${subject}&type=later.*`)).text();
    expect(html).toContain("Cancel 1 dispatch");
    expect(html).toContain(`<input type="hidden" name="subject" value="${subject}"`);
    expect(await (await consoleOf().get("/bulks/new?kind=dismiss&type=later.*")).text()).toContain('name="type" value="later.*"');
  });
});

it("a line of hundreds of redrives is reckoned in rows that grow with it, and again without a write", async () => {
  const read: number[] = [];
  for (const size of [30, 300]) {
    const id = await failed();
    await rows(
      `INSERT INTO dispatches (id, event_id, route, destination, policy, status, due_at, settled_at, redrive_of, superseded)
       SELECT ?1 || '-r' || value || '_000000000', 'e', 'r', 'd', '{}', 'failed', 1, 1000 + value, ?1, 0 FROM json_each(?2)`,
      id,
      JSON.stringify(Array.from({ length: size }, (_, index) => index + 1)),
    );
    const [first] = await env.DB.batch(reckonLines(env.DB, [`${id}-r1`]));
    const [again] = await env.DB.batch(reckonLines(env.DB, [`${id}-r1`]));
    expect([first?.meta.changes, again?.meta.rows_written]).toEqual([size, 0]);
    read.push(again?.meta.rows_read ?? 0);
  }
  console.log(`rows read to reckon a line of 30 and of 300 redrives: ${read.join(", ")}`);
  expect(read[1]).toBeLessThan(300 * 15);
});

it("the work of a bulk operation does not end by what it made itself: those settle after it began", async () => {
  const ids = [await failed(), await failed()];
  const bulk = await ended(await hub.retryDispatches({}));
  expect(bulk.done).toBe(2);
  for (const id of ids) await settled(await nthRedrive(id, 1));
  expect(await deadLetters()).toBe(2);
});
