import "../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RoutingState, routeChanges } from "../../../infra/route-changes.ts";
import { validConfig } from "../support/configs.ts";
import { configOf } from "../support/routing.ts";

const DESTINATIONS = { email: { worker: "DEST_EMAIL" }, audit: { worker: "DEST_AUDIT" } };
const WORKERS = { email: "email-dev", audit: "audit-dev" };

interface Written {
  readonly routes?: readonly object[];
  readonly defaults?: object;
  readonly workers?: Readonly<Record<string, string>>;
}

function stateOf({ routes = [], workers = WORKERS, ...defaults }: Written): RoutingState {
  return { config: configOf({ destinations: DESTINATIONS, routes, ...defaults }), workers };
}

const changes = (before: Written, after: Written) => routeChanges(stateOf(before), stateOf(after));

/** What is said of one route that was one thing and is another. */
const ofRoute = (before: object, after: object) =>
  changes(
    { routes: [{ id: "orders", on: "order.*", to: "email", ...before }] },
    { routes: [{ id: "orders", on: "order.*", to: "email", ...after }] },
  );

/** The same of the delivery to its one destination. */
const ofTarget = (before: object, after: object) =>
  ofRoute({ to: { destination: "email", ...before } }, { to: { destination: "email", ...after } });

describe("a preview says", () => {
  test("all there is, where nothing was", () => {
    const routes = [
      {
        id: "orders",
        on: "order.*",
        where: { path: "$.data.total", gte: 0 },
        to: ["audit", { destination: "email", delay: "1 hour", retry: { limit: 0 } }],
      },
      { id: "all", on: "*", to: "audit" },
    ];
    expect(routeChanges(undefined, stateOf({ routes, defaults: { timeout: "20s", retry: { limit: 0 } } }))).toEqual([
      "+ destination email: email-dev",
      "+ destination audit: audit-dev",
      "~ defaults: timeout default → 20s, retry.limit default → 0",
      "+ route orders: order.* where $.data.total gte 0 → audit, email (delay 1 hour, retry.limit 0)",
      "+ route all: * → audit",
    ]);
  });

  test("which route is new and which one is gone", () => {
    const [old, kept, added] = ["old", "kept", "new"].map((id) => ({ id, on: "*", to: "email" }));
    expect(changes({ routes: [old, kept] as object[] }, { routes: [kept, added] as object[] })).toEqual([
      "- route old: * → email",
      "+ route new: * → email",
    ]);
  });

  test("which destination is new, gone, or another Worker", () => {
    expect(changes({ workers: { email: "email-dev", audit: "audit-dev" } }, { workers: { email: "mailer-dev", sms: "sms-dev" } })).toEqual([
      "~ destination email: email-dev → mailer-dev",
      "- destination audit: audit-dev",
      "+ destination sms: sms-dev",
    ]);
  });

  test.each<[what: string, before: object, after: object, difference: string]>([
    ["another type", {}, { on: "order.placed" }, "on order.* → order.placed"],
    ["a condition that is new", {}, { where: { path: "$.data.a", exact: 0 } }, "where always → $.data.a exact 0"],
    ["a condition that is gone", { where: { path: "$.data.a", exact: null } }, {}, "where $.data.a exact null → always"],
    [
      "another bound",
      { where: { path: "$.data.a", gte: 0, lt: 10 } },
      { where: { path: "$.data.a", gte: 1, lt: 10 } },
      "where $.data.a gte 0 lt 10 → $.data.a gte 1 lt 10",
    ],
    [
      "another nesting",
      { where: { allOf: [{ path: "$.data.a", exact: 1 }, { not: { path: "$.data.b", exact: 2 } }] } },
      {
        where: {
          not: {
            allOf: [
              { path: "$.data.a", exact: 1 },
              { path: "$.data.b", exact: 2 },
            ],
          },
        },
      },
      "where $.data.a exact 1 and not ($.data.b exact 2) → not ($.data.a exact 1 and $.data.b exact 2)",
    ],
    ["a destination more", {}, { to: ["email", "audit"] }, "+ audit"],
    ["a destination more, with its delay", {}, { to: ["email", { destination: "audit", delay: "0s" }] }, "+ audit (delay 0s)"],
    ["a destination less", { to: ["email", "audit"] }, {}, "- audit"],
    ["another destination", {}, { to: "audit" }, "- email; + audit"],
    ["the same destination twice", {}, { to: ["email", { destination: "email", delay: "1h" }] }, "+ email (2) (delay 1h)"],
    [
      "another delay the second time",
      { to: ["email", { destination: "email", delay: "1h" }] },
      { to: ["email", { destination: "email", delay: "2h" }] },
      "~ email (2): delay 1h → 2h",
    ],
    [
      "several at once",
      {},
      { on: "*", where: { path: "$.a", exists: true }, to: "audit" },
      "on order.* → *; where always → $.a exists true; - email; + audit",
    ],
  ])("%s of a route", (_, before, after, difference) => {
    expect(ofRoute(before, after)).toEqual([`~ route orders: ${difference}`]);
  });

  test.each<[what: string, before: object, after: object, difference: string]>([
    ["a delay", {}, { delay: "5s" }, "delay default → 5s"],
    ["a delay of zero", { delay: "5s" }, { delay: "0s" }, "delay 5s → 0s"],
    ["no delay of its own", { delay: "0s" }, {}, "delay 0s → default"],
    ["a timeout", { timeout: "1s" }, { timeout: "2s" }, "timeout 1s → 2s"],
    ["no retries", {}, { retry: { limit: 0 } }, "retry.limit default → 0"],
    ["retries again", { retry: { limit: 0 } }, { retry: { limit: 3 } }, "retry.limit 0 → 3"],
    [
      "every member of retry",
      { retry: { limit: 1, backoff: "linear", delay: "1s", maxDelay: "1h", jitter: "full" } },
      { retry: { limit: 2, backoff: "constant", delay: "0s", maxDelay: "0s", jitter: "none" } },
      "retry.limit 1 → 2, retry.backoff linear → constant, retry.delay 1s → 0s, retry.maxDelay 1h → 0s, retry.jitter full → none",
    ],
    [
      "every member of misconfigured",
      {},
      { misconfigured: { delay: "1s", maxDelay: "2s", for: "0s" } },
      "misconfigured.delay default → 1s, misconfigured.maxDelay default → 2s, misconfigured.for default → 0s",
    ],
  ])("%s of a target, and of the defaults", (_, before, after, difference) => {
    expect(ofTarget(before, after)).toEqual([`~ route orders: ~ email: ${difference}`]);
    expect(changes({ defaults: before }, { defaults: after })).toEqual([`~ defaults: ${difference}`]);
  });
});

describe("a preview says nothing of", () => {
  test.each<[what: string, before: object, after: object]>([
    ["a name that becomes a target", { to: "email" }, { to: { destination: "email" } }],
    ["members that are undefined", { to: { destination: "email", delay: undefined, retry: {} } }, { where: undefined }],
    ["operators in another order", { where: { path: "$.a", gt: 1, lt: 2 } }, { where: { lt: 2, path: "$.a", gt: 1 } }],
    ["a group of one", { where: { allOf: [{ path: "$.a", exact: 1 }] } }, { where: { path: "$.a", exact: 1 } }],
  ])("%s", (_, before, after) => {
    expect(ofRoute(before, after)).toEqual([]);
  });

  test("how many events a chain may have", () => {
    expect(changes({ defaults: {} }, { defaults: { maxChainEvents: 50 } })).toEqual(["~ defaults: maxChainEvents default → 50"]);
  });

  test("defaults that say nothing", () => {
    expect(changes({}, { defaults: { retry: {} } })).toEqual([]);
  });

  test("what is the same", () => {
    fc.assert(
      fc.property(validConfig, (written) => {
        const config = configOf(written);
        const workers = Object.fromEntries(Object.keys(config.destinations).map((name) => [name, `${name}-dev`]));
        expect(routeChanges({ config, workers }, { config, workers })).toEqual([]);
      }),
    );
  });
});

describe("where nothing was, a preview", () => {
  const state = validConfig.map((written): RoutingState => {
    const config = configOf(written);
    return { config, workers: Object.fromEntries(Object.keys(config.destinations).map((name) => [name, `${name}-dev`])) };
  });

  test("names every destination and every route, each once", () => {
    fc.assert(
      fc.property(state, (after) => {
        const lines = routeChanges(undefined, after).filter((line) => !line.startsWith("~ defaults: "));
        const expected = [
          ...Object.keys(after.workers).map((name) => `+ destination ${name}:`),
          ...after.config.routes.map(({ id, on }) => `+ route ${id}: ${on} `),
        ];
        expect(lines).toHaveLength(expected.length);
        for (const [index, start] of expected.entries()) expect(lines[index]?.startsWith(start)).toBe(true);
      }),
    );
  });

  test("is the reverse of one where everything goes", () => {
    fc.assert(
      fc.property(state, (some) => {
        const nothing: RoutingState = { config: { destinations: {}, routes: [] }, workers: {} };
        const signs = (lines: string[]) => lines.filter((line) => !line.startsWith("~ defaults: ")).map((line) => line.slice(1));
        const gone = routeChanges(some, nothing);
        expect(signs(gone)).toEqual(signs(routeChanges(undefined, some)));
        expect(gone.filter((line) => line.startsWith("+"))).toEqual([]);
      }),
    );
  });
});

test.each(["constructor", "toString"])("the name %s, which every object has, is a name like any other", (id) => {
  expect(changes({}, { routes: [{ id, on: "*", to: "email" }] })).toEqual([`+ route ${id}: * → email`]);
  expect(changes({ routes: [{ id, on: "*", to: "email" }] }, {})).toEqual([`- route ${id}: * → email`]);
  expect(changes({ workers: {} }, { workers: { [id]: "w" } })).toEqual([`+ destination ${id}: w`]);
});
