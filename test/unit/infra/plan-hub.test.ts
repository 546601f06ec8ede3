import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { EventHubArgs } from "../../../infra/args.ts";
import { planHub } from "../../../infra/plan.ts";
import { parseConfig } from "../../../schema/config/config.ts";
import { configFromBindings } from "../../../schema/config/config-bindings.ts";
import { issueText } from "../../../schema/wording.ts";
import { configOf } from "../support/routing.ts";

const accountId = "0123456789abcdef0123456789abcdef";
const destinations = { email: { worker: "email-worker" }, audit: { worker: "audit-worker", entrypoint: "Audit" } };
const routes = [{ id: "all", on: "*", to: "audit" }];
const good: EventHubArgs = { accountId, destinations, routes };

/** A program in JavaScript passes anything at all. */
function planned(args: unknown, defaultPrefix = "hub-dev") {
  return planHub(args as EventHubArgs, defaultPrefix);
}

function problems(args: unknown, defaultPrefix?: string): string[] {
  const result = planned(args, defaultPrefix);
  return result.ok ? [] : result.issues.map(issueText);
}

function planOf(args: unknown, defaultPrefix?: string) {
  const result = planned(args, defaultPrefix);
  if (!result.ok) throw new Error(result.issues.map(issueText).join("; "));
  return result.plan;
}

const withDestination = (destination: unknown) => ({ ...good, destinations: { ...destinations, email: destination } });
const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
const SECRET = "operators-correct-horse-battery";
const withConsole = (console: unknown) => ({ ...good, console });
const withAccess = (access: object) => withConsole({ access: { team: "acme", audience: AUDIENCE, ...access } });
const withRoute = (route: object) => ({ ...good, routes: [{ id: "one", on: "*", to: "email", ...route }] });

describe("a plan", () => {
  test("has the configuration as the hub will read it, each destination under its binding", () => {
    const defaults = { delay: "0s", retry: { limit: 0 } } as const;
    const { config, variables } = planOf({ ...good, defaults });
    const bound = { email: { worker: "DEST_EMAIL" }, audit: { worker: "DEST_AUDIT" } };
    expect(config).toEqual({ defaults, destinations: bound, routes: [{ id: "all", on: "*", to: [{ destination: "audit" }] }] });
    expect(configOf(configFromBindings(variables))).toEqual(config);
  });

  test("has one binding for each destination, however many routes lead there", () => {
    const many = ["one", "two", "three"].map((id) => ({ id, on: "*", to: ["email", { destination: "email", delay: "1h" }] }));
    expect(planOf({ ...good, routes: many }).destinations).toEqual([
      {
        name: "email",
        where: { worker: "DEST_EMAIL" },
        bindings: [{ type: "service", name: "DEST_EMAIL", service: "email-worker" }],
        bound: { worker: "email-worker" },
        isBound: true,
      },
      {
        name: "audit",
        where: { worker: "DEST_AUDIT" },
        bindings: [{ type: "service", name: "DEST_AUDIT", service: "audit-worker", entrypoint: "Audit" }],
        bound: { worker: "audit-worker", entrypoint: "Audit" },
        isBound: true,
      },
    ]);
  });

  test("is named by the prefix, or by name and stack", () => {
    expect(planOf(good).names.script).toBe("hub-dev");
    expect(planOf({ ...good, prefix: "events" }).names.script).toBe("events");
  });

  test("names what is wrong with a default prefix only where it is used", () => {
    expect(problems({ ...good, prefix: "events" }, "My_Hub")).toEqual([]);
  });

  test("lets Outputs through where they may stand", () => {
    const worker = pulumi.output("email-worker");
    const plan = planOf({ ...withDestination({ worker }), accountId: pulumi.output(accountId) });
    expect(plan.destinations[0]?.bindings).toEqual([{ type: "service", name: "DEST_EMAIL", service: worker }]);
    expect(plan.destinations[0]?.bound).toEqual({ worker });
  });

  test("takes destinations that no route leads to", () => {
    expect(problems({ ...good, routes: [] })).toEqual([]);
  });
});

describe("a person can act on what is wrong with", () => {
  const FIELDS = "(allowed: accountId, prefix, protect, locationHint, console, transform, destinations, routes, defaults)";
  const WORKER = "destinations.email.worker: expected the name of a Worker, an Output of it, or the WorkersScript itself";
  const TRANSFORMS =
    "(allowed: database, queue, deadLetterQueue, script, dispatchWorkflow, bulkWorkflow, consumer, deadLetterConsumer, cron, domain)";
  const LETTERS = "prefix: expected lower-case letters, digits and dashes";
  const NAME = "expected a name: a letter, then letters, digits, _ or -";
  const OUTPUT = "is an Output; routing is plain data, so that it is checked at preview";
  const later = pulumi.output("5s");

  test.each<[what: string, args: unknown, ...problems: string[]]>([
    ["no arguments", undefined, "expected an object, it is missing"],
    ["null", null, "expected an object"],
    ["no account", { destinations, routes }, "accountId: expected the id of a Cloudflare account"],
    ["an empty account", { ...good, accountId: "" }, "accountId: expected the id of a Cloudflare account"],
    ["a misspelt field", { ...good, protected: true }, `unknown field "protected"; did you mean "protect"? ${FIELDS}`],
    ["an unknown field", { ...good, jurisdiction: "eu" }, `unknown field "jurisdiction" ${FIELDS}`],
    ["protect that is text", { ...good, protect: "yes" }, "protect: expected a boolean"],
    [
      "a region",
      { ...good, locationHint: "weuw" },
      'locationHint: expected "wnam" or "enam" or "weur" or "eeur" or "apac" or "oc"; did you mean "weur"?',
    ],
    [
      "a misspelt transform",
      { ...good, transform: { dabatase: 0 } },
      `transform: unknown field "dabatase"; did you mean "database"? ${TRANSFORMS}`,
    ],

    ["no destinations", { accountId, routes }, "destinations: expected an object, it is missing"],
    ["destinations that are a list", { ...good, destinations: [] }, "destinations: expected an object"],
    ["a destination that is a name", withDestination("email-worker"), "destinations.email: expected an object"],
    ["a destination without a Worker", withDestination({ entrypoint: "Email" }), WORKER],
    ["an empty Worker", withDestination({ worker: "" }), WORKER],
    ["a Worker that is null", withDestination({ worker: null }), WORKER],
    [
      "a misspelt field of a destination",
      withDestination({ worker: "a", entrypont: "Email" }),
      expect.stringMatching(
        /^destinations\.email: unknown field "entrypont"; did you mean "entrypoint"\? \(allowed: worker, entrypoint, deployed\b/,
      ),
    ],
    [
      "an entrypoint that is no class",
      withDestination({ worker: "a", entrypoint: "my-class" }),
      "destinations.email.entrypoint: expected the name of an exported class",
    ],
    [
      "an empty entrypoint",
      withDestination({ worker: "a", entrypoint: "" }),
      "destinations.email.entrypoint: expected the name of an exported class",
    ],
    ["deployed that is text", withDestination({ worker: "a", deployed: "no" }), "destinations.email.deployed: expected a boolean"],
    ["the hub as a destination", withDestination({ worker: "hub-dev" }), 'destinations.email.worker: "hub-dev" is the hub itself'],
    [
      "the hub as a destination, by its prefix",
      { ...withDestination({ worker: "events" }), prefix: "events" },
      'destinations.email.worker: "events" is the hub itself',
    ],
    [
      "destinations that would share a binding",
      {
        ...good,
        destinations: { bigOrders: { worker: "a" }, audit: { worker: "b" }, "big-orders": { worker: "c" }, BigOrders: { worker: "d" } },
      },
      'destinations.big-orders: would have the same binding as "bigOrders", DEST_BIG_ORDERS: rename one',
      'destinations.BigOrders: would have the same binding as "bigOrders", DEST_BIG_ORDERS: rename one',
    ],
    ["a destination's name", { ...good, destinations: { ...destinations, "1st": { worker: "a" } } }, `destinations.1st: ${NAME}`],
    [
      "a destination named like a prototype",
      { ...good, destinations: JSON.parse('{"audit":{"worker":"a"},"__proto__":{"worker":"b"}}') },
      `destinations.__proto__: ${NAME}`,
    ],

    ["a prefix with capitals", { ...good, prefix: "Shop" }, LETTERS],
    ["a prefix with an underscore", { ...good, prefix: "my_shop" }, LETTERS],
    ["a prefix that ends in a dash", { ...good, prefix: "shop-" }, LETTERS],
    ["an empty prefix", { ...good, prefix: "" }, LETTERS],
    ["a long prefix", { ...good, prefix: "x".repeat(51) }, "prefix: must be at most 50 characters long"],
    ["a prefix that is no text", { ...good, prefix: 5 }, "prefix: expected a string"],

    ["a console that is text", withConsole("none"), "console: expected an object"],
    ["a console that lets nobody in", withConsole({}), "console: set access, secret or readSecret: nobody would be let in"],
    [
      "a misspelt field of the console",
      withConsole({ secrt: SECRET }),
      'console: unknown field "secrt"; did you mean "secret"? (allowed: access, secret, readSecret, hostname)',
    ],
    ["an access that is text", withConsole({ access: "acme" }), "console.access: expected an object"],
    [
      "an access that is null",
      withConsole({ access: null }),
      ...["team", "audience"].map((field) => expect.stringContaining(`access.${field}: `)),
    ],
    [
      "a team that is an address",
      withAccess({ team: "https://acme.dev" }),
      expect.stringContaining("console.access.team: expected the name of"),
    ],
    ["no team", withAccess({ team: undefined }), expect.stringContaining("console.access.team: expected the name of")],
    [
      "a team that is an Output",
      withAccess({ team: later }),
      "console.access.team: is an Output; access is plain data, so that it is checked at preview",
    ],
    ["no audience", withAccess({ audience: undefined }), expect.stringContaining("console.access.audience: expected the AUD tag")],
    ["an empty list of audiences", withAccess({ audience: [] }), "console.access.audience: must be at least 1 entry long"],
    [
      "an unknown field of access",
      withAccess({ operator: [] }),
      'console.access: unknown field "operator"; did you mean "operators"? (allowed: access, team, audience, operators)',
    ],
    [
      "access for everybody",
      withConsole({ access: { access: "none" } }),
      ...["team", "audience"].map((field) => expect.stringContaining(`access.${field}: `)),
    ],
    [
      "operators that fill no variable",
      withAccess({ operators: Array.from({ length: 200 }, (_, n) => `operator-${n}@acme.example`) }),
      expect.stringMatching(/^console\.access: is \d+ bytes as JSON; a Worker's variable holds 5 KB/),
    ],
    ["a short secret", withConsole({ secret: "short" }), "console.secret: must be at least 16 characters long"],
    ["an empty secret for looking", withConsole({ readSecret: "" }), "console.readSecret: must be at least 16 characters long"],
    [
      "one secret for both",
      withConsole({ secret: SECRET, readSecret: SECRET }),
      "console.readSecret: is the same as secret: who may only look could act",
    ],
    [
      "a host name that is an address",
      withConsole({ secret: SECRET, hostname: "https://hub.acme.dev" }),
      'console.hostname: expected a host name such as "hub.acme.dev"',
    ],
    [
      "a host name without a zone",
      withConsole({ secret: SECRET, hostname: "hub" }),
      'console.hostname: expected a host name such as "hub.acme.dev"',
    ],

    ["no routes", { accountId, destinations }, "routes: expected an array, it is missing"],
    ["a route without an id", withRoute({ id: undefined }), "routes.0.id: expected a string, it is missing"],
    ["a route with the id of a prototype", withRoute({ id: "__proto__" }), `routes.0.id: ${NAME}`],
    ["an id used twice", { ...good, routes: [...routes, ...routes] }, 'routes.1.id: "all" is the id of another route'],
    [
      "an unknown destination",
      withRoute({ to: ["audit", "emial"] }),
      'routes.0.to.1.destination: unknown destination "emial"; did you mean "email"? (declared: email, audit)',
    ],
    [
      "a destination where none is declared",
      { ...good, destinations: {} },
      'routes.0.to.0.destination: unknown destination "audit" (none is declared)',
    ],
    ["a long delay", withRoute({ to: { destination: "email", delay: "366 days" } }), "routes.0.to.delay: must be at most 365 days"],
    ["a retry of the defaults", { ...good, defaults: { retry: { limit: -1 } } }, "defaults.retry.limit: must be at least 0"],
    ["an Output in a target", withRoute({ to: [{ destination: "email", delay: later }] }), `routes.0.to.0.delay: ${OUTPUT}`],
    ["an Output in a condition", withRoute({ where: { path: "$.a", in: ["b", later] } }), `routes.0.where.in.1: ${OUTPUT}`],
    ["routes that are an Output", { ...good, routes: pulumi.output(routes) }, `routes: ${OUTPUT}`],
    ["an Output in the defaults", { ...good, defaults: { retry: { delay: later } } }, `defaults.retry.delay: ${OUTPUT}`],
  ])("%s", (_, args, ...expected) => {
    expect(problems(args)).toEqual(expected);
  });

  test.each(["My-Hub-dev", "hub-my_stack", "hub-feature/42", `hub-${"x".repeat(47)}`])("a default prefix such as %s", (prefix) => {
    expect(problems(good, prefix)).toEqual([
      `prefix: "${prefix}", made of the name and the stack, cannot be part of a Worker's name: set prefix to lower-case letters, digits and dashes, at most 50`,
    ]);
  });

  test("one route that no variable holds, by its id", () => {
    const large = { id: "large", on: "*", where: { path: "$.data.note", exact: "ä".repeat(2_500) }, to: "email" };
    const [problem, ...others] = problems({ ...good, routes: [...routes, large] });
    expect(problem).toMatch(
      /^routes\.large: is 5\d\d\d bytes as JSON; a Worker's variable holds 5 KB, so one of these may be at most 4798$/,
    );
    expect(others).toEqual([]);
  });

  test("more variables than a Worker has", () => {
    const half = { path: "$.data.note", exact: "x".repeat(2_400) };
    const many = Array.from({ length: 128 }, (_, index) => ({ id: `r${index}`, on: "*", where: half, to: "email" }));
    expect(problems({ ...good, routes: many })).toEqual(["routes: the configuration fills 130 variables; a Worker has at most 128"]);
    expect(problems({ ...good, routes: many.slice(0, 126) })).toEqual([]);
    const taken = (count: string) => `routes: the configuration fills 128 variables; a Worker has at most 128, of which ${count} taken`;
    expect(problems({ ...withConsole({ secret: SECRET }), routes: many.slice(0, 126) })).toEqual([taken("1 is")]);
    expect(problems({ ...withConsole({ secret: SECRET, readSecret: `${SECRET}-2` }), routes: many.slice(0, 126) })).toEqual([
      taken("2 are"),
    ]);
    expect(problems({ ...withConsole({ secret: SECRET }), routes: many.slice(0, 125) })).toEqual([]);
  });

  test("several things at once, each by its place", () => {
    const wrong = { destinations: { ...destinations, audit: { worker: "", deployed: 1 } }, routes, prefix: "A" };
    expect(problems(wrong).map((problem) => problem.split(":")[0])).toEqual([
      "accountId",
      "prefix",
      "destinations.audit.worker",
      "destinations.audit.deployed",
    ]);
  });
});

test("a hub without destinations and routes has a configuration that the hub accepts", () => {
  const { variables, config } = planOf({ accountId, destinations: {}, routes: [] });
  expect(parseConfig(configFromBindings(variables))).toEqual({ ok: true, config });
});

test.each([
  ["a number", 5],
  ["an object", {}],
  ["a list", []],
  ["a resource of another kind", { queueName: "q" }],
  ["a name that no Worker has", "My Worker!"],
])("%s is no Worker", (_what, worker) => {
  expect(problems(withDestination({ worker }))).toEqual([
    "destinations.email.worker: expected the name of a Worker, an Output of it, or the WorkersScript itself",
  ]);
});

test.each([[5], [{}], ["  "]])("%j is no account", (id) => {
  expect(problems({ ...good, accountId: id })).toEqual(["accountId: expected the id of a Cloudflare account"]);
});

test("autoPause reaches the configuration, and an Output in it is refused", () => {
  const paused = withDestination({ worker: "email-worker", autoPause: { after: 3, probe: "10s" } });
  expect(planOf(paused).config.destinations["email"]).toEqual({ worker: "DEST_EMAIL", autoPause: { after: 3, probe: "10s" } });
  expect(problems(withDestination({ worker: "w", autoPause: { after: 0 } }))).toEqual([
    "destinations.email.autoPause.after: must be at least 1",
  ]);
  expect(problems(withDestination({ worker: "w", autoPause: { after: 3, probe: pulumi.output("10s") } }))[0]).toContain(
    "destinations.email.autoPause.probe: is an Output",
  );
});
