import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { createHub } from "../../src/bindings/hub.ts";
import { type Position, sealCursor } from "../../src/domain/base/cursor.ts";
import { firstIdAt } from "../../src/domain/base/time-id.ts";
import { listEvents } from "../../src/hub/read/events.ts";
import { aroundD1 } from "./support/around-d1.ts";
import { bulkDispatches, bulkEvents } from "./support/bulk.ts";
import { faultOf } from "./support/failures.ts";
import { envWith, hub, only } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { rows } from "./support/rows.ts";

const EPOCH = Date.UTC(2024, 0, 1);
const EVENTS = 120;
const ids = Array.from({ length: EVENTS }, (_, number) => `${firstIdAt(EPOCH + number)}000-8000-000000000000`);
const window = { from: new Date(EPOCH), to: new Date(EPOCH + EVENTS) };

/** A hub as another isolate has it: it knows nothing that was read before. */
const isolate = () => createHub(envWith({ DB: aroundD1(env.DB, ({ go }) => go()) }));
const secrets = async () => await rows<{ value: string }>("SELECT value FROM secrets");

beforeAll(async () => {
  await hub.listEvents({ type: "nothing" });
  await bulkEvents(ids.map((id) => ({ id, type: "sealed.event" })));
  const settled = { route: "r", destination: "d", status: "complete", checkAt: null } as const;
  await bulkDispatches(ids.map((eventId) => ({ id: `${eventId}-0`, eventId, ...settled })));
}, 60_000);

describe("the key of cursors", () => {
  it("is not drawn by a hub whose lists end on their first page", async () => {
    await hub.listEvents({ ...window, limit: EVENTS });
    expect(await secrets()).toEqual([]);
  });

  it("is drawn once by many isolates at once, and each opens what another sealed", async () => {
    const isolates = Array.from({ length: 8 }, isolate);
    const cursors = await Promise.all(isolates.map(async (one) => (await listEvents(one, { ...window, limit: 7 })).cursor));
    expect(new Set(cursors).size).toBe(1);
    expect(only(await secrets()).value).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    for (const one of isolates) expect((await listEvents(one, { ...window, limit: 7, cursor: cursors[0] })).items[0]?.id).toBe(ids.at(-8));
  });

  it("is read once by an isolate", async () => {
    const { d1, measure } = meteredD1(env.DB);
    const metered = createHub(envWith({ DB: d1 }));
    await listEvents(metered, { type: "nothing" });
    const trips = async (cursor?: string) => (await measure(() => listEvents(metered, { ...window, limit: 7, cursor }))).cost.roundTrips;
    expect([await trips(), await trips()]).toEqual([2, 1]);
  });
});

/** Every call that takes a cursor, with the query it belongs to and a position that it would go on from. */
const CALLS: readonly [call: string, ask: (cursor: string) => Promise<unknown>, list: Record<string, unknown>, position: Position][] = [
  ["listEvents", (cursor) => hub.listEvents({ cursor }), { list: "events" }, [ids[5] ?? ""]],
  ["searchEvents", (cursor) => hub.searchEvents({ cursor }), { list: "search" }, [ids[5] ?? ""]],
  ["listDispatches", (cursor) => hub.listDispatches({ cursor }), { list: "dispatches" }, [`${ids[5]}-0`]],
  ["audit", (cursor) => hub.audit({ cursor }), { list: "audit", allRuns: false }, ["zzz", Date.now(), 1_000_000, 1_000_000, 0]],
  [
    "purge",
    (cursor) => hub.purge(new Date(EPOCH), { cursor }),
    { list: "purge", before: EPOCH, dryRun: false, deadLetters: false },
    ["bulks", "9"],
  ],
];

/** Seals without a key, as anybody can who has read how. */
async function sealedByDigest(position: Position, list: unknown): Promise<string> {
  const body = JSON.stringify(position);
  const base64Url = (binary: string) => btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(["flowhub cursor 1", list, body])));
  return base64Url(base64Url(String.fromCharCode(...new Uint8Array(digest))).slice(0, 16) + body);
}

async function keyOf(secret: string): Promise<CryptoKey> {
  return await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
}

describe("a cursor that the hub has not sealed", () => {
  it.each(CALLS)("is refused by %s", async (_, ask, list, position) => {
    const forged = [
      await sealedByDigest(position, list),
      await sealedByDigest(null as never, list),
      ...(await Promise.all(["cursors", "flowhub", "0"].map(async (guess) => await sealCursor(position, list, await keyOf(guess))))),
    ];
    for (const cursor of forged) expect(await faultOf(ask(cursor))).toBe("cursor.invalid");
  });

  it("would have been taken with the key of the hub: so the queries above are those of the calls", async () => {
    const key = await keyOf(only(await secrets()).value);
    for (const [, ask, list, position] of CALLS) await ask(await sealCursor(position, list, key));
  });

  it("says nothing about an audit", async () => {
    const before = (await hub.health()).lastAudit;
    const [, ask, list] = CALLS[3] ?? [];
    const cursor = await sealedByDigest(["zzz", Date.now(), 7_000_000, 7_000_000, 0], list);
    expect(await faultOf(ask?.(cursor) ?? Promise.resolve())).toBe("cursor.invalid");
    expect((await hub.health()).lastAudit).toEqual(before);
  });
});
