import { describe, expect, test } from "vitest";
import { configFromBindings } from "../../../schema/config-bindings.ts";
import { messageOf } from "../support/message-of.ts";

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

  test("nothing at all is an empty configuration, for the schema to refuse", () => {
    expect(configFromBindings({})).toEqual({});
    expect(configFromBindings({ HUB_CONFIG: "null" })).toEqual({});
  });

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

  test("a later part that is not JSON is named", () => {
    expect(messageOf(() => configFromBindings({ HUB_ROUTES_0: "[]", HUB_ROUTES_1: "[", HUB_ROUTES_2: "[" }))).toMatch(
      /^HUB_ROUTES_1 is not JSON/,
    );
  });
});
