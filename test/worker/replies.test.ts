import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { EmitInput } from "../../schema/contract/emit.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { readDeliverResult } from "../../src/executor/deliver-result.ts";
import { record } from "../../src/executor/record.ts";
import { audit } from "../../src/hub/audit/audit.ts";
import { look, lookToTheEnd, replying } from "./support/attempts.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { envWith, hub, only, startedDispatch, store, storedDispatch, unique } from "./support/hub.ts";
import { REFUSED_EVENTS } from "./support/refused-events.ts";
import { dispatchRow, eventRow, eventsCausedBy, executionsOf, rows, settled, until } from "./support/rows.ts";

/** A dispatch whose destination replies "complete" and emits these events. */
async function repliedWith(emit: unknown, changes: Parameters<typeof envWith>[0] = {}): Promise<string> {
  const id = await storedDispatch({ type: "fast.replied", data: 1 });
  await look(
    id,
    replying(() => ({ status: "complete", emit }), changes),
  );
  return id;
}

describe("events of a reply", () => {
  it("are stored with the record, linked to the delivery, and delivered in turn", async () => {
    const last = { type: "fast.last", data: { script: ["complete"] } };
    const middle = { type: "fast.middle", data: { script: [{ status: "complete", emit: [last, { type: "unrouted.end", data: 0 }] }] } };
    const first = await startedDispatch({ type: "fast.first", data: { script: [{ status: "ignored", emit: [middle] }] }, source: "tests" });
    const root = first.slice(0, 36);
    const chain = await until(
      async () => {
        const events = await rows<{ id: string; type: string; causation_id: string; depth: number; source: string }>(
          "SELECT id, type, causation_id, depth, source FROM events WHERE correlation_id = ? AND id <> ? ORDER BY id",
          root,
          root,
        );
        return events.length === 3 ? events : undefined;
      },
      { what: "the chain" },
    );
    const [second, third] = [chain[0], chain.find(({ type }) => type === "fast.last")];
    expect(chain.map(({ type }) => type).toSorted()).toEqual(["fast.last", "fast.middle", "unrouted.end"]);
    expect(second).toMatchObject({ type: "fast.middle", causation_id: first, depth: 1, source: "scripted" });
    expect(third).toMatchObject({ causation_id: `${second?.id}-0`, depth: 2, source: "scripted" });
    expect(await settled(`${third?.id}-0`)).toMatchObject({ status: "complete" });
    expect(await dispatchRow(first)).toMatchObject({ status: "ignored" });
  });

  it("may say all that emitted events may say, but not another cause", async () => {
    const emit: EmitInput[] = [
      {
        type: "later.said",
        data: { total: 0 },
        source: "own",
        subject: "s",
        time: new Date(5),
        key: unique("k"),
        delay: "0s",
        causedBy: { correlationId: "elsewhere", causationId: "nobody-0", depth: 9 },
      },
    ];
    const id = await repliedWith(emit);
    const event = only(await eventsCausedBy(id));
    expect(event).toMatchObject({ source: "own", subject: "s", time: 5, key: emit[0]?.key, correlation_id: id.slice(0, 36), depth: 1 });
    expect((await dispatchRow(`${event.id}-0`)).due_at).toBeLessThanOrEqual(Date.now());
  });

  it("store the configuration that routed them with them", async () => {
    const HUB_CONFIG = { destinations: { scripted: { worker: "SCRIPTED" } }, routes: [{ id: unique("r"), on: "unused", to: "scripted" }] };
    const id = await repliedWith([{ type: "unrouted.config", data: 1 }], { HUB_CONFIG });
    const { config_version } = only(await eventsCausedBy(id));
    const [stored] = await rows<{ body: string }>("SELECT body FROM configs WHERE version = ?", config_version);
    expect(JSON.parse(stored?.body ?? "null")).toMatchObject({ routes: [{ id: HUB_CONFIG.routes[0]?.id }] });
  });

  it("with a known key that says the same are not stored again, and the rest is", async () => {
    const event = { type: "fast.known", source: "tests", key: unique("k") };
    const [known] = await store({ ...event, data: { a: 1, b: 2 } });
    const id = await repliedWith([
      { ...event, data: { b: 2, a: 1 } },
      { type: "unrouted.new", data: 1 },
    ]);
    expect(await dispatchRow(id)).toMatchObject({ status: "complete" });
    expect((await eventsCausedBy(id)).map(({ type }) => type)).toEqual(["unrouted.new"]);
    expect(await rows("SELECT id FROM events WHERE key = ?", event.key)).toEqual([{ id: known?.id }]);
  });

  it("with a key repeated in the reply are one event", async () => {
    const event = { type: "fast.repeated", data: 1, key: unique("k") };
    const id = await repliedWith([event, event]);
    expect(await eventsCausedBy(id)).toHaveLength(1);
  });

  it("of an attempt that is tried again come from the attempt that succeeded, once", async () => {
    const reply = { status: "complete", emit: [{ type: "fast.once", data: 1 }] };
    const id = await startedDispatch({ type: "fast.flaky", data: { script: ["failed", { throws: "no" }, reply] } as never });
    expect(await settled(id)).toMatchObject({ status: "complete", attempts: 3 });
    const event = only(await eventsCausedBy(id));
    expect(await settled(`${event.id}-0`)).toMatchObject({ status: "complete" });
  });
});

describe("a reply that breaks a rule of emit", () => {
  const good = { type: "fast.good", data: 1 };

  /** The attempt failed for good with this code, and nothing of the reply is stored. */
  async function expectRefused(id: string, code: string): Promise<void> {
    const { status, attempts, reason } = await dispatchRow(id);
    expect([status, attempts]).toEqual(["failed", 1]);
    expect(reason).toMatch(/^\(reply\.invalid\) /);
    expect(reason).toContain(`(${code})`);
    expect(await executionsOf(id)).toMatchObject([{ attempt: 1, outcome: "failed" }]);
    expect(await eventsCausedBy(id)).toEqual([]);
  }

  for (const { because, code, event } of REFUSED_EVENTS) {
    it(`settles the dispatch as failed when of one of its events ${because} (${code})`, async () => {
      await expectRefused(await repliedWith([good, event(), good]), code);
    });
  }

  const ofAReply: readonly [string, string, () => unknown[]][] = [
    ["it holds 101 events", "batch.too_large", () => Array.from({ length: 101 }, () => good)],
    [
      "its events exceed 512 KiB together",
      "batch.too_large",
      () => Array.from({ length: 6 }, () => ({ ...good, data: "x".repeat(90_000) })),
    ],
    ["its events are owed to more than 500 destinations", "batch.too_large", () => []],
    ["a key is repeated in it with other data", "key.conflict", () => [1, 2].map((data) => ({ ...good, data, key: "repeated" }))],
  ];
  for (const [because, code, emit] of ofAReply) {
    it(`settles the dispatch as failed when ${because} (${code})`, async () => {
      const wide = Array.from({ length: 6 }, (_, number) => ({ id: `r${number}`, on: "wide", to: "scripted" }));
      const HUB_CONFIG = { destinations: { scripted: { worker: "SCRIPTED" } }, routes: wide };
      const events = emit();
      const id =
        events.length > 0
          ? await repliedWith(events)
          : await repliedWith(
              Array.from({ length: 84 }, () => ({ type: "wide", data: 1 })),
              { HUB_CONFIG },
            );
      await expectRefused(id, code);
    });
  }

  it("settles the dispatch as failed when a known key stands for another event (key.conflict)", async () => {
    const event = { type: "unrouted.conflict", source: "tests", key: unique("k") };
    await hub.emit({ ...event, data: 1 });
    const id = await repliedWith([good, { ...event, data: 2 }]);
    await expectRefused(id, "key.conflict");
    expect((await dispatchRow(id)).reason).toContain(`Event 1: key "${event.key}"`);
  });

  it("settles the dispatch as failed when the delivered event ends its chain (chain.too_deep)", async () => {
    const causedBy = { correlationId: "first", causationId: "before-0", depth: 31 };
    const id = await storedDispatch({ type: "fast.deep", data: 1, causedBy });
    await look(
      id,
      replying(() => ({ status: "complete", emit: [good] })),
    );
    await expectRefused(id, "chain.too_deep");
  });

  it("is refused over real RPC and in a real run too", async () => {
    const id = await startedDispatch({
      type: "fast.real",
      data: { script: [{ status: "complete", emit: [good, { type: "a*b", data: 1 }] }] },
    });
    await settled(id);
    await expectRefused(id, "event.invalid");
  });

  it("but emits nothing is just complete, at the end of a chain too", async () => {
    const causedBy = { correlationId: "first", causationId: "before-0", depth: 31 };
    const id = await storedDispatch({ type: "fast.deep", data: { script: [{ status: "complete", emit: [] }] }, causedBy });
    await lookToTheEnd(id);
    expect(await dispatchRow(id)).toMatchObject({ status: "complete" });
  });

  it("one of exactly 100 events and almost 512 KiB is stored whole", async () => {
    const emit = Array.from({ length: 100 }, (_, number) => ({ type: "unrouted.many", data: [number, "x".repeat(5_200)] }));
    const id = await repliedWith(emit);
    expect((await eventsCausedBy(id)).map(({ data }) => JSON.parse(data))).toEqual(emit.map(({ data }) => data));
  });
});

describe("a reply that the database would not take", () => {
  const away = () => ({ DB: faultyD1(env.DB, { of: /INSERT INTO executions/, faultOf: () => "lost", message: "disk is full" }) });
  const wide = {
    destinations: { scripted: { worker: "SCRIPTED" } },
    routes: Array.from({ length: 5 }, (_, number) => ({ id: `r${number}${"x".repeat(60)}`, on: "wide", to: "scripted" })),
  };
  const text = "\u0001".repeat(190);
  const quotes = '"'.repeat(570);
  const large: readonly [string, () => EmitInput, EmitInput["causedBy"]?][] = [
    ["quotes", () => ({ type: "wide", data: '"'.repeat(2_600) })],
    ["backslashes", () => ({ type: "wide", data: "\\".repeat(2_600) })],
    ["control characters", () => ({ type: "wide", data: "\u0001".repeat(866) })],
    ["characters of three bytes", () => ({ type: "wide", data: "\u20ac".repeat(1_730) })],
    [
      "control characters and quotes in its attributes",
      () => ({ type: "wide", data: "x".repeat(1_600), source: quotes, subject: quotes, key: `${unique("k")}${text}` }),
    ],
    [
      "events of a chain with a long name",
      () => ({ type: "wide", data: "x".repeat(5_200) }),
      { correlationId: "c".repeat(100), causationId: "d".repeat(100), depth: 1 },
    ],
  ];
  /** The same, filled by routes that are not in use to almost as many characters as are carried with a record. */
  const filledWith = (character: string) => ({
    ...wide,
    routes: [
      ...wide.routes,
      ...Array.from({ length: 96 }, (_, number) => {
        return { id: `unused${number}`, on: "unused", where: { path: "$.subject", prefix: character.repeat(900) }, to: "scripted" };
      }),
    ],
  });
  const configs: readonly [string, ReturnType<typeof filledWith>, boolean][] = [
    ["as large a configuration as it carries", filledWith("x"), true],
    ["a configuration of characters of three bytes", filledWith("\u20ac"), false],
  ];
  for (const [[what, eventOf, causedBy], [beside, HUB_CONFIG, isCarried]] of large.flatMap((one) =>
    configs.map((other) => [one, other] as const),
  )) {
    it(`fits in the result of a step, 1 MiB, even when it is as large as allowed and made of ${what}, with ${beside}`, async () => {
      const id = await storedDispatch({ type: "fast.large", data: 1, causedBy });
      const emit = Array.from({ length: 100 }, eventOf);
      const result = await look(
        id,
        replying(() => ({ status: "complete", emit }), { ...away(), HUB_CONFIG }),
      );
      const delivered = readDeliverResult(result);
      if (!("unrecorded" in delivered)) throw new Error(`nothing was handed over: ${result.slice(0, 200)}`);
      if (isCarried) expect(delivered.unrecorded.config?.body.length).toBeGreaterThan(90_000);
      expect(new TextEncoder().encode(result).length).toBeLessThanOrEqual(1024 ** 2);
      expect(await record(createHub(env), delivered.unrecorded)).toEqual({ status: "complete" });
      expect((await eventsCausedBy(id)).map(({ data }) => data)).toEqual(emit.map(({ data }) => JSON.stringify(data)));
      const owed = "SELECT count(*) AS owed FROM dispatches WHERE event_id IN (SELECT id FROM events WHERE causation_id = ?)";
      expect(await rows(owed, id)).toEqual([{ owed: 500 }]);
    });
  }

  /** Another configuration than that of the hub that writes the record: as if it had been deployed meanwhile. */
  const configuredAs = (id: string, routes = [{ id, on: "routed.*", to: "scripted" }]) => ({
    destinations: { scripted: { worker: "SCRIPTED" } },
    routes,
  });

  /** A reply of one event that was routed by such a configuration, handed over, as the record step reads it. */
  async function handedOverUnder(HUB_CONFIG: unknown, type: string) {
    const id = await storedDispatch({ type: "fast.redeployed", data: 1 });
    const result = await look(
      id,
      replying(() => ({ status: "complete", emit: [{ type, data: 1 }] }), { ...away(), HUB_CONFIG }),
    );
    const delivered = readDeliverResult(result);
    if (!("unrecorded" in delivered)) throw new Error(`nothing was handed over: ${result.slice(0, 200)}`);
    return { id, unrecorded: delivered.unrecorded };
  }

  const missingConfigs = async (from: Date) => (await audit({ hub: createHub(env), name: "tests" }, { from })).mismatches.missing_config;

  it("is stored with the configuration that routed it, even when the hub was deployed with another one meanwhile", async () => {
    const from = new Date();
    const route = unique("r");
    const { id, unrecorded } = await handedOverUnder(configuredAs(route), "routed.before");
    expect(await record(createHub(env), unrecorded)).toEqual({ status: "complete" });
    const event = only(await eventsCausedBy(id));
    expect(await dispatchRow(`${event.id}-0`)).toMatchObject({ route, destination: "scripted" });
    const { body } = only(await rows<{ body: string }>("SELECT body FROM configs WHERE version = ?", event.config_version));
    expect(JSON.parse(body)).toMatchObject({ routes: [{ id: route }] });
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
    expect(new Uint8Array(digest).toHex()).toBe(event.config_version);
    expect(await missingConfigs(from)).toBeUndefined();
  });

  it("carries no configuration when it emits nothing", async () => {
    const id = await storedDispatch({ type: "fast.redeployed", data: 1 });
    const delivered = readDeliverResult(
      await look(
        id,
        replying(() => "complete", { ...away(), HUB_CONFIG: configuredAs(unique("r")) }),
      ),
    );
    expect(delivered).toMatchObject({ unrecorded: { config: null } });
  });

  it("carries no configuration that is too large for it: that is stored with the first event emitted under it", async () => {
    const from = new Date();
    const routes = Array.from({ length: 1_000 }, (_, number) => ({
      id: `r${number}${"x".repeat(56)}`,
      on: "routed.large",
      to: "scripted",
    }));
    const large = configuredAs("", [...routes, { id: unique("r"), on: "unused", to: "scripted" }]);
    const { id, unrecorded } = await handedOverUnder(large, "unrouted.large");
    expect(unrecorded.config).toBeNull();
    await store({ type: "unrouted.large", data: 1 }, envWith({ HUB_CONFIG: large }));
    expect(await record(createHub(env), unrecorded)).toEqual({ status: "complete" });
    expect(await eventsCausedBy(id)).toHaveLength(1);
    expect(await missingConfigs(from)).toBeUndefined();
  });

  it("is refused in the record step when a key has come to stand for another event meanwhile", async () => {
    const event = { type: "unrouted.meanwhile", source: "tests", key: unique("k") };
    const id = await storedDispatch({ type: "fast.meanwhile", data: 1 });
    const result = readDeliverResult(
      await look(
        id,
        replying(() => ({ status: "complete", emit: [{ ...event, data: 1 }] }), away()),
      ),
    );
    if (!("unrecorded" in result)) throw new Error("nothing was handed over");
    const [other] = await hub.emit({ ...event, data: 2 });
    expect(await record(createHub(env), result.unrecorded)).toEqual({ status: "failed" });
    expect(await dispatchRow(id)).toMatchObject({ status: "failed", reason: expect.stringContaining("(key.conflict)") });
    expect(await rows("SELECT id, data FROM events WHERE key = ?", event.key)).toEqual([{ id: other?.id, data: "2" }]);
    expect(await eventRow(other?.id ?? "")).toMatchObject({ causation_id: null });
  });
});
