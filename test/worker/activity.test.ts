import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Activity, ActivityQuery } from "../../schema/contract/activity.ts";
import { READ } from "../../schema/limits.ts";
import { destinationSubject, SUBJECTS } from "../../schema/storage/subjects.ts";
import { activity } from "../../src/hub/read/activity.ts";
import { look } from "./support/attempts.ts";
import { faultOf } from "./support/failures.ts";
import { envWith, hub, hubAt, storedDispatch, unique } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { rows } from "./support/rows.ts";

/** Everything by a person whom no other test knows. */
async function all(query: ActivityQuery): Promise<Activity[]> {
  const { items, cursor } = await hub.activity(query);
  return cursor === undefined ? [...items] : [...items, ...(await all({ ...query, cursor }))];
}

async function note(given: { subject: string; id?: string; at?: number; by: string; detail?: string }): Promise<void> {
  const { subject, id = crypto.randomUUID(), at = Date.now(), by, detail = null } = given;
  await rows(
    `INSERT INTO notes (subject_id, id, at, kind, "by", detail) VALUES (?, ?, ?, 'undeliverable', ?, ?)`,
    subject,
    id,
    at,
    by,
    detail,
  );
}

describe("activity", () => {
  it("says what was done to dispatches, destinations and bulk operations, by whom and why, newest first", async () => {
    const by = unique("ada-");
    const id = await storedDispatch({ type: "once.activity", data: { script: ["failed"] } });
    await look(id);
    const { id: redrive } = await hub.retryDispatch(id, { by, reason: "try again" });
    await hub.pauseDestination("second", { by, reason: "they asked" });
    await hub.resumeDestination("second", { by, rate: 2 });
    const bulk = await hub.cancelDispatches({ ids: [redrive] }, { by });
    await hub.stopBulk(bulk.id, { by });
    const said = (await all({ by })).filter(({ kind }) => kind !== "cancel" && kind !== "stop");
    expect(said).toMatchObject([
      { kind: "resume", by, destination: "second", detail: { rate: 2 } },
      { kind: "pause", by, destination: "second", reason: "they asked" },
      { kind: "retry", by, dispatch: id, reason: "try again", detail: { redrive } },
    ]);
    expect(await hub.activity({ destination: "second", by, kind: "pause" })).toMatchObject({ items: [{ destination: "second" }] });
    expect(await hub.activity({ dispatch: id })).toMatchObject({ items: [{ kind: "retry", dispatch: id }] });
  });

  it("is paged without losing or repeating anything, also of notes of one moment, of all subjects and of one", async () => {
    const [by, name] = [unique("pager-"), unique("d")];
    const at = Date.UTC(2020, 0, 1);
    for (let number = 0; number < 7; number++) {
      await note({ subject: destinationSubject(name), id: `n${number}`, at: at + Math.floor(number / 3), by });
      await note({ subject: destinationSubject(`${name}-${number}`), id: "n", at, by });
    }
    const window = { from: new Date(at), to: new Date(at + 10), by };
    const ofAll = await all({ ...window, limit: 2 });
    expect(ofAll.map((one) => one.at)).toEqual(
      ofAll
        .map((one) => one.at)
        .toSorted()
        .toReversed(),
    );
    expect(new Set(ofAll.map((one) => JSON.stringify(one))).size).toBe(10);
    expect(ofAll).toHaveLength(14);
    expect(await all({ destination: name, limit: 2 })).toHaveLength(7);
    expect(await all({ ...window, destination: name, to: new Date(at + 1), limit: 2 })).toHaveLength(3);
  });

  it("leaves out a large detail in a page of several and says so; alone it is there", async () => {
    const by = unique("queue-");
    await note({ subject: SUBJECTS.undeliverable, by, detail: JSON.stringify({ messageId: "m", body: "x".repeat(100_000) }) });
    expect((await hub.activity({ by })).items).toEqual([
      { at: expect.any(String), kind: "undeliverable", by, hub: "undeliverable", withoutDetail: true },
    ]);
    const [alone] = (await hub.activity({ by, limit: 1 })).items;
    expect(alone).toMatchObject({ detail: { messageId: "m" } });
    expect(alone).not.toHaveProperty("withoutDetail");
  });

  it("reads a bounded number of rows, however much is noted and however little matches", async () => {
    await rows(
      `INSERT INTO notes (subject_id, id, at, kind, "by")
       SELECT 'destination:many', printf('m%06d', value), value, 'pause', 'many' FROM json_each(?)`,
      JSON.stringify(Array.from({ length: 5_000 }, (_, number) => number)),
    );
    const { d1, measure } = meteredD1(env.DB);
    const metered = hubAt(Date.now(), envWith({ DB: d1 }));
    for (const query of [{ by: "nobody" }, { by: "nobody", destination: "many" }, { to: new Date(6_000) }]) {
      const { cost } = await measure(() => activity(metered, query));
      expect(cost.rowsRead).toBeLessThanOrEqual(4 * READ.scanRows + 10);
    }
  });

  it.each<[query: object, code: string]>([
    [{ kind: "paused" }, "query.invalid"],
    [{ destination: "email", dispatch: "x" }, "query.invalid"],
    [{ hub: "nothing" }, "query.invalid"],
    [{ limit: 0 }, "query.invalid"],
    [{ from: "yesterday" }, "query.invalid"],
    [{ who: "ada" }, "query.invalid"],
    [{ cursor: "x" }, "cursor.invalid"],
  ])("refuses %j (%s)", async (query, code) => {
    expect(await faultOf(hub.activity(query as ActivityQuery))).toBe(code);
  });
});
