import "../support/seed.ts";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RouteArgs } from "../../../infra/args.ts";
import { checkRoutes } from "../../../infra/check-routes.ts";
import type { EmitInput } from "../../../schema/contract/emit.ts";
import { EMIT } from "../../../schema/limits.ts";
import { compileRouting } from "../../../src/domain/routing/routing.ts";
import { validConfig } from "../support/configs.ts";
import { document } from "../support/json.ts";
import { messageOf } from "../support/message-of.ts";
import { configOf } from "../support/routing.ts";

const now = new Date("2026-11-02T12:00:00.000Z");
const destinations = { email: {}, audit: {} };
const routes: readonly RouteArgs<"email" | "audit">[] = [
  { id: "all", on: "*", to: "audit" },
  {
    id: "large",
    on: "order.*",
    where: { path: "$.data.total", gte: 100 },
    to: { destination: "email", delay: "1 hour", retry: { limit: 0 } },
  },
];

const checked = (event: unknown, config: object = { destinations, routes }) => {
  const [only] = checkRoutes({ destinations, routes, ...config }, [event as EmitInput], { now });
  if (only === undefined) throw new Error("no event was checked");
  return only;
};
const reached = (event: unknown, config?: object) =>
  checked(event, config).dispatches.map(({ destination, route, delayMs }) => [destination, route, delayMs]);

describe("checked routes", () => {
  test("say whom an event is owed to, by which route, when and by which policy", () => {
    const misconfigured = { delayMs: 60_000, maxDelayMs: 3_600_000, forMs: 86_400_000 };
    const retry = { limit: 5, backoff: "exponential", delayMs: 5_000, maxDelayMs: 3_600_000, jitter: "full" };
    expect(checked({ type: "order.placed", data: { total: 100 } }).dispatches).toEqual([
      { destination: "audit", route: "all", delayMs: 0, policy: { timeoutMs: 60_000, retry, misconfigured } },
      {
        destination: "email",
        route: "large",
        delayMs: 3_600_000,
        policy: { timeoutMs: 60_000, retry: { ...retry, limit: 0 }, misconfigured },
      },
    ]);
  });

  test("say what a condition may not mean as it is written", () => {
    const where = { path: "$.data.items.length", gte: 2 };
    const config = { routes: [{ id: "large", on: "*", where, to: "email" }] };
    const event = { type: "order.placed", data: { items: [1, 2] } };
    expect(checked(event, config).warnings).toEqual([expect.stringMatching(/^routes\.0\.where\.path: .*length\(\$\.data\.items\)/)]);
    expect(checked(event).warnings).toEqual([]);
  });

  test("say why each of them took an event or did not", () => {
    expect(checked({ type: "order.placed", data: { total: 99 } }).routes).toEqual([
      { id: "all", matched: true, why: "type order.placed matches *" },
      { id: "large", matched: false, why: "type order.placed matches order.*; $.data.total gte 100 [no: 99]" },
    ]);
    expect(checked({ type: "user.created", data: { total: 100 } }).routes.at(1)).toEqual({
      id: "large",
      matched: false,
      why: "type user.created does not match order.*; $.data.total gte 100 [yes: 100]",
    });
  });

  test("show the event as conditions see it", () => {
    expect(checked({ type: "a", data: null, subject: "s", time: "2026-01-01T00:00:00Z" }).event).toMatchObject({
      type: "a",
      data: null,
      subject: "s",
      time: "2026-01-01T00:00:00.000Z",
      depth: 0,
    });
    expect(checked({ type: "a", data: { gone: undefined } }).event.data).toEqual({});
  });

  test("keep events apart and in order", () => {
    const events = [1, 100, 2].map((total) => ({ type: "order.placed", data: { total } }));
    const all = checkRoutes({ destinations, routes }, events, { now });
    expect(all.map(({ event, dispatches }) => [event.data, dispatches.length])).toEqual([
      [{ total: 1 }, 1],
      [{ total: 100 }, 2],
      [{ total: 2 }, 1],
    ]);
  });

  test("take more events, and larger ones, than a call to emit", () => {
    const events = Array.from({ length: EMIT.maxEvents + 1 }, () => ({ type: "a", data: "x".repeat(17_000) }));
    expect(events.length * 17_000).toBeGreaterThan(EMIT.maxCallBytes);
    expect(checkRoutes({ destinations, routes: [] }, events)).toHaveLength(events.length);
  });

  test("may be asked for one destination several times", () => {
    const to = ["email", { destination: "email", delay: "1m" }];
    expect(reached({ type: "a", data: 0 }, { routes: [{ id: "twice", on: "*", to }] })).toEqual([
      ["email", "twice", 0],
      ["email", "twice", 60_000],
    ]);
  });
});

describe("the delay of a dispatch is", () => {
  const written = { routes: [{ id: "one", on: "*", to: ["audit", { destination: "email", delay: "0s" }] }], defaults: { delay: "1 day" } };
  const DAY = 86_400_000;

  test.each<[what: string, event: object, ...delays: number[]]>([
    ["that of the target, else of the defaults", {}, DAY, 0],
    ["that of the event before both", { delay: "5s" }, 5_000, 5_000],
    ["zero where the event says zero", { delay: "0s" }, 0, 0],
    ["the time until the event's moment", { at: "2026-11-02T13:00:00Z" }, 3_600_000, 3_600_000],
    ["the time until the event's moment, as a Date", { at: new Date("2026-11-02T12:00:01Z") }, 1_000, 1_000],
    ["zero for a moment that is over", { at: "2026-11-02T11:00:00Z" }, 0, 0],
    ["not counted from when it happened", { time: "2020-01-01T00:00:00Z" }, DAY, 0],
  ])("%s", (_, event, ...delays) => {
    expect(reached({ type: "a", data: 0, ...event }, written).map(([, , delay]) => delay)).toEqual(delays);
  });

  test("counted from now, unless told from when", () => {
    const at = new Date(Date.now() + 60_000);
    const [only] = checkRoutes({ destinations, routes }, [{ type: "a", data: 0, at }]);
    const delay = only?.dispatches[0]?.delayMs ?? 0;
    expect(delay).toBeGreaterThan(30_000);
    expect(delay).toBeLessThanOrEqual(60_000);
  });
});

describe("checked routes refuse, as the hub would,", () => {
  test.each<[what: string, config: object, ...lines: string[]]>([
    [
      "an unknown destination",
      { routes: [{ id: "one", on: "*", to: "emial" }] },
      'routes.0.to.0.destination: unknown destination "emial"; did you mean "email"? (declared: email, audit)',
    ],
    [
      "a misspelt operator",
      { routes: [{ id: "one", on: "*", where: { path: "$.a", eq: 1 }, to: "email" }] },
      expect.stringMatching(/^routes\.0\.where: unknown field "eq"/),
    ],
    ["defaults", { defaults: { retry: { limit: 1.5 } } }, "defaults.retry.limit: expected a whole number"],
    [
      "an Output",
      { defaults: { delay: pulumi.output("1s") } },
      "defaults.delay: is an Output; routing is plain data, so that it is checked at preview",
    ],
    [
      "destinations that would share a binding",
      { destinations: { aB: {}, "a-b": {} }, routes: [] },
      'destinations.a-b: would have the same binding as "aB", DEST_A_B: rename one',
    ],
  ])("%s", (_, config, ...lines) => {
    const [head, ...rest] = messageOf(() => checked({ type: "a", data: 0 }, config)).split("\n");
    expect(head).toBe("The configuration is not valid:");
    expect(rest.map((line) => line.replace(/^ {2}- /, ""))).toEqual(lines);
  });

  test.each<[what: string, event: unknown, message: string]>([
    ["a type", { type: " a", data: 0 }, "(event.invalid) Event 0: type: begins or ends with white space."],
    ["two delays", { type: "a", data: 0, delay: "1s", at: now }, "(delay.invalid) Event 0: pass either delay or at, not both."],
    [
      "a moment that is too far",
      { type: "a", data: 0, at: "2028-01-01T00:00:00Z" },
      "(delay.invalid) Event 0: at is 2028-01-01T00:00:00.000Z; at most 365 days ahead is allowed.",
    ],
    [
      "an event that is too large",
      { type: "a", data: "x".repeat(EMIT.maxEventBytes + 1) },
      "(payload.too_large) Event 0 is larger than it may be; the limit is 1 MiB.",
    ],
  ])("%s", (_, event, message) => {
    expect(messageOf(() => checked(event))).toBe(message);
  });

  test("one event of several, by its number", () => {
    const events = [
      { type: "a", data: 0 },
      { type: "", data: 0 },
    ];
    expect(messageOf(() => checkRoutes({ destinations, routes }, events))).toMatch(/^\(event\.invalid\) Event 1: type: /);
  });
});

test("checked routes agree with the hub about every event and configuration", () => {
  const type = fc.constantFrom("order", "order.placed", "order.placed.eu", "user.placed");
  fc.assert(
    fc.property(validConfig, fc.array(fc.tuple(type, document), { minLength: 1, maxLength: 3 }), (written, samples) => {
      const events = samples.map(([name, data]) => ({ type: name, data }));
      const hub = compileRouting(configOf(written));
      const results = checkRoutes(written as Parameters<typeof checkRoutes>[0], events, { now });
      expect(results).toHaveLength(events.length);
      for (const { event, dispatches, routes: explained } of results) {
        const owed = hub.targetsOf(event);
        expect(dispatches).toEqual(owed.map(({ destination, route, delayMs, policy }) => ({ destination, route, delayMs, policy })));
        const taken = explained.filter(({ matched }) => matched).map(({ id }) => id);
        expect(taken).toEqual([...new Set(owed.map(({ route }) => route))]);
      }
    }),
  );
});

test("a wrong configuration is refused also where no event is asked for, and one that has no destinations", () => {
  const wrong = { destinations: {}, routes: [{ id: "x", on: "*", to: "no" as never }] };
  expect(() => checkRoutes(wrong, [])).toThrow("unknown destination");
  expect(() => checkRoutes({ routes: [] } as never, [])).toThrow("destinations: expected an object");
});
