import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { DeadLetterGroup, DeadLetterQuery } from "../../schema/contract/dead-letters.ts";
import type { Status } from "../../schema/contract/statuses.ts";
import { GIVEN_UP } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { firstIdAt } from "../../src/domain/base/time-id.ts";
import { deadLetters } from "../../src/hub/read/dead-letters.ts";
import { reckonLines } from "../../src/store/d1/lines.ts";
import { bulkDispatches } from "./support/bulk.ts";
import { faultOf } from "./support/failures.ts";
import { envWith, hub, only, unique } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { settleBySql, settledDispatch } from "./support/operating.ts";
import { rows } from "./support/rows.ts";

/** Each test has an hour of its own, in which nobody else emits and nothing else settles. */
let hour = Date.UTC(2023, 0, 1);
function window() {
  hour += 3_600_000;
  return { from: new Date(hour), to: new Date(hour + 3_600_000) };
}

interface Given {
  /** Milliseconds into the hour. */
  readonly at: number;
  readonly status?: Status;
  readonly destination?: string;
  readonly reason?: string | null;
  /** `-0-r1`. */
  readonly suffix?: string;
  readonly redriveOf?: string;
}

const idOf = ({ at, suffix = "-0" }: Given) => `${firstIdAt(hour + at)}000-8000-000000000000${suffix}`;

async function given(all: readonly Given[]): Promise<string[]> {
  const dispatches = all.map((one) => ({
    ...{ id: idOf(one), eventId: idOf({ at: one.at, suffix: "" }), route: "r" },
    ...{
      destination: one.destination ?? "email",
      status: one.status ?? "failed",
      checkAt: one.status === "ongoing" ? Date.now() + 86_400_000 : null,
    },
  }));
  await bulkDispatches(dispatches);
  const stood = all.map((one) => ({
    ...{ id: idOf(one), reason: one.reason === undefined ? "shut" : one.reason, redriveOf: one.redriveOf },
    settledAt: one.status === "ongoing" ? null : hour + one.at,
  }));
  await rows(
    `UPDATE dispatches SET reason = value ->> 'reason', redrive_of = value ->> 'redriveOf', settled_at = value ->> 'settledAt'
     FROM json_each(?) WHERE dispatches.id = value ->> 'id'`,
    JSON.stringify(stood),
  );
  const redrives = stood.filter(({ redriveOf }) => redriveOf !== undefined).map(({ id }) => id);
  if (redrives.length > 0) await env.DB.batch(reckonLines(env.DB, redrives));
  return dispatches.map(({ id }) => id);
}

const iso = (at: number) => new Date(hour + at).toISOString();
const short = ({ destination, status, reason, count }: DeadLetterGroup) => [destination, status, reason, count];

beforeAll(async () => {
  await hub.health();
});

describe("dead letters", () => {
  it("are grouped by destination, status and reason, each with how many, since when, until when, and the latest; the largest group first", async () => {
    const query = window();
    await given([
      { at: 5 },
      { at: 1 },
      { at: 4 },
      { at: 2, destination: "sms" },
      { at: 3, status: "lost" },
      { at: 7, reason: "late" },
      { at: 9, status: "misconfigured", reason: null },
    ]);
    const { groups, ...others } = await hub.deadLetters(query);
    expect(others).toEqual({ total: 7, moreGroups: false, truncated: false });
    expect(groups[0]).toEqual({
      ...{ destination: "email", status: "failed", reason: "shut", count: 3 },
      ...{ firstSettledAt: iso(1), lastSettledAt: iso(5), latest: idOf({ at: 5 }) },
    });
    expect(groups.slice(1).map(short)).toEqual([
      ["email", "misconfigured", undefined, 1],
      ["email", "failed", "late", 1],
      ["email", "lost", "shut", 1],
      ["sms", "failed", "shut", 1],
    ]);
    expect(groups[1]).not.toHaveProperty("reason");
  });

  it("are none that are ongoing, complete, ignored or cancelled", async () => {
    const query = window();
    await given((["ongoing", "complete", "ignored", "cancelled"] as const).map((status, at) => ({ at, status })));
    expect(await hub.deadLetters(query)).toEqual({ groups: [], total: 0, moreGroups: false, truncated: false });
  });

  it("are none that have been retried: the last redrive of a line stands for it, and nothing while one is on its way", async () => {
    const query = window();
    const redriven = (at: number, status: Status) => [{ at }, { at, status, suffix: "-0-r1", redriveOf: idOf({ at }) }];
    const [failed, complete, ongoing] = [redriven(1, "failed"), redriven(2, "complete"), redriven(3, "ongoing")];
    const twice = [
      ...redriven(4, "failed"),
      { at: 4, status: "lost" as const, suffix: "-0-r2", redriveOf: idOf({ at: 4, suffix: "-0-r1" }) },
    ];
    await given([...failed, ...complete, ...ongoing, ...twice, { at: 5 }]);
    const { groups, total } = await hub.deadLetters(query);
    expect(groups.map(({ status, count, latest }) => [status, count, latest])).toEqual([
      ["failed", 2, idOf({ at: 5 })],
      ["lost", 1, idOf({ at: 4, suffix: "-0-r2" })],
    ]);
    expect(total).toBe(3);
  });

  it("are gone once they are retried", async () => {
    const id = await settledDispatch("failed", { type: "later.given-up", data: 1 });
    await rows("UPDATE dispatches SET reason = ? WHERE id = ?", "gone soon", id);
    const listed = async () => (await hub.deadLetters()).groups.some(({ reason, latest }) => reason === "gone soon" && latest === id);
    expect(await listed()).toBe(true);
    const redrive = await hub.retryDispatch(id, { delay: "1 hour" });
    expect(await listed()).toBe(false);
    await settleBySql(redrive.id, "complete");
    expect(await listed()).toBe(false);
  });

  it("are those that a bulk retry of the same filter would concern", async () => {
    const query = window();
    await given(
      Array.from({ length: 40 }, (_, at) => ({
        at,
        destination: ["email", "sms"][at % 2] ?? "",
        reason: `${at % 3}`,
        status: (["failed", "lost"] as const)[at % 2] ?? "lost",
      })),
    );
    await given([{ at: 7, suffix: "-0-r1", redriveOf: idOf({ at: 7 }) }]);
    const { groups, total } = await hub.deadLetters(query);
    expect((await hub.previewBulk("retry", query)).count).toBe(total);
    for (const { destination, status, reason, count, latest } of groups) {
      const filter = { ...query, destination, status, ...(reason !== undefined && { reason }) };
      expect(await hub.previewBulk("retry", filter)).toMatchObject({
        count,
        sample: expect.arrayContaining([expect.objectContaining({ id: latest })]),
      });
    }
  });

  it("can be asked for one destination, and for a window by time of settlement whose end is not included", async () => {
    const query = window();
    await given([{ at: 1, destination: "sms" }, { at: 2 }, { at: 3 }, { at: 4, destination: "sms" }]);
    const counts = async (filter: DeadLetterQuery) =>
      (await hub.deadLetters({ ...query, ...filter })).groups.map(({ destination, count }) => [destination, count]);
    expect(await counts({ destination: "sms" })).toEqual([["sms", 2]]);
    expect(await counts({ from: iso(2), to: new Date(hour + 4) })).toEqual([["email", 2]]);
    expect(await counts({ to: iso(1) })).toEqual([]);
    expect(await counts({ destination: "nobody" })).toEqual([]);
    expect(await counts({ destination: `'"%_\\👩‍🚒` })).toEqual([]);
  });

  it("keep hostile reasons apart, and as they are", async () => {
    const query = window();
    const reasons = [
      `<script>alert("1")</script>`,
      "'; DROP TABLE dispatches; --",
      "%",
      "_",
      "",
      "👩‍🚒\u202E",
      "Shut",
      "shut",
      "line\nbreak",
    ];
    await given(reasons.map((reason, at) => ({ at, reason })));
    expect((await hub.deadLetters(query)).groups.map(({ reason = "" }) => reason)).toEqual(reasons.toReversed());
  });

  it("without a reason are one group, whether none was stored or an empty one, and the empty reason asks for them alone", async () => {
    const query = window();
    await given([
      { at: 0, reason: null },
      { at: 1, reason: "" },
      { at: 2, reason: "shut" },
    ]);
    const { groups } = await hub.deadLetters(query);
    expect(groups.map(({ reason, count }) => [reason, count])).toEqual([
      [undefined, 2],
      ["shut", 1],
    ]);
    expect((await hub.previewBulk("retry", { ...query, reason: "" })).count).toBe(2);
    expect((await hub.listDispatches({ ...query, status: "failed", reason: "" })).items).toHaveLength(2);
  });
});

describe("of many dead letters", () => {
  it(`the ${GIVEN_UP.groups} largest groups are listed, and all are counted`, async () => {
    const query = window();
    const many = GIVEN_UP.groups + 20;
    await given([
      ...Array.from({ length: many }, (_, at) => ({ at, reason: `reason ${at}` })),
      ...Array.from({ length: 10 }, (_, at) => ({ at: 1_000 + at, reason: `reason ${at}` })),
    ]);
    const { groups, ...others } = await hub.deadLetters(query);
    expect(others).toEqual({ total: many + 10, moreGroups: true, truncated: false });
    expect(groups.map(({ reason }) => reason)).toEqual(
      [
        ...Array.from({ length: 10 }, (_, index) => 9 - index),
        ...Array.from({ length: GIVEN_UP.groups - 10 }, (_, index) => many - 1 - index),
      ].map((at) => `reason ${at}`),
    );
  });

  const latest = GIVEN_UP.rows;
  it(`the latest ${latest} are looked at, which is said, and no more rows than that are read`, async () => {
    const query = window();
    await given(Array.from({ length: latest + 1 }, (_, at) => ({ at, reason: at === 0 ? "oldest" : "shut" })));
    const { d1, measure } = meteredD1(env.DB);
    const metered = envWith({ DB: d1 });
    await deadLetters(createHub(metered), {});
    const { cost, result } = await measure(() => deadLetters(createHub(metered), query));
    expect(result).toMatchObject({ total: latest, truncated: true, groups: [{ reason: "shut", count: latest, firstSettledAt: iso(1) }] });
    expect(cost.roundTrips).toBe(1);
    expect(cost.rowsRead).toBeLessThanOrEqual(7 * latest);
    expect(await hub.deadLetters({ ...query, from: iso(1) })).toMatchObject({ total: latest, truncated: false });
    expect(await hub.deadLetters({ ...query, destination: "nobody" })).toEqual({
      groups: [],
      total: 0,
      moreGroups: false,
      truncated: true,
    });
    await rows("UPDATE dispatches SET status = 'cancelled' WHERE id >= ? AND id < ?", firstIdAt(hour), firstIdAt(hour + 3_600_000));
  });

  it("a few among many that are settled otherwise are found by reading just these, however often they were retried", async () => {
    const query = window();
    await given([
      ...Array.from({ length: 3_000 }, (_, at) => ({ at, status: at % 1_000 === 0 ? ("failed" as const) : ("complete" as const) })),
      ...Array.from({ length: 30 }, (_, nth) => ({
        at: 1_000,
        suffix: `-0-r${nth + 1}`,
        redriveOf: idOf({ at: 1_000, suffix: nth === 0 ? "-0" : `-0-r${nth}` }),
      })),
    ]);
    const { d1, measure } = meteredD1(env.DB);
    const { cost, result } = await measure(() => deadLetters(createHub(envWith({ DB: d1 })), query));
    expect(result.total).toBe(3);
    expect(cost.rowsRead).toBeLessThan(33 * 40);
  });
});

it.each<[query: unknown]>([
  [{ from: "yesterday" }],
  [{ destination: "" }],
  [{ destination: 5 }],
  [{ destination: null }],
  [{ status: "failed" }],
  [{ limit: 5 }],
  [null],
  [[]],
  ["x".repeat(10_000)],
])("%j is refused", async (query) => {
  expect(await faultOf(hub.deadLetters(query as DeadLetterQuery))).toBe("query.invalid");
});

it("a group is of whatever was given up in this hub, however it came to that", async () => {
  const reason = unique("given-up-");
  const ids = [
    await settledDispatch("lost", { type: "later.given-up", data: 1 }),
    await settledDispatch("lost", { type: "later.given-up", data: 2 }),
  ];
  await rows("UPDATE dispatches SET reason = ? WHERE id IN (SELECT value FROM json_each(?))", reason, JSON.stringify(ids));
  const group = only((await hub.deadLetters()).groups.filter((one) => one.reason === reason));
  expect(group).toMatchObject({ destination: "scripted", status: "lost", count: 2, latest: ids[1] });
});
