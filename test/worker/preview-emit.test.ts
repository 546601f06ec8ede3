import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { EmitInput } from "../../schema/contract/emit.ts";
import { DAY_MS } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { previewEmit } from "../../src/hub/emit/preview-emit.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { deafQueue, emitWith, envWith, hub, only, unique } from "./support/hub.ts";
import { keptQueue } from "./support/kept-queue.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { hubOf } from "./support/operating.ts";
import { REFUSED_EVENTS } from "./support/refused-events.ts";
import { eventRow } from "./support/rows.ts";
import { wholeDatabase } from "./support/tables.ts";

const destinations = { scripted: { worker: "SCRIPTED" }, second: { worker: "SCRIPTED" } };
const given = envWith({
  DISPATCH_QUEUE: deafQueue,
  HUB_CONFIG: {
    destinations,
    routes: [
      { id: "all", on: "*", to: ["scripted", { destination: "second", delay: "1 hour" }] },
      { id: "big", on: "order.*", where: { path: "$.data.total", gte: 100 }, to: "second" },
      { id: "shop", on: "order.*", where: { path: "$.source", exact: "shop" }, to: { destination: "second", delay: "2 days" } },
    ],
  },
});

const preview = async (input: unknown, callerSource?: string) =>
  await previewEmit({ hub: createHub(given), caller: { source: callerSource } }, input);

beforeAll(async () => {
  await hub.health();
});

describe("a preview of an emit", () => {
  it("says of each route whether it takes the event and why, and when it would be due where", async () => {
    const before = Date.now();
    const { routes, dispatches, configVersion } = await preview({ type: "order.placed", data: { total: 99 } });
    const after = Date.now();
    expect(configVersion).toMatch(/^[0-9a-f]{64}$/);
    expect(routes).toEqual([
      { id: "all", matched: true, why: "type order.placed matches *" },
      { id: "big", matched: false, why: "type order.placed matches order.*; $.data.total gte 100 [no: 99]" },
      { id: "shop", matched: false, why: 'type order.placed matches order.*; $.source exact "shop" [no: nothing]' },
    ]);
    expect(dispatches.map(({ route, destination }) => [route, destination])).toEqual([
      ["all", "scripted"],
      ["all", "second"],
    ]);
    for (const [index, delay] of [0, 3_600_000].entries()) {
      const dueAt = Date.parse(dispatches[index]?.dueAt ?? "") - delay;
      expect([dueAt >= before, dueAt <= after]).toEqual([true, true]);
    }
  });

  const at = new Date(Date.now() + DAY_MS);
  const inputs: readonly [EmitInput, string | undefined][] = [
    [{ type: "order.placed", data: { total: 100 }, at }, undefined],
    [{ type: "order.placed", data: { total: 0 }, at }, "shop"],
    [{ type: "order.placed", data: { total: 100 }, source: "shop", at }, undefined],
    [{ type: "order.placed", data: { total: 100 }, source: "shop", at }, "depot"],
    [{ type: "invoice.paid", data: null, at: at.toISOString(), subject: "s", time: new Date(0) }, undefined],
    [{ type: "order", data: { total: 100 }, at, key: unique("k") }, "shop"],
    [
      { type: "order.placed", data: { total: "👩‍🚒%_'\"\\" }, at, causedBy: { correlationId: "c", causationId: "d-0", depth: 3 } },
      undefined,
    ],
  ];
  it.each(inputs)("is what an emit then does: %j by %s", async (input, callerSource) => {
    const said = await preview(input, callerSource);
    const receipt = only(await emitWith(given, input, callerSource));
    expect(said.configVersion).toBe((await eventRow(receipt.id)).config_version);
    expect(said.dispatches.map(({ destination, dueAt }) => [destination, dueAt])).toEqual(
      receipt.dispatches.map(({ destination, dueAt }) => [destination, dueAt]),
    );
    expect(said.routes).toEqual((await hub.explainEvent(receipt.id))?.routes);
  });

  it("stores nothing, asks the database nothing, and puts nothing on the queue", async () => {
    const [kept, { d1, measure }] = [keptQueue(), meteredD1(env.DB)];
    const before = await wholeDatabase(env.DB);
    const { cost } = await measure(async () => {
      await previewEmit({ hub: createHub(envWith({ DB: d1, DISPATCH_QUEUE: kept.queue })), caller: {} }, { type: "fast.preview", data: 1 });
    });
    expect([cost.roundTrips, kept.messages]).toEqual([0, []]);
    expect(await wholeDatabase(env.DB)).toEqual(before);
  });

  it("is had over RPC, with the source of the binding", async () => {
    const keyed = { type: "fast.preview", data: 1, key: "k" };
    expect((await hubOf("shop").previewEmit(keyed)).dispatches).toMatchObject([{ route: "fast", destination: "scripted" }]);
    expect(await faultOf(hub.previewEmit(keyed))).toBe("source.required");
  });

  it("of an event that no route takes owes nothing to anybody", async () => {
    const { routes, dispatches } = await hub.previewEmit({ type: "unrouted.preview", data: 1 });
    expect([routes.some(({ matched }) => matched), dispatches]).toEqual([false, []]);
  });
});

describe("a preview refuses what emit refuses", () => {
  for (const { because, code, event } of REFUSED_EVENTS) {
    it(`with ${code}, because ${because}`, async () => {
      const [previewed, emitted] = [await failureOf(preview(event())), await failureOf(emitWith(given, [event()]))];
      expect(previewed).toMatch(new RegExp(`^\\(${code}\\) `));
      expect(previewed).toBe(emitted.replace(/at is .*Z;/, previewed.match(/at is .*Z;/)?.[0] ?? ""));
    });
  }

  it.each<[what: string, input: unknown]>([
    ["a list, be it of one", [{ type: "fast.preview", data: 1 }]],
    ["nothing", undefined],
    ["10,000 characters", "x".repeat(10_000)],
  ])("with event.invalid, because it is %s", async (_, input) => {
    expect(await faultOf(hub.previewEmit(input as EmitInput))).toBe("event.invalid");
  });

  it("with config.invalid, because the configuration is", async () => {
    const broken = envWith({ HUB_CONFIG: { destinations, routes: "none" } });
    expect(await faultOf(previewEmit({ hub: createHub(broken), caller: {} }, { type: "a", data: 1 }))).toBe("config.invalid");
  });
});
