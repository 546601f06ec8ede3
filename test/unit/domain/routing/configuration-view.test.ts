import { expect, test } from "vitest";
import { parseConfig } from "../../../../schema/config/config.ts";
import { configurationView } from "../../../../src/domain/routing/configuration-view.ts";

function viewOf(input: unknown) {
  const parsed = parseConfig(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return configurationView({ version: "v", config: parsed.config });
}

const [email, billing] = [{ worker: "EMAIL" }, { worker: "BILLING" }];

test("destinations are in the order of names, whatever the order of the configuration, and also without a route", () => {
  expect(viewOf({ destinations: { b: email, a: billing, C: email }, routes: [] })).toEqual({
    version: "v",
    warnings: [],
    destinations: [
      { name: "C", worker: "EMAIL", routes: [] },
      { name: "a", worker: "BILLING", routes: [] },
      { name: "b", worker: "EMAIL", routes: [] },
    ],
  });
});

test("a route stands under each destination it goes to, in the order of the configuration, and twice where it goes twice", () => {
  const routes = [
    { id: "late", on: "*", to: [{ destination: "email", delay: "1 hour" }, "billing", { destination: "email", delay: "0s" }] },
    { id: "first", on: "a.*", to: "email" },
  ];
  const { destinations } = viewOf({ destinations: { email, billing }, routes });
  expect(destinations.map(({ name, routes }) => [name, routes.map(({ id, delayMs }) => [id, delayMs])])).toEqual([
    ["billing", [["late", 0]]],
    [
      "email",
      [
        ["late", 3_600_000],
        ["late", 0],
        ["first", 0],
      ],
    ],
  ]);
});

test("delay and policy are what the target says, else the defaults, else ours", () => {
  const routes = [{ id: "r", on: "*", to: [{ destination: "email", retry: { limit: 0 } }, "billing"] }];
  const { destinations } = viewOf({ defaults: { delay: "5s", timeout: "7s" }, destinations: { email, billing }, routes });
  expect(destinations.map(({ routes: [route] }) => [route?.delayMs, route?.policy.timeoutMs, route?.policy.retry.limit])).toEqual([
    [5_000, 7_000, 5],
    [5_000, 7_000, 0],
  ]);
});

test("a condition is told in words, and absent where there is none; so is automatic pause", () => {
  const where = { allOf: [{ path: "$.data.total", gte: 0 }, { not: { path: "$.data.test", exact: false } }] };
  const { destinations } = viewOf({
    destinations: { email: { ...email, autoPause: { after: 3 } } },
    routes: [
      { id: "some", on: "*", where, to: "email" },
      { id: "all", on: "*", to: "email" },
    ],
  });
  expect(destinations[0]?.autoPause).toEqual({ after: 3 });
  expect(destinations[0]?.routes[0]?.where).toBe("$.data.total gte 0 and not ($.data.test exact false)");
  expect(destinations[0]?.routes[1]).not.toHaveProperty("where");
});

test("what a condition says that may not be meant is said with the place", () => {
  const where = { path: "$.data.items.length", gte: 2 };
  const { warnings } = viewOf({ destinations: { email }, routes: [{ id: "large", on: "*", where, to: "email" }] });
  expect(warnings).toEqual([expect.stringMatching(/^routes\.0\.where\.path: \$\.data\.items\.length selects a member called "length"/)]);
});
