import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { PurgePage, PurgeQuery } from "../../schema/contract/purge.ts";
import { DAY_MS, PURGE } from "../../schema/limits.ts";
import { type NoteSubject, RETENTION, type Retention } from "../../schema/storage/retention.ts";
import { SUBJECTS } from "../../schema/storage/subjects.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { purge } from "../../src/hub/purge/purge.ts";
import { envWith, hub } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { idAt, storeOld, storeUndeliverable } from "./support/old-chains.ts";
import {
  BEFORE,
  beforeDeletes,
  counts,
  difference,
  NOTHING,
  noteMoments,
  OLD,
  pagesOf,
  purgeAll,
  storeBulk,
  storeBulks,
  storeNotes,
  sum,
  YOUNG,
} from "./support/purging.ts";
import { rows } from "./support/rows.ts";
import { emptyTables, wholeDatabase } from "./support/tables.ts";

beforeEach(async () => {
  await hub.health();
  await emptyTables();
  await rows("INSERT OR IGNORE INTO secrets VALUES ('cursors', 'of the tests')");
});

const many = (count: number, at: number): number[] => Array.from({ length: count }, () => at);

const bulksLeft = async () => (await rows<{ id: string }>("SELECT id FROM bulks ORDER BY id")).map(({ id }) => id);

async function control(destination: string, state: "paused" | "tripped", since: number): Promise<void> {
  await rows(`INSERT INTO controls (destination, state, since, "by") VALUES (?, ?, ?, 'tests')`, destination, state, since);
}

/** Ways of leaving that are those of a purge. */
const BY_PURGE: readonly Retention["leaves"][] = ["with its chain", "with its bulk operation", "with age"];

const stays = ({ leaves }: Retention) => !BY_PURGE.includes(leaves);

describe("the retention register", () => {
  it("names what a purge of all that is old leaves behind: these tables, and notes on these subjects", async () => {
    const event = idAt(OLD);
    await storeOld([{ id: event, dispatches: ["complete"] }]);
    const bulk = await storeBulk({ startedAt: OLD, endedAt: OLD });
    await control("paused", "paused", OLD);
    await rows("INSERT INTO configs (version, body, first_seen_at) VALUES ('old', '{}', ?)", OLD);
    await rows("INSERT INTO beats VALUES ('sweep', ?, 0, 0)", OLD);
    await rows("INSERT INTO ended_sessions VALUES ('one', ?)", OLD);
    await rows("INSERT INTO wrong_secrets VALUES ('192.0.2.1', 1, ?)", OLD);
    const subjects: Readonly<Record<NoteSubject, string>> = {
      dispatch: `${event}-0`,
      bulk: `bulk:${bulk}`,
      destination: "destination:email",
      undeliverable: SUBJECTS.undeliverable,
      queued: SUBJECTS.queued,
      chain: `chain:${event}`,
      audit: "audit",
    };
    for (const subject of Object.values(subjects)) await storeNotes(subject, [OLD]);
    const subjectsNoted = async () => {
      const noted = new Set((await rows<{ subject_id: string }>("SELECT subject_id FROM notes")).map((note) => note.subject_id));
      return (Object.keys(subjects) as NoteSubject[]).filter((subject) => noted.has(subjects[subject]));
    };
    const tablesFilled = async () => Object.entries(await wholeDatabase(env.DB)).flatMap(([table, all]) => (all.length > 0 ? [table] : []));

    expect(await tablesFilled()).toEqual(Object.keys(RETENTION));
    expect(await subjectsNoted()).toEqual(Object.keys(subjects));
    await purgeAll({ before: YOUNG });
    const { subjects: retained } = RETENTION.notes;
    const left = (Object.keys(subjects) as NoteSubject[]).filter((subject) => stays(retained[subject]));
    expect(await subjectsNoted()).toEqual(left);
    const tablesLeft = Object.entries(RETENTION).filter(([, each]) => ("subjects" in each ? left.length > 0 : stays(each)));
    expect(await tablesFilled()).toEqual(tablesLeft.map(([table]) => table));
    await rows("DELETE FROM configs WHERE version = 'old'");
  });
});

describe("bulk operations", () => {
  it("go with their notes when they ended before, and stay when they ended later or run, however long", async () => {
    await storeBulk({ startedAt: OLD, endedAt: BEFORE - 1 });
    const later = await storeBulk({ startedAt: OLD, endedAt: BEFORE });
    const running = await storeBulk({ startedAt: OLD });
    const young = await storeBulk({ startedAt: YOUNG, endedAt: YOUNG });
    expect(await purgeAll()).toEqual({ ...NOTHING, notes: 1, bulks: 1 });
    expect(await bulksLeft()).toEqual([later, running, young]);
    expect((await hub.getBulk(running))?.notes).toHaveLength(1);
    expect(await counts()).toMatchObject({ notes: 3, bulks: 3 });
  });

  it("that were stopped go like those that finished", async () => {
    const id = await storeBulk({ startedAt: OLD, endedAt: OLD });
    await rows("UPDATE bulks SET state = 'stopped' WHERE id = ?", id);
    expect(await purgeAll()).toMatchObject({ bulks: 1, notes: 1 });
    expect(await hub.getBulk(id)).toBeNull();
  });

  it("that run again when they are about to be deleted stay with their notes", async () => {
    const id = await storeBulk({ startedAt: OLD, endedAt: OLD });
    const running = beforeDeletes(async () => {
      await rows("UPDATE bulks SET state = 'running' WHERE id = ?", id);
    });
    expect(await purgeAll({ given: running })).toEqual(NOTHING);
    expect((await hub.getBulk(id))?.notes).toHaveLength(1);
  });

  it("that are stopped when they are about to be deleted stay with the note that says so", async () => {
    const id = await storeBulk({ startedAt: OLD });
    const stopping = beforeDeletes(async () => void (await hub.stopBulk(id, { reason: "enough" })));
    expect(await purgeAll({ given: stopping })).toEqual(NOTHING);
    expect(await hub.getBulk(id)).toMatchObject({ state: "stopped", notes: [{ kind: "test" }, { kind: "stop", reason: "enough" }] });
  });

  it("that are gone leave the dispatches they retried as they are", async () => {
    const bulk = await storeBulk({ startedAt: OLD, endedAt: OLD });
    const event = idAt(YOUNG);
    await storeOld([{ id: event, dispatches: ["failed"] }]);
    const detail = { redrive: `${event}-0-r1`, bulk };
    await rows("UPDATE notes SET kind = 'retry', detail = ? WHERE subject_id = ?", JSON.stringify(detail), `${event}-0`);
    expect(await purgeAll()).toMatchObject({ bulks: 1, dispatches: 0 });
    expect(await rows("SELECT kind, detail FROM notes")).toEqual([{ kind: "retry", detail: JSON.stringify(detail) }]);
  });
});

describe("notes on destinations", () => {
  it("go by their own age, those of destinations that are no longer configured too", async () => {
    await storeNotes("destination:email", [OLD, BEFORE - 1, BEFORE, YOUNG]);
    await storeNotes("destination:gone", [OLD]);
    expect(await purgeAll()).toEqual({ ...NOTHING, notes: 3 });
    expect(await noteMoments("destination:email")).toEqual([BEFORE, YOUNG]);
  });

  for (const state of ["paused", "tripped"] as const) {
    it(`stay from the one on that says how a control began that is in force: ${state}`, async () => {
      await control("email", state, OLD + 2);
      await storeNotes("destination:email", [OLD, OLD + 1, OLD + 2, OLD + 3]);
      await storeNotes("destination:email2", [OLD + 2]);
      expect(await purgeAll()).toEqual({ ...NOTHING, notes: 3 });
      expect(await noteMoments("destination:email")).toEqual([OLD + 2, OLD + 3]);
      await rows("DELETE FROM controls");
      expect(await purgeAll()).toEqual({ ...NOTHING, notes: 2 });
    });
  }

  it("of a pause stay while it lasts, and go once the destination is resumed", async () => {
    await hub.pauseDestination("scripted", { reason: "maintenance" });
    const later = Date.now() + 1_000;
    const clock = { ...createHub(env), now: () => later };
    const purgeLater = async () => await purge(clock, new Date(later), {});
    expect(await purgeLater()).toMatchObject({ notes: 0 });
    await hub.resumeDestination("scripted");
    expect(await purgeLater()).toMatchObject({ notes: 2 });
    expect(await noteMoments("destination:scripted")).toEqual([]);
  });
});

describe("notes on queued emits", () => {
  const KEPT = PURGE.queuedNotesKeptMs;
  const agesAfter = async (before: number) => {
    await purgeAll({ before });
    return (await noteMoments("queued")).map((at) => Math.round((NOW - at) / DAY_MS));
  };
  const NOW = Date.now();

  it("go by their own age, and not before their message can come no more, whatever the moment of the purge", async () => {
    expect(KEPT).toBe(28 * DAY_MS);
    await storeNotes(
      "queued",
      [40, 29, 27, 1].map((days) => NOW - days * DAY_MS),
    );
    expect(await agesAfter(NOW - 30 * DAY_MS)).toEqual([29, 27, 1]);
    expect(await agesAfter(NOW)).toEqual([27, 1]);
  });
});

/** More than a page in every stage, and of bulk operations and notes on destinations some that stay. */
async function everyStage(): Promise<void> {
  await storeOld(many(PURGE.events + 20, OLD).map((at) => ({ id: idAt(at), dispatches: ["complete"] })));
  await storeUndeliverable(PURGE.undeliverable + 5, OLD);
  await storeUndeliverable(3, YOUNG);
  await storeBulk({ startedAt: OLD });
  await storeBulks(many(PURGE.bulks + 5, OLD).map((at) => ({ startedAt: at, endedAt: at })));
  await control("email", "paused", OLD + 1);
  await storeNotes("destination:email", [...many(PURGE.destinationNotes, OLD), OLD + 1]);
  await storeNotes("destination:sms", [OLD, YOUNG]);
  await storeNotes("queued", many(PURGE.queuedNotes + 1, OLD));
}

const GONE = {
  events: PURGE.events + 20,
  dispatches: PURGE.events + 20,
  executions: PURGE.events + 20,
  notes: PURGE.events + 20 + (PURGE.undeliverable + 5) + (PURGE.bulks + 5) + (PURGE.destinationNotes + 1) + (PURGE.queuedNotes + 1),
  bulks: PURGE.bulks + 5,
  kept: 0,
};

const withoutCursor = ({ cursor: _, ...page }: PurgePage) => page;

describe("stages", () => {
  it("are gone through one after the other, a page of each a call, and a dry run counts what the purge then deletes", async () => {
    await everyStage();
    const before = await wholeDatabase(env.DB);
    const dry = await pagesOf({ dryRun: true });
    expect(await wholeDatabase(env.DB)).toEqual(before);
    const counted = await counts();
    const real = await pagesOf();
    expect(real.map(withoutCursor)).toEqual(dry.map(withoutCursor));
    expect(real).toHaveLength(6);
    expect(sum(real)).toEqual(GONE);
    expect(difference(counted, await counts())).toEqual(withoutKept(GONE));
    expect(await counts()).toEqual({ events: 0, dispatches: 0, executions: 0, notes: 3 + 1 + 1 + 1, bulks: 1 });
  });

  it("that lie behind a cursor are gone through from there, and done again change nothing", async () => {
    await everyStage();
    const pages = await pagesOf();
    const after = await wholeDatabase(env.DB);
    for (const { cursor } of pages) if (cursor !== undefined) expect(await purgeAll({ cursor })).toEqual(NOTHING);
    expect(await purgeAll()).toEqual(NOTHING);
    expect(await wholeDatabase(env.DB)).toEqual(after);
  });

  for (const done of [1, 2, 3, 4, 5]) {
    it(`interrupted after ${done} pages and begun again end as when they are not`, async () => {
      await everyStage();
      const first: PurgePage[] = [];
      while (first.length < done) first.push(await purge(createHub(env), new Date(BEFORE), { cursor: first.at(-1)?.cursor }));
      expect(sum([...first, ...(await pagesOf())])).toEqual(GONE);
    });
  }

  it("of two purges at once delete what one would, and count together what is gone", async () => {
    await everyStage();
    expect(sum((await Promise.all([pagesOf(), pagesOf()])).flat())).toEqual(GONE);
  });
});

function withoutKept({ kept: _, ...of }: typeof GONE) {
  return of;
}

describe("what a call costs", () => {
  const { d1, measure, trips } = meteredD1(env.DB);
  const page = async (query: PurgeQuery) =>
    (await measure(async () => await purge(createHub(envWith({ DB: d1 })), new Date(BEFORE), query))).cost;

  it("is five reads in two round trips where nothing is old, dry or not", async () => {
    await page({});
    await storeUndeliverable(1_000, YOUNG);
    await storeNotes("destination:email", [YOUNG, YOUNG]);
    await storeBulk({ startedAt: YOUNG, endedAt: YOUNG });
    for (const query of [{}, { dryRun: true }]) {
      const { rowsRead, rowsWritten, roundTrips } = await page(query);
      expect([roundTrips, trips().flat().length, rowsRead <= 10, rowsWritten]).toEqual([2, 5, true, 0]);
    }
  });

  it("is bounded by a page of each stage, however much there is of it, and grows with nothing that is young", async () => {
    await page({});
    await storeNotes("destination:email", many(PURGE.destinationNotes * 3, YOUNG));
    await storeBulks(many(PURGE.bulks * 2, OLD).map((at) => ({ startedAt: at })));
    const { rowsRead, rowsWritten } = await page({});
    expect([rowsRead <= 4 * (PURGE.bulks + PURGE.destinationNotes), rowsWritten]).toEqual([true, 0]);
  });
});
