import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../schema/config/config.ts";
import { CONFIG } from "../../../../schema/limits.ts";
import { issueText } from "../../../../schema/wording.ts";
import { validConfig } from "../../support/configs.ts";

const destinations = { triage: { worker: "TRIAGE" }, email: { worker: "EMAIL" } };

function problems(config: unknown): string[] {
  const parsed = parseConfig(config);
  return parsed.ok ? [] : parsed.issues.map(issueText);
}

function parsedOrThrow(config: unknown) {
  const parsed = parseConfig(config);
  if (!parsed.ok) throw new Error(parsed.issues.map(issueText).join("; "));
  return parsed.config;
}

/** A configuration with one route that is as given. */
const withRoute = (route: object) => ({ destinations, routes: [{ id: "one", on: "*", to: "triage", ...route }] });
const withWhere = (where: unknown) => withRoute({ where });
const withTarget = (options: object) => withRoute({ to: ["email", { destination: "triage", ...options }] });

describe("a person can act on what is wrong with", () => {
  const OPERATORS = "exact, in, anythingBut, prefix, suffix, equalsIgnoreCase, wildcard, match, cidr, exists, gt, gte, lt, lte";
  const TARGET = 'expected a destination\'s name or a target such as { destination: "email", delay: "1 hour" }';
  const CONDITION = 'expected a condition such as { path: "$.data.total", gte: 100 }, or allOf, anyOf, not of conditions';
  const NAME = "expected a name: a letter, then letters, digits, _ or -";
  const DURATION = 'expected a duration such as "30s", "15 minutes" or "7 days"';
  const TYPE = 'expected an event type such as "order.placed", "order.*" or "*"';
  const BOUND = 'expected a number, or a time with its offset such as "2026-01-01T00:00:00Z"';
  const STAR = 'a "*" stands at the end, or alone between the separators ".", "/" and ":"';
  const OWN = "is a binding of the hub itself; name a service binding";

  test.each<[what: string, config: unknown, ...problems: string[]]>([
    ["no configuration", undefined, "expected an object, it is missing"],
    ["null", null, "expected an object"],
    ["a list", [], "expected an object"],
    ["text", "routes", "expected an object"],
    ["an empty one", {}, "destinations: expected an object, it is missing", "routes: expected an array, it is missing"],
    [
      "a misspelt field",
      { destinations, routes: [], rotues: [] },
      'unknown field "rotues"; did you mean "routes"? (allowed: defaults, destinations, routes)',
    ],
    ["routes that are no list", { destinations, routes: {} }, "routes: expected an array"],
    ["destinations that are a list", { destinations: [], routes: [] }, "destinations: expected an object"],

    ["a destination that is no object", { destinations: { a: "A" }, routes: [] }, "destinations.a: expected an object"],
    ["a destination's name", { destinations: { "1st": { worker: "A" } }, routes: [] }, `destinations.1st: ${NAME}`],
    [
      "a destination named like a prototype",
      { destinations: JSON.parse('{"__proto__":{"worker":"A"}}'), routes: [] },
      `destinations.__proto__: ${NAME}`,
    ],
    [
      "a long name",
      { destinations: { ["x".repeat(64)]: { worker: "A" } }, routes: [] },
      `destinations.${"x".repeat(64)}: must be at most 63 characters long`,
    ],
    ["the database as a destination", { destinations: { a: { worker: "DB" } }, routes: [] }, `destinations.a.worker: ${OWN}`],
    ["the queue as a destination", { destinations: { a: { worker: "DISPATCH_QUEUE" } }, routes: [] }, `destinations.a.worker: ${OWN}`],
    [
      "the workflow as a destination",
      { destinations: { a: { worker: "DISPATCH_WORKFLOW" } }, routes: [] },
      `destinations.a.worker: ${OWN}`,
    ],
    ["the configuration as a destination", { destinations: { a: { worker: "HUB_CONFIG" } }, routes: [] }, `destinations.a.worker: ${OWN}`],
    [
      "a binding's name",
      { destinations: { a: { worker: "my worker" } }, routes: [] },
      "destinations.a.worker: expected the name of a service binding such as EMAIL",
    ],

    ["a route without an id", withRoute({ id: undefined }), "routes.0.id: expected a string, it is missing"],
    ["an empty id", withRoute({ id: "" }), `routes.0.id: ${NAME}`],
    [
      "a repeated id",
      { destinations, routes: ["one", "two", "one"].map((id) => ({ id, on: "*", to: "email" })) },
      'routes.2.id: "one" is the id of another route',
    ],
    ["an id with a space", withRoute({ id: "one two" }), `routes.0.id: ${NAME}`],
    ["a type with space around it", withRoute({ on: "order.placed " }), `routes.0.on: ${TYPE}`],
    ["a type that globs the end of a word that is not the last", withRoute({ on: "ord*.placed" }), `routes.0.on: ${TYPE}: ${STAR}`],
    ["a type that globs the start of a word", withRoute({ on: "*.pl*ed" }), `routes.0.on: ${TYPE}: ${STAR}`],
    ["a type that globs twice at the end", withRoute({ on: "order.**" }), `routes.0.on: ${TYPE}: ${STAR}`],
    ["a type of two lines", withRoute({ on: "a\nb" }), "routes.0.on: holds a control character, a noncharacter or a lone surrogate"],
    ["an empty type", withRoute({ on: "" }), `routes.0.on: ${TYPE}`],
    ["a type that is no text", withRoute({ on: 5 }), "routes.0.on: expected a string"],

    ["a missing to", { destinations, routes: [{ id: "one", on: "*" }] }, `routes.0.to: ${TARGET}, or a list of these`],
    ["a to that is null", withRoute({ to: null }), `routes.0.to: ${TARGET}, or a list of these`],
    ["an empty to", withRoute({ to: [] }), "routes.0.to: must be at least 1 entry long"],
    ["a to that is empty text", withRoute({ to: "" }), `routes.0.to: ${NAME}`],
    ["a number in to", withRoute({ to: ["email", 5] }), `routes.0.to.1: ${TARGET}`],
    [
      "an unknown destination",
      withRoute({ to: "triag" }),
      'routes.0.to.0.destination: unknown destination "triag"; did you mean "triage"? (declared: triage, email)',
    ],
    [
      "an unknown destination in a list",
      withRoute({ to: ["email", "somewhere"] }),
      'routes.0.to.1.destination: unknown destination "somewhere" (declared: triage, email)',
    ],
    [
      "a destination that is an object's own",
      withRoute({ to: "constructor" }),
      'routes.0.to.0.destination: unknown destination "constructor" (declared: triage, email)',
    ],
    [
      "a destination where none is declared",
      { destinations: {}, routes: [{ id: "one", on: "*", to: "email" }] },
      'routes.0.to.0.destination: unknown destination "email" (none is declared)',
    ],

    ["a malformed delay", withTarget({ delay: "5 minuts" }), `routes.0.to.1.delay: ${DURATION}`],
    ["a delay in a single target", withRoute({ to: { destination: "triage", delay: "1 month" } }), `routes.0.to.delay: ${DURATION}`],
    ["a delay that is a number", withTarget({ delay: 5 }), `routes.0.to.1.delay: ${DURATION}`],
    ["a delay of more than a year", withTarget({ delay: "366 days" }), "routes.0.to.1.delay: must be at most 365 days"],
    ["a timeout of nothing", withTarget({ timeout: "0s" }), "routes.0.to.1.timeout: must be between 1 ms and 15 minutes"],
    ["a long timeout", withTarget({ timeout: "16 minutes" }), "routes.0.to.1.timeout: must be between 1 ms and 15 minutes"],
    ["a limit of 1001", withTarget({ retry: { limit: 1_001 } }), "routes.0.to.1.retry.limit: must be at most 1000"],
    [
      "a limit in a single target",
      withRoute({ to: { destination: "triage", retry: { limit: 1_001 } } }),
      "routes.0.to.retry.limit: must be at most 1000",
    ],
    ["a negative limit", withTarget({ retry: { limit: -1 } }), "routes.0.to.1.retry.limit: must be at least 0"],
    ["half a retry", withTarget({ retry: { limit: 1.5 } }), "routes.0.to.1.retry.limit: expected a whole number"],
    ["a limit as text", withTarget({ retry: { limit: "5" } }), "routes.0.to.1.retry.limit: expected a number"],
    [
      "a misspelt back-off",
      withTarget({ retry: { backoff: "exponental" } }),
      'routes.0.to.1.retry.backoff: expected "constant" or "linear" or "exponential"; did you mean "exponential"?',
    ],
    [
      "a misspelt option",
      withTarget({ retry: { maxdelay: "1h" } }),
      'routes.0.to.1.retry: unknown field "maxdelay"; did you mean "maxDelay"? (allowed: limit, backoff, delay, maxDelay, jitter)',
    ],
    [
      "a busy loop",
      withTarget({ misconfigured: { delay: "0s" } }),
      "routes.0.to.1.misconfigured.delay: must be between 1 second and 365 days",
    ],
    [
      "a month of misconfiguration and more",
      withTarget({ misconfigured: { for: "31 days" } }),
      "routes.0.to.1.misconfigured.for: must be at most 30 days",
    ],
    [
      "defaults",
      { destinations, routes: [], defaults: { timeot: "5s" } },
      'defaults: unknown field "timeot"; did you mean "timeout"? (allowed: delay, timeout, retry, misconfigured, maxChainEvents)',
    ],
    ["a chain of nothing", { destinations, routes: [], defaults: { maxChainEvents: 0 } }, "defaults.maxChainEvents: must be at least 1"],
    [
      "a chain of too many events",
      { destinations, routes: [], defaults: { maxChainEvents: 100_001 } },
      "defaults.maxChainEvents: must be at most 100000",
    ],
    [
      "a limit in the defaults",
      { destinations, routes: [], defaults: { retry: { limit: 1_001 } } },
      "defaults.retry.limit: must be at most 1000",
    ],

    [
      "a bound that is text",
      {
        destinations,
        routes: [
          { id: "a", on: "*", to: "email" },
          { id: "b", on: "*", to: "email" },
          { id: "c", on: "*", to: "email", where: { allOf: [{ path: "$.data.total", gte: "1" }] } },
        ],
      },
      `routes.2.where.allOf.0.gte: ${BOUND}`,
    ],
    [
      "a misspelt operator",
      withWhere({ path: "$.data.total", gta: 1 }),
      `routes.0.where: unknown field "gta"; did you mean "gte"? (allowed: path, ${OPERATORS})`,
    ],
    [
      "a misspelt operator in a group",
      withWhere({ allOf: [{ not: { path: "$.a", exct: 1 } }] }),
      `routes.0.where.allOf.0.not: unknown field "exct"; did you mean "exact"? (allowed: path, ${OPERATORS})`,
    ],
    ["a comparison without an operator", withWhere({ path: "$.a" }), `routes.0.where: needs at least one operator: ${OPERATORS}`],
    [
      "operators that are undefined",
      withWhere({ path: "$.a", gte: undefined }),
      `routes.0.where: needs at least one operator: ${OPERATORS}`,
    ],
    ["a comparison without a path", withWhere({ gte: 1 }), "routes.0.where.path: expected a string, it is missing"],
    [
      "a value of what does not exist",
      withWhere({ path: "$.a", exists: false, exact: null }),
      "routes.0.where.exists: false goes with no other operator: what does not exist has no value",
    ],
    ["an empty allOf", withWhere({ allOf: [] }), "routes.0.where.allOf: must be at least 1 entry long"],
    ["an empty anyOf", withWhere({ not: { anyOf: [] } }), "routes.0.where.not.anyOf: must be at least 1 entry long"],
    ["an empty in", withWhere({ path: "$.a", in: [] }), "routes.0.where.in: must be at least 1 entry long"],
    [
      "an object to compare with",
      withWhere({ path: "$.a", exact: {} }),
      "routes.0.where.exact: expected a string, a number, a boolean or null",
    ],
    [
      "an object among values",
      withWhere({ path: "$.a", in: [1, {}] }),
      "routes.0.where.in.1: expected a string, a number, a boolean or null",
    ],
    ["a condition that is null", withWhere(null), `routes.0.where: ${CONDITION}`],
    ["a condition that is text", withWhere("$.a > 0"), `routes.0.where: ${CONDITION}`],
    ["a condition in a group", withWhere({ anyOf: [{ path: "$.a", exact: 0 }, 5] }), `routes.0.where.anyOf.1: ${CONDITION}`],
  ])("%s", (_, config, ...expected) => {
    expect(problems(config)).toEqual(expected);
  });

  test.each<[what: string, where: unknown, problem: RegExp]>([
    [
      "a path without a root",
      { path: "data.total", gte: 1 },
      /^routes\.0\.where\.path: expected a JSONPath \(RFC 9535\) such as \$\.data\.total: .+/,
    ],
    [
      "a path cut short",
      { path: "$.items[", gte: 1 },
      /^routes\.0\.where\.path: expected a JSONPath \(RFC 9535\) such as \$\.data\.total: .+/,
    ],
    [
      "an open group in a pattern",
      { path: "$.a", match: "(" },
      /^routes\.0\.where\.match: expected a pattern RE2 understands: .*missing closing \)/,
    ],
    [
      "a pattern that would cost too much",
      { path: "$.a", match: "(a?b?c?){1000}" },
      /^routes\.0\.where\.match: expected a pattern RE2 understands: the pattern is too large$/,
    ],
    ["a backreference", { path: "$.a", match: "(a)\\1" }, /^routes\.0\.where\.match: expected a pattern RE2 understands: .*\\1/],
  ])("%s", (_, where, problem) => {
    expect(problems(withWhere(where))).toEqual([expect.stringMatching(problem)]);
  });

  test("everything at once: each issue is named", () => {
    const config = {
      destinations,
      routes: [{ id: "one", on: 5, where: { path: "$.a", gte: "x" }, to: { destination: "triage", delay: "x", retry: { limit: 1_001 } } }],
    };
    expect(problems(config)).toEqual([
      "routes.0.on: expected a string",
      `routes.0.where.gte: ${BOUND}`,
      `routes.0.to.delay: ${DURATION}`,
      "routes.0.to.retry.limit: must be at most 1000",
    ]);
  });
});

describe("zero, empty text and false are kept", () => {
  test("in delivery", () => {
    const options = { delay: "0s", retry: { limit: 0, delay: "0s", maxDelay: "0s" }, misconfigured: { for: "0s" } };
    const config = parsedOrThrow({ ...withTarget(options), defaults: options });
    expect(config.defaults).toEqual(options);
    expect(config.routes[0]?.to[1]).toEqual({ destination: "triage", ...options });
  });

  test.each([
    { gte: 0 },
    { lte: 0, lt: 0 },
    { anythingBut: 0 },
    { anythingBut: [0, "", false, null] },
    { equalsIgnoreCase: "" },
    { wildcard: "" },
    { exact: 0 },
    { exact: "" },
    { exact: false },
    { exact: null },
    { in: [0, "", false, null] },
    { prefix: "" },
    { match: "" },
    { exists: false },
  ])("in %j", (operators) => {
    expect(parsedOrThrow(withWhere({ path: "$.a", ...operators })).routes[0]?.where).toEqual({ path: "$.a", ...operators });
  });
});

describe("a parsed configuration", () => {
  test("has a list of targets, however to was written", () => {
    const to = (written: unknown) => parsedOrThrow(withRoute({ to: written })).routes[0]?.to;
    expect(to("email")).toEqual([{ destination: "email" }]);
    expect(to({ destination: "email", delay: "1 hour" })).toEqual([{ destination: "email", delay: "1 hour" }]);
    expect(to(["email", { destination: "triage" }, "email"])).toEqual([
      { destination: "email" },
      { destination: "triage" },
      { destination: "email" },
    ]);
  });

  test("keeps the order of routes and may have none", () => {
    expect(parsedOrThrow({ destinations: {}, routes: [] })).toEqual({ destinations: {}, routes: [] });
    const routes = Array.from({ length: 300 }, (_, index) => ({ id: `r${300 - index}`, on: "*", to: "email" }));
    expect(parsedOrThrow({ destinations, routes }).routes.map(({ id }) => id)).toEqual(routes.map(({ id }) => id));
  });

  test("parses to itself, so that its version does not depend on who wrote it", () => {
    fc.assert(
      fc.property(validConfig, (written) => {
        const once = parsedOrThrow(written);
        const twice = parsedOrThrow(once);
        expect(twice).toEqual(once);
        expect(JSON.stringify(twice)).toBe(JSON.stringify(once));
        expect(parsedOrThrow(JSON.parse(JSON.stringify(once)))).toEqual(JSON.parse(JSON.stringify(once)));
      }),
      { numRuns: 150 },
    );
  });
});

describe("parsing never throws", () => {
  /** A condition within so many negations. */
  const nested = (levels: number) => {
    let where: object = { path: "$.a", exact: 0 };
    for (let level = 0; level < levels; level++) where = { not: where };
    return withWhere(where);
  };

  test("conditions nest as deep as anybody needs", () => {
    expect(CONFIG.maxConditionDepth).toBe(32);
    expect(problems(nested(32))).toEqual([]);
    expect(problems(nested(33))).toEqual(["routes.0.where: is nested deeper than 32 conditions"]);
  });

  test("groups count as negations do, and siblings do not add up", () => {
    const leaf: object = { path: "$.a", exact: 0 };
    const deep = (levels: number): object =>
      Array.from({ length: levels }).reduce<object>(
        (inner, _, level) => (level % 2 === 0 ? { allOf: [leaf, inner] } : { anyOf: [inner, leaf] }),
        leaf,
      );
    expect(problems(withWhere(deep(32)))).toEqual([]);
    expect(problems(withWhere({ allOf: [deep(31), deep(31)] }))).toEqual([]);
    expect(problems(withWhere(deep(33)))).toEqual(["routes.0.where: is nested deeper than 32 conditions"]);
  });

  test.each([1_000, 10_000, 100_000])("a condition nested %d deep is refused", (levels) => {
    expect(problems(nested(levels))).toEqual(["routes.0.where: is nested deeper than 32 conditions"]);
  });

  test.each<[what: string, config: unknown]>([
    ["a path of a megabyte", withWhere({ path: `$${".a".repeat(500_000)}[`, exact: 0 })],
    ["a path of 10,000 parentheses", withWhere({ path: `$[?${"(".repeat(10_000)}@.a${")".repeat(10_000)}]`, exact: 0 })],
    ["a pattern of 10,000 parentheses", withWhere({ path: "$.a", match: "(".repeat(10_000) })],
    ["a type of a megabyte", withRoute({ on: "a*".repeat(500_000) })],
    ["a name of a megabyte", withRoute({ to: "x".repeat(1_000_000) })],
    ["a list in place of all", Array.from({ length: 100_000 }, () => ({}))],
    [
      "100,000 unknown fields",
      { ...Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`field${index}`, 0])), destinations, routes: [] },
    ],
    ["an object without a prototype", Object.assign(Object.create(null), { destinations, routes: 0 })],
    ["a function", () => destinations],
  ])("%s is refused", (_, config) => {
    expect(problems(config)).not.toEqual([]);
  });

  test("not for anything", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
        (anything) => {
          const parsed = parseConfig(anything);
          if (!parsed.ok) expect(parsed.issues.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("not for a valid configuration with something else in one place: it is refused with an issue, or still parses", () => {
    const garbage = fc.oneof(
      fc.constantFrom<unknown>(undefined, null, 0, -1, 1.5, 1_001, Number.NaN, "", "x", "0s", "366 days", "__proto__", [], {}, [[]], true),
      fc.anything(),
    );
    let refused = 0;
    fc.assert(
      fc.property(validConfig, fc.nat(), garbage, (written, place, replacement) => {
        const parsed = parseConfig(replaced(written, place, replacement));
        if (parsed.ok) return;
        refused += 1;
        for (const { message } of parsed.issues) expect(message).not.toMatch(/^(|Invalid input.*|Invalid key.*|Invalid element.*)$/);
      }),
      { numRuns: 800 },
    );
    expect(refused).toBeGreaterThan(200);
  });
});

/** A copy in which one of all the members, counted depth first, is something else. */
function replaced(config: object, place: number, replacement: unknown): unknown {
  const copy: unknown = structuredClone(config);
  const places: [holder: Record<string, unknown>, name: string][] = [];
  const visit = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    for (const name of Object.keys(value)) {
      places.push([value as Record<string, unknown>, name]);
      visit((value as Record<string, unknown>)[name]);
    }
  };
  visit(copy);
  const [holder, name] = places[place % places.length] ?? [];
  if (holder !== undefined && name !== undefined) holder[name] = replacement;
  return copy;
}

test("an unknown destination is told with the first of those that are declared, however many they are", () => {
  const destinations = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`d${n}`, { worker: "A" }]));
  const parsed = parseConfig({ destinations, routes: [{ id: "r", on: "*", to: "nobody" }] });
  const [message = ""] = parsed.ok ? [] : parsed.issues.map((issue) => issue.message);
  expect(message).toMatch(/^unknown destination "nobody" .*d49, and 1950 more\)$/);
});
