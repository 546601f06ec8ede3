import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HubEvent } from "../../../../schema/contract/events.ts";
import type { Json } from "../../../../schema/json.ts";
import { compileRouting } from "../../../../src/domain/routing/routing.ts";
import { validConfig } from "../../support/configs.ts";
import { document } from "../../support/json.ts";
import { configOf, routingOf } from "../../support/routing.ts";

const eventOf = (type: string, data: Json = 0, more: Partial<HubEvent> = {}): HubEvent => ({
  id: "e1",
  type,
  time: "2026-11-21T10:00:00.000Z",
  data,
  correlationId: "e1",
  depth: 0,
  ...more,
});

const destinations = { email: { worker: "EMAIL" }, audit: { worker: "AUDIT" } };
const routing = routingOf({
  defaults: { delay: "1 minute" },
  destinations,
  routes: [
    { id: "all", on: "*", to: "audit" },
    { id: "orders", on: "order.*", to: ["email", { destination: "audit", delay: "0s" }] },
    { id: "free", on: "order.*", where: { path: "$.data.total", exact: 0 }, to: "email" },
  ],
});
const taken = (event: HubEvent) => routing.targetsOf(event).map(({ route, destination }) => `${route} ${destination}`);

describe("an event goes to", () => {
  test.each<[event: HubEvent, targets: string[]]>([
    [eventOf("user.created"), ["all audit"]],
    [eventOf("order"), ["all audit"]],
    [eventOf("order.placed", { total: 1 }), ["all audit", "orders email", "orders audit"]],
    [eventOf("order.placed", { total: 0 }), ["all audit", "orders email", "orders audit", "free email"]],
    [eventOf("user.created", { total: 0 }), ["all audit"]],
  ])("the targets of every route that matches, in the order of the configuration: %j", (event, targets) => {
    expect(taken(event)).toEqual(targets);
  });

  test("with the delay and policy of each target, and the policy as it is pinned", () => {
    const targets = routing.targetsOf(eventOf("order.placed"));
    expect(targets.map(({ delayMs }) => delayMs)).toEqual([60_000, 60_000, 0]);
    for (const { policy, policyText } of targets) expect(JSON.parse(policyText)).toEqual(policy);
  });

  test("nobody where there are no routes", () => {
    expect(routingOf({ destinations, routes: [] }).targetsOf(eventOf("a"))).toEqual([]);
  });

  test.each<[path: string, event: HubEvent]>([
    ["$.id", eventOf("a")],
    ["$.type", eventOf("a")],
    ["$.time", eventOf("a")],
    ["$.correlationId", eventOf("a")],
    ["$.depth", eventOf("a")],
    ["$.data", eventOf("a", null)],
    ["$.source", eventOf("a", 0, { source: "shop" })],
    ["$.subject", eventOf("a", 0, { subject: "" })],
    ["$.causationId", eventOf("a", 0, { causationId: "e0-0" })],
  ])("a route that asks for %s", (path, event) => {
    const asking = (exists: boolean) => routingOf({ destinations, routes: [{ id: "r", on: "*", where: { path, exists }, to: "audit" }] });
    expect(asking(true).targetsOf(event)).toHaveLength(1);
    expect(asking(false).targetsOf(event)).toHaveLength(0);
  });

  test("a route that asks for the absence of what is not set", () => {
    for (const path of ["$.source", "$.subject", "$.causationId"]) {
      const absent = routingOf({ destinations, routes: [{ id: "r", on: "*", where: { path, exists: false }, to: "audit" }] });
      expect(absent.targetsOf(eventOf("a"))).toHaveLength(1);
    }
  });
});

test("an event goes to as many destinations as a route names", () => {
  const to = Array.from({ length: 150_000 }, () => ({ destination: "a" }));
  const wide = compileRouting({ destinations: { a: { worker: "A" } }, routes: [{ id: "wide", on: "*", to }] });
  expect(wide.targetsOf(eventOf("a"))).toHaveLength(150_000);
});

describe("an explanation", () => {
  test("says what was wanted and found", () => {
    expect(routing.explain(eventOf("order.placed", { total: 5 }), "free")).toEqual({
      route: "free",
      matched: false,
      on: { wanted: "order.*", found: "order.placed", held: true },
      where: { kind: "path", path: "$.data.total", wanted: { exact: 0 }, found: [5], held: false },
    });
  });

  test("evaluates the condition also where the type did not match", () => {
    expect(routing.explain(eventOf("user.created", { total: 0 }), "free")).toMatchObject({
      matched: false,
      on: { held: false },
      where: { held: true },
    });
  });

  test("of a route without a condition has none", () => {
    expect(routing.explain(eventOf("a"), "all")).toStrictEqual({
      route: "all",
      matched: true,
      on: { wanted: "*", found: "a", held: true },
    });
  });

  test("of a route that does not exist is absent", () => {
    expect(routing.explain(eventOf("a"), "nothing")).toBeUndefined();
    expect(routing.explain(eventOf("a"), "constructor")).toBeUndefined();
  });

  test("agrees with what the event is owed to", () => {
    const type = fc.constantFrom("order", "order.placed", "order.placed.eu", "user.placed");
    fc.assert(
      fc.property(validConfig, type, document, (written, name, data) => {
        const config = configOf(written);
        const compiled = compileRouting(config);
        const event = eventOf(name, data);
        const explained = config.routes.filter(({ id }) => compiled.explain(event, id)?.matched);
        const owed = explained.flatMap(({ id, to }) => to.map(({ destination }) => [id, destination]));
        expect(compiled.targetsOf(event).map(({ route, destination }) => [route, destination])).toEqual(owed);
      }),
      { numRuns: 150 },
    );
  });
});
