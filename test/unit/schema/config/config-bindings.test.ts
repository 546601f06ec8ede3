import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HubConfig, Route } from "../../../../schema/config/config.ts";
import { configFromBindings, configToBindings } from "../../../../schema/config/config-bindings.ts";
import { CONFIG } from "../../../../schema/limits.ts";
import { validConfig } from "../../support/configs.ts";
import { messageOf } from "../../support/message-of.ts";
import { configOf } from "../../support/routing.ts";
import { text } from "../../support/text.ts";

const destinations = { a: { worker: "A" }, b: { worker: "B" } };
const routes = [
  { id: "one", on: "*", to: "a" },
  { id: "two", on: "*", to: "b" },
  { id: "three", on: "*", to: "a" },
];
const whole = { defaults: { delay: "0s" }, destinations, routes };

describe("a configuration in bindings", () => {
  test.each<[how: string, bindings: Record<string, unknown>]>([
    ["whole, as a value", { HUB_CONFIG: whole }],
    ["whole, as text", { HUB_CONFIG: JSON.stringify(whole) }],
    ["whole, beside other bindings", { DB: {}, EMAIL: {}, HUB_CONFIG: whole, HUB_OTHER: "x" }],
    ["split", { HUB_CONFIG: { defaults: whole.defaults }, HUB_DESTINATIONS_0: destinations, HUB_ROUTES_0: routes }],
    [
      "split in several",
      {
        HUB_CONFIG: { defaults: whole.defaults },
        HUB_DESTINATIONS_0: { a: destinations.a },
        HUB_DESTINATIONS_1: { b: destinations.b },
        HUB_ROUTES_0: routes.slice(0, 2),
        HUB_ROUTES_1: [],
        HUB_ROUTES_2: routes.slice(2),
      },
    ],
    [
      "split, as text",
      {
        HUB_CONFIG: JSON.stringify({ defaults: whole.defaults }),
        HUB_DESTINATIONS_0: JSON.stringify(destinations),
        HUB_ROUTES_0: JSON.stringify(routes.slice(0, 1)),
        HUB_ROUTES_1: JSON.stringify(routes.slice(1)),
      },
    ],
    ["partly whole", { HUB_CONFIG: { ...whole, routes: routes.slice(0, 1) }, HUB_ROUTES_0: routes.slice(1) }],
    [
      "partly whole in its destinations",
      { HUB_CONFIG: { ...whole, destinations: { a: destinations.a } }, HUB_DESTINATIONS_0: { b: destinations.b } },
    ],
  ])("%s is found as it was written", (_, bindings) => {
    expect(configFromBindings(bindings)).toEqual(whole);
  });

  test("keeps the order of routes beyond ten parts", () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ id: `r${index}` }));
    const parts = Object.fromEntries(many.map((route, index) => [`HUB_ROUTES_${index}`, [route]]));
    expect(configFromBindings(parts)).toEqual({ destinations: {}, routes: many });
  });

  test("parts need no head", () => {
    expect(configFromBindings({ HUB_DESTINATIONS_0: destinations, HUB_ROUTES_0: routes })).toEqual({ destinations, routes });
    expect(configFromBindings({ HUB_DESTINATIONS_0: destinations })).toEqual({ destinations, routes: [] });
    expect(configFromBindings({ HUB_ROUTES_0: routes })).toEqual({ destinations: {}, routes });
  });

  test("that holds nothing is empty, for the schema to refuse", () => {
    expect(configFromBindings({ HUB_CONFIG: "null" })).toEqual({});
    expect(configFromBindings({ HUB_CONFIG: "{}" })).toEqual({});
  });

  test.each([{}, { DB: 1, HUB_CONSOLE: "{}", HUB_CONSOLE_SECRET: "x" }, { HUB_CONFIG: undefined }])(
    "that is not there is missed by name: %j",
    (bindings) => {
      expect(messageOf(() => configFromBindings(bindings))).toBe(
        "HUB_CONFIG is missing: say which destinations and routes there are, [vars.HUB_CONFIG] in the hub's wrangler.toml",
      );
    },
  );

  test("what is no object is returned as it is, for the schema to refuse", () => {
    expect(configFromBindings({ HUB_CONFIG: "[1]", HUB_ROUTES_0: routes })).toEqual([1]);
    expect(configFromBindings({ HUB_CONFIG: 5 })).toBe(5);
    expect(configFromBindings({ HUB_CONFIG: "0" })).toBe(0);
    expect(configFromBindings({ HUB_CONFIG: "false" })).toBe(false);
    expect(configFromBindings({ HUB_CONFIG: { routes: false }, HUB_ROUTES_0: routes })).toMatchObject({ routes: [false, ...routes] });
  });

  test("a gap in the numbering is named: the routes behind it would match nothing", () => {
    const gap = { HUB_DESTINATIONS_0: destinations, HUB_ROUTES_0: routes.slice(0, 1), HUB_ROUTES_2: routes.slice(2) };
    expect(messageOf(() => configFromBindings(gap))).toMatch(/^HUB_ROUTES_1 is missing/);
    expect(messageOf(() => configFromBindings({ HUB_ROUTES_1: routes }))).toMatch(/^HUB_ROUTES_0 is missing/);
  });

  test.each([
    ["HUB_DESTINATIONS_0", "5", "HUB_DESTINATIONS_0 must be an object"],
    ["HUB_DESTINATIONS_0", [], "HUB_DESTINATIONS_0 must be an object"],
    ["HUB_ROUTES_0", "{}", "HUB_ROUTES_0 must be a list"],
  ])("%s that is %j is refused", (name, value, message) => {
    expect(messageOf(() => configFromBindings({ [name]: value }))).toBe(message);
  });

  test("a destination that is declared twice is named: one of the two would silently win", () => {
    const twice = { HUB_DESTINATIONS_0: { email: { worker: "A" } }, HUB_DESTINATIONS_1: { email: { worker: "B" } } };
    const message = 'destination "email" is declared in more than one variable';
    expect(messageOf(() => configFromBindings(twice))).toBe(message);
    expect(messageOf(() => configFromBindings({ HUB_CONFIG: { destinations: { email: {} } }, HUB_DESTINATIONS_0: { email: {} } }))).toBe(
      message,
    );
  });

  test.each(["HUB_CONFIG", "HUB_DESTINATIONS_0", "HUB_ROUTES_0"])("%s that is not JSON is named", (name) => {
    expect(messageOf(() => configFromBindings({ [name]: '{"a":' }))).toMatch(new RegExp(`^${name} is not JSON: .+`));
    expect(messageOf(() => configFromBindings({ [name]: "" }))).toMatch(new RegExp(`^${name} is not JSON: .+`));
  });

  test("text in which a number or a member would be lost without a word is named with its place", () => {
    const twice = '{"destinations":{},"routes":[],"routes":[]}';
    expect(messageOf(() => configFromBindings({ HUB_CONFIG: twice }))).toBe("HUB_CONFIG is not JSON: routes is given twice");
    const rounded = '[{"where":{"path":"$.a","exact":9007199254740993}}]';
    expect(messageOf(() => configFromBindings({ HUB_ROUTES_0: rounded }))).toMatch(
      /^HUB_ROUTES_0 is not JSON: \[0\]\.where\.exact is 9007199254740993/,
    );
  });

  test("a later part that is not JSON is named", () => {
    expect(messageOf(() => configFromBindings({ HUB_ROUTES_0: "[]", HUB_ROUTES_1: "[", HUB_ROUTES_2: "[" }))).toMatch(
      /^HUB_ROUTES_1 is not JSON/,
    );
  });
});

describe("a configuration into bindings", () => {
  const bytes = (json: string) => Buffer.byteLength(json);
  const route = (id: string, note: string): Route => ({
    id,
    on: "*",
    where: { path: "$.data.note", exact: note },
    to: [{ destination: "a" }],
  });
  const withRoutes = (many: readonly Route[]): HubConfig => configOf({ destinations, routes: many });
  const back = (config: HubConfig) => configOf(configFromBindings(configToBindings(config).variables));

  /** A route of so many bytes as JSON. */
  const routeOf = (id: string, size: number) => route(id, "x".repeat(size - bytes(JSON.stringify(route(id, "")))));

  test("arrives as it was, in the order it had", () => {
    fc.assert(
      fc.property(validConfig, (written) => {
        const config = configOf(written);
        expect(JSON.stringify(back(config))).toBe(JSON.stringify(config));
      }),
    );
  });

  test("arrives as it was whatever is written in it, no variable longer than it may be", () => {
    const note = fc.tuple(text({ maxLength: 20 }), fc.nat({ max: 60 })).map(([unit, times]) => unit.repeat(times));
    fc.assert(
      fc.property(fc.array(note, { maxLength: 30 }), (notes) => {
        const config = withRoutes(notes.map((written, index) => route(`r${index}`, written)));
        const { variables, issues } = configToBindings(config);
        fc.pre(issues.length === 0);
        expect(back(config)).toEqual(config);
        expect(Math.max(...Object.values(variables).map(bytes))).toBeLessThanOrEqual(CONFIG.maxBindingBytes);
      }),
    );
  });

  test("keeps every default, zeros and all", () => {
    const defaults = {
      delay: "0s",
      timeout: "1ms",
      retry: { limit: 0, backoff: "constant", delay: "0s", maxDelay: "0s", jitter: "none" },
      misconfigured: { delay: "1s", maxDelay: "1s", for: "0s" },
    };
    expect(back(configOf({ defaults, destinations, routes: [] }))).toEqual({ defaults, destinations, routes: [] });
  });

  test("of 60 routes of 300 bytes fills as few variables as hold it, each of at most 4,800 bytes", () => {
    const many = Array.from({ length: 60 }, (_, index) => routeOf(`route-${index}`, 300));
    const { variables, issues } = configToBindings(withRoutes(many));
    expect(issues).toEqual([]);
    expect(Object.keys(variables)).toEqual([
      "HUB_CONFIG",
      "HUB_DESTINATIONS_0",
      "HUB_ROUTES_0",
      "HUB_ROUTES_1",
      "HUB_ROUTES_2",
      "HUB_ROUTES_3",
    ]);
    expect(Object.values(variables).filter((json) => bytes(json) > 4_800)).toEqual([]);
    expect(back(withRoutes(many)).routes).toEqual(many);
  });

  test("of many destinations spreads these as well", () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`d${index}`, { worker: `DESTINATION_${index}` }]));
    const config = configOf({ destinations: many, routes: [] });
    expect(Object.keys(configToBindings(config).variables)).toEqual(["HUB_CONFIG", "HUB_DESTINATIONS_0", "HUB_DESTINATIONS_1"]);
    expect(JSON.stringify(back(config))).toBe(JSON.stringify(config));
  });

  test("fills a variable to its last byte, brackets and commas included", () => {
    const [first, second] = [routeOf("first", 2_000), routeOf("second", 2_797)];
    const routesIn = (many: Route[]) =>
      Object.entries(configToBindings(withRoutes(many)).variables)
        .slice(2)
        .map(([, json]) => bytes(json));
    expect(routesIn([first, second])).toEqual([4_800]);
    expect(routesIn([first, routeOf("second", 2_798)])).toEqual([2_002, 2_800]);
    expect(routesIn([routeOf("whole", 4_798)])).toEqual([4_800]);
  });

  test("counts bytes, not characters", () => {
    const { variables } = configToBindings(withRoutes([route("one", "ä".repeat(1_200)), route("two", "ä".repeat(1_200))]));
    expect(Object.keys(variables).filter((name) => name.startsWith("HUB_ROUTES_"))).toHaveLength(2);
  });

  test("names each route that no variable holds, and no other", () => {
    const { issues } = configToBindings(
      withRoutes([route("small", ""), routeOf("large", 4_799), routeOf("whole", 4_798), routeOf("huge", 9_000)]),
    );
    const said = (size: number) => `is ${size} bytes as JSON; a Worker's variable holds 5 KB, so one of these may be at most 4798`;
    expect(issues).toEqual([
      { path: "routes.large", message: said(4_799) },
      { path: "routes.huge", message: said(9_000) },
    ]);
  });

  test("says when it fills more variables than a Worker has", () => {
    const many = (count: number) => withRoutes(Array.from({ length: count }, (_, index) => routeOf(`r${index}`, 4_000)));
    expect(configToBindings(many(126)).issues).toEqual([]);
    expect(configToBindings(many(127)).issues).toEqual([
      { path: "routes", message: "the configuration fills 129 variables; a Worker has at most 128" },
    ]);
  });
});
