import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { BulkView } from "../../schema/contract/bulks.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { performPiece } from "../../src/hub/operate/bulk-piece.ts";
import hubWorker from "../../src/index.ts";
import { faultOf } from "./support/failures.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { envWith, hub, store, unique } from "./support/hub.ts";
import { nthRedrive } from "./support/operating.ts";
import { dispatchRow, rows, settled, until } from "./support/rows.ts";

/** Dispatches of one route that have failed, in the order of emission; they complete when they are tried again. */
async function failedDispatches(type: string, count: number, reason = "the shop is shut"): Promise<string[]> {
  const ids = await storedDispatches(type, count);
  await fail(ids, { reason, settledAt: 1 });
  return ids;
}

async function fail(ids: readonly string[], { reason, settledAt }: { reason: string; settledAt: number }): Promise<void> {
  await rows(
    "UPDATE dispatches SET status = 'failed', check_at = NULL, settled_at = ?, reason = ? WHERE id IN (SELECT value FROM json_each(?))",
    settledAt,
    reason,
    JSON.stringify(ids),
  );
}

async function storedDispatches(type: string, count: number): Promise<string[]> {
  const receipts = await store(Array.from({ length: count }, () => ({ type, data: {} })));
  return receipts.flatMap(({ dispatches }) => dispatches.map(({ id }) => id));
}

async function ended({ id }: BulkView, state: BulkView["state"] = "finished"): Promise<BulkView> {
  return await until(
    async () => {
      const bulk = await hub.getBulk(id);
      return bulk?.state === state ? bulk : undefined;
    },
    { what: `bulk ${id} to be ${state}`, withinMs: 30_000 },
  );
}

const redrivesOf = async (id: string) => await rows<{ id: string }>("SELECT id FROM dispatches WHERE redrive_of = ?", id);
const notesOf = async (id: string) =>
  await rows<{ kind: string; by: string; reason: string }>('SELECT kind, "by", reason FROM notes WHERE subject_id = ?', id);

describe("retryDispatches", () => {
  it("retries each that matches once, in pieces, and says how far it is and who wanted it", async () => {
    const reason = unique("shut-");
    const ids = await failedDispatches("once.bulk", 450, reason);
    expect(await hub.previewBulk("retry", { reason })).toMatchObject({ count: 450, more: false });
    expect((await hub.previewBulk("retry", { reason })).sample.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 10));

    const started = await hub.retryDispatches({ reason }, { by: "ada", reason: "the shop is open" });
    expect(started).toMatchObject({ kind: "retry", by: "ada", reason: "the shop is open", filter: { reason } });
    expect(await ended(started)).toMatchObject({ done: 450 });
    expect((await hub.listBulks())[0]).toMatchObject({ id: started.id, state: "finished" });

    const counts = await rows<{ redrives: number }>(
      `SELECT count(*) AS redrives FROM dispatches WHERE redrive_of IN (SELECT value FROM json_each(?)) GROUP BY redrive_of`,
      JSON.stringify(ids),
    );
    expect(counts).toEqual(ids.map(() => ({ redrives: 1 })));
    const [first = ""] = ids;
    expect(await settled(await nthRedrive(first, 1))).toMatchObject({ status: "complete", attempts: 1 });
    expect(await notesOf(first)).toEqual([{ kind: "retry", by: "ada", reason: "the shop is open" }]);
  });

  it("passes over what has been retried: a second one does nothing", async () => {
    const reason = unique("again-");
    const ids = await failedDispatches("once.again", 3, reason);
    await ended(await hub.retryDispatches({ reason }));
    await Promise.all(ids.map(async (id) => await settled(await nthRedrive(id, 1))));
    expect(await hub.previewBulk("retry", { reason })).toMatchObject({ count: 0, sample: [] });
    expect(await ended(await hub.retryDispatches({ reason }))).toMatchObject({ done: 0 });
    for (const id of ids) expect(await redrivesOf(id)).toHaveLength(1);
  });

  it("a piece that is repeated, at once or later, retries nothing twice and counts nothing twice", async () => {
    const reason = unique("pieces-");
    const ids = await failedDispatches("later.pieces", 20, reason);
    const id = await stoppedBulk(reason);
    await Promise.all([performPiece(createHub(env), id, undefined), performPiece(createHub(env), id, undefined)]);
    await performPiece(createHub(env), id, undefined);
    for (const each of ids) expect(await redrivesOf(each)).toHaveLength(1);
    expect(await hub.getBulk(id)).toMatchObject({ done: 20 });
  });

  it("a commit that was reported failed is neither lost nor done twice", async () => {
    const reason = unique("reported-");
    const ids = await failedDispatches("later.reported", 5, reason);
    const id = await stoppedBulk(reason);
    let faults = 0;
    const d1 = faultyD1(env.DB, { of: /INSERT INTO dispatches/, faultOf: () => (faults++ === 0 ? "unheard" : "none") });
    await performPiece(createHub(envWith({ DB: d1 })), id, undefined);
    expect(faults).toBe(2);
    for (const each of ids) {
      expect(await redrivesOf(each)).toHaveLength(1);
      expect(await notesOf(each)).toHaveLength(1);
    }
    expect(await hub.getBulk(id)).toMatchObject({ done: 5 });
  });

  it("a piece that is repeated does not retry what it has retried itself, when that has failed again", async () => {
    const reason = unique("failing-");
    const ids = await failedDispatches("later.failing", 5, reason);
    const id = await stoppedBulk(reason);
    await performPiece(createHub(env), id, undefined);
    const redrives = await Promise.all(ids.map((each) => nthRedrive(each, 1)));
    await fail(redrives, { reason, settledAt: Date.now() });
    await performPiece(createHub(env), id, undefined);
    for (const each of redrives) expect(await redrivesOf(each)).toEqual([]);
    expect(await hub.getBulk(id)).toMatchObject({ done: 5 });
  });

  it("the filters combine: status, destination, route, reason, time, ids", async () => {
    const reason = unique("filters-");
    const [one = "", two = "", three = ""] = await failedDispatches("later.filters", 3, reason);
    await rows("UPDATE dispatches SET status = 'cancelled' WHERE id = ?", two);
    await rows("UPDATE dispatches SET status = 'lost', destination = 'second' WHERE id = ?", three);
    const matching = async (filter: object) => (await hub.previewBulk("retry", { reason, ...filter })).sample.map(({ id }) => id);
    expect(await matching({})).toEqual([three, one]);
    expect(await matching({ status: "cancelled" })).toEqual([two]);
    expect(await matching({ status: "failed" })).toEqual([one]);
    expect(await matching({ destination: "second" })).toEqual([three]);
    expect(await matching({ route: "fast" })).toEqual([]);
    expect(await matching({ ids: [one, two] })).toEqual([one]);
    expect(await matching({ to: new Date(0) })).toEqual([]);
    expect(await matching({ from: new Date(Date.now() + 60_000) })).toEqual([]);
  });

  it("takes delivery options as a single retry does", async () => {
    const reason = unique("options-");
    const [id = ""] = await failedDispatches("once.options", 1, reason);
    await ended(await hub.retryDispatches({ reason }, { delay: "1 hour", retry: { limit: 0 } }));
    const redrive = await dispatchRow(await nthRedrive(id, 1));
    expect(redrive.due_at).toBeGreaterThan(Date.now() + 3_500_000);
    expect(JSON.parse(redrive.policy)).toMatchObject({ retry: { limit: 0 } });
  });
});

describe("cancelDispatches", () => {
  it("cancels what is ongoing and matches, and nothing else", async () => {
    const destination = unique("bulk-");
    const ids = await storedDispatches("later.cancel", 250);
    await rows("UPDATE dispatches SET destination = ? WHERE id IN (SELECT value FROM json_each(?))", destination, JSON.stringify(ids));
    const [other = ""] = await storedDispatches("later.cancel", 1);
    expect(await hub.previewBulk("cancel", { destination })).toMatchObject({ count: 250, more: false });
    expect(await ended(await hub.cancelDispatches({ destination }, { by: "ada" }))).toMatchObject({ done: 250, kind: "cancel" });
    const statuses = await rows("SELECT DISTINCT status FROM dispatches WHERE destination = ?", destination);
    expect(statuses).toEqual([{ status: "cancelled" }]);
    expect((await dispatchRow(other)).status).toBe("ongoing");
    expect(await notesOf(ids[0] ?? "")).toEqual([{ kind: "cancel", by: "ada", reason: null }]);
  });
});

describe("a bulk operation", () => {
  it("stops before its next piece when somebody ends it, and stays stopped", async () => {
    const reason = unique("stop-");
    await failedDispatches("later.stop", 2, reason);
    const id = await stoppedBulk(reason);
    const stopped = { state: "stopped", done: 0, notes: [{ kind: "stop", by: "ada", reason: "the wrong ones" }] };
    expect(await hub.stopBulk(id, { by: "ada", reason: "the wrong ones" })).toMatchObject(stopped);
    expect(await hub.stopBulk(id, { by: "grace" })).toMatchObject(stopped);
    expect(await performPiece(createHub(env), id, undefined)).toBeNull();
    expect(await hub.previewBulk("retry", { reason })).toMatchObject({ count: 2 });
  });

  it("that has no run is given one by the next cron", async () => {
    const reason = unique("cron-");
    await failedDispatches("later.cron", 2, reason);
    const id = await stoppedBulk(reason);
    await hubWorker.scheduled(createScheduledController(), env);
    expect(await ended({ id } as BulkView)).toMatchObject({ done: 2 });
  });

  it.each([
    ["an unknown status", { status: "broken" }],
    ["ongoing ones", { status: "ongoing" }],
    ["an unknown filter", { colour: "red" }],
    ["too many ids", { ids: Array.from({ length: 1_001 }, String) }],
    ["no ids at all", { ids: [] }],
    ["a time that is none", { from: "yesterday" }],
  ])("of %s is refused, and nothing is written down", async (_what, filter) => {
    const before = await hub.listBulks();
    expect(await faultOf(hub.retryDispatches(filter as never))).toBe("query.invalid");
    expect(await hub.listBulks()).toEqual(before);
  });

  it("of a kind that is none, or that nobody knows, is refused", async () => {
    expect(await faultOf(hub.previewBulk("delete" as never))).toBe("query.invalid");
    expect(await faultOf(hub.cancelDispatches({ status: "failed" }))).toBe("query.invalid");
    expect(await faultOf(hub.retryDispatches({}, { rate: 5 } as never))).toBe("options.invalid");
    expect(await faultOf(hub.stopBulk("none"))).toBe("bulk.unknown");
    expect(await hub.getBulk("none")).toBeNull();
  });
});

/** A retry of what failed for this reason, written down as it is before its run exists. */
async function stoppedBulk(reason: string): Promise<string> {
  const id = crypto.randomUUID();
  const filter = JSON.stringify({ reason, to: Date.now() + 1_000 });
  await rows(
    `INSERT INTO bulks (id, kind, filter, options, "by", state, started_at) VALUES (?, 'retry', ?, '{}', 'ada', 'running', 1)`,
    id,
    filter,
  );
  return id;
}
