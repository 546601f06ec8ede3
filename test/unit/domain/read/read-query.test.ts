import { describe, expect, test } from "vitest";
import { STATUSES } from "../../../../schema/contract/statuses.ts";
import { parseAuditQuery } from "../../../../src/domain/audit/audit-query.ts";
import { parseId } from "../../../../src/domain/base/parse-id.ts";
import { parseBulkFilter } from "../../../../src/domain/operate/bulk-filter.ts";
import { parsePurge } from "../../../../src/domain/purge/purge-query.ts";
import { parseDeadLetterQuery } from "../../../../src/domain/read/dead-letter-query.ts";
import { parseDispatchQuery } from "../../../../src/domain/read/dispatch-query.ts";
import { parseEventQuery, parseEventSearch } from "../../../../src/domain/read/event-query.ts";
import { parseStatsQuery } from "../../../../src/domain/read/stats-query.ts";
import { messageOf } from "../../support/message-of.ts";

const TIME = 'expected a time such as "2026-11-21T10:00:00Z"';

describe.each([
  ["events", parseEventQuery],
  ["dispatches", parseDispatchQuery],
] as const)("a query for %s", (_, parse) => {
  test("may be empty: 50 rows a page", () => {
    expect(parse()).toEqual({ limit: 50 });
    expect(parse({})).toEqual({ limit: 50 });
    expect(parse({ limit: undefined, from: undefined, cursor: undefined })).toMatchObject({ limit: 50 });
  });

  test("takes a window of time as text or dates", () => {
    expect(parse({ from: "1970-01-01T00:00:00Z", to: new Date(5) })).toEqual({ from: 0, to: 5, limit: 50 });
    expect(parse({ from: "2026-11-21T12:00:00+02:00" }).from).toBe(Date.UTC(2026, 10, 21, 10));
  });

  test.each([1, 50, 200])("takes a page of %d", (limit) => {
    expect(parse({ limit })).toEqual({ limit });
  });

  test.each<[query: unknown, problem: string]>([
    [{ limit: 0 }, "limit: must be at least 1"],
    [{ limit: -1 }, "limit: must be at least 1"],
    [{ limit: 201 }, "limit: must be at most 200"],
    [{ limit: 1.5 }, "limit: expected a whole number"],
    [{ limit: Number.NaN }, "limit: expected a number"],
    [{ limit: "50" }, "limit: expected a number"],
    [{ limit: null }, "limit: expected a number"],
    [{ cursor: 5 }, "cursor: expected a string"],
    [{ from: "yesterday" }, `from: ${TIME}`],
    [{ to: "2026-11-21" }, `to: ${TIME}`],
    [{ from: 0 }, "from: expected an RFC 3339 time or a Date"],
    [{ form: "2026-11-21T10:00:00Z" }, 'unknown field "form"; did you mean "from"?'],
    [null, "expected an object"],
    ["", "expected an object"],
    [[], "expected an object"],
  ])("names what is wrong with %j instead of falling back", (query, problem) => {
    const message = messageOf(() => parse(query));
    expect(message.startsWith(`(query.invalid) ${problem}`)).toBe(true);
    expect(message.endsWith(".")).toBe(true);
  });

  test("names everything that is wrong", () => {
    expect(messageOf(() => parse({ limit: 0, cursor: 5 }))).toBe("(query.invalid) limit: must be at least 1; cursor: expected a string.");
  });
});

describe("filters", () => {
  test("of events", () => {
    const query = { type: "a", subject: "0", source: "s", key: "k", correlationId: "c", cursor: "x", limit: 1 };
    expect(parseEventQuery(query)).toEqual(query);
    expect(messageOf(() => parseEventQuery({ subject: "" }))).toBe("(query.invalid) subject: must be at least 1 character long.");
    expect(messageOf(() => parseEventQuery({ key: 5 }))).toBe("(query.invalid) key: expected a string.");
    expect(messageOf(() => parseEventQuery({ status: "failed" }))).toMatch(/^\(query\.invalid\) unknown field "status"/);
  });

  test("of dispatches", () => {
    const query = { destination: "email", route: "all", eventId: "0198c5b2-0000-7000-8000-000000000000", cursor: "", limit: 1 };
    for (const status of STATUSES) expect(parseDispatchQuery({ ...query, status })).toEqual({ ...query, status });
    expect(messageOf(() => parseDispatchQuery({ status: "lsot" }))).toMatch(
      /^\(query\.invalid\) status: expected .*; did you mean "lost"\?\.$/,
    );
    expect(messageOf(() => parseDispatchQuery({ type: "a" }))).toMatch(/^\(query\.invalid\) unknown field "type"/);
  });
});

describe("a filter that nothing can match is refused:", () => {
  test.each(["ev.*", "*", "a*"])("a type %s", (type) => {
    const problem = '(query.invalid) type: is asked for exactly, as in "order.placed": no type holds a "*".';
    expect(messageOf(() => parseEventQuery({ type }))).toBe(problem);
    expect(messageOf(() => parseEventSearch({ type }))).toBe(problem);
  });

  const EVENT = "0198c5b2-0000-7000-8000-000000000000";
  test.each(["0198c5b2", "0198c5b2-0000", EVENT.slice(0, -1), `${EVENT}-0`, EVENT.toUpperCase().replace("C", "c"), "nobody"])(
    "an event's id %s",
    (eventId) => {
      expect(messageOf(() => parseDispatchQuery({ eventId }))).toBe("(query.invalid) eventId: expected the whole id of an event.");
    },
  );
});

describe.each<[what: string, parse: (window: object) => unknown]>([
  ["a list of events", parseEventQuery],
  ["a search", parseEventSearch],
  ["a list of dispatches", parseDispatchQuery],
  ["dead letters", parseDeadLetterQuery],
  ["an audit", parseAuditQuery],
  ["a bulk operation", (window) => parseBulkFilter("retry", window, Date.UTC(2030, 0))],
  ["figures", (window) => parseStatsQuery(window, Date.UTC(2030, 0))],
])("the window of %s", (_, parse) => {
  test.each<[window: object, problem: string]>([
    [{ from: new Date(5), to: new Date(5) }, "from is not before to."],
    [{ from: new Date(6), to: new Date(5) }, "from is not before to."],
    [{ to: new Date(-8.64e15) }, "to: must lie within the years 0000 to 9999."],
    [{ from: new Date(-1) }, "from: expected a time from 1970 to 9999."],
    [{ from: "1969-12-31T23:59:59Z" }, "from: expected a time from 1970 to 9999."],
    [{ to: new Date(8.64e15) }, "to: must lie within the years 0000 to 9999."],
    [{ to: new Date(Date.UTC(10_000, 0)) }, "to: must lie within the years 0000 to 9999."],
  ])("is one: %j is refused", (window, problem) => {
    expect(messageOf(() => parse(window))).toMatch(new RegExp(`^\\(query\\.invalid\\) ${problem}$`));
  });

  test("may be as long as there is a time", () => {
    expect(() => parse({ from: new Date(0), to: "9999-12-31T23:59:59.999Z" })).not.toThrow();
  });
});

test("figures until a moment of the first day begin with it", () => {
  expect(parseStatsQuery({ to: new Date(5) }, 10)).toEqual({ from: 0, to: 5 });
});

describe("a filter", () => {
  const long = "x".repeat(3_000_000);

  test.each<[what: string, parse: () => unknown]>([
    ["subject", () => parseEventQuery({ subject: long })],
    ["destination", () => parseDispatchQuery({ destination: long })],
    ["reason", () => parseDispatchQuery({ reason: long })],
    ["reason", () => parseBulkFilter("retry", { reason: long }, 0)],
    ["route", () => parseBulkFilter("retry", { route: long }, 0)],
  ])("that is longer than anything stored is refused, as the database would not take it: %s", (name, parse) => {
    expect(messageOf(parse)).toBe(`(query.invalid) ${name}: must be at most 1024 characters long.`);
  });

  test("by a thousand ids that are none is refused in a sentence", () => {
    expect(messageOf(() => parseBulkFilter("retry", { ids: Array(1_000).fill("") }, 0)).length).toBeLessThan(2_000);
    expect(messageOf(() => parseBulkFilter("retry", { ids: Array(300_000).fill("") }, 0)).length).toBeLessThan(2_000);
  });
});

describe("an id", () => {
  test("is text", () => {
    expect(parseId("e1-0")).toBe("e1-0");
  });

  test.each([5, null, undefined, {}, ["e1"]])("%j is none", (id) => {
    expect(messageOf(() => parseId(id))).toMatch(/^\(query\.invalid\) expected a string/);
  });

  test("is no longer than anything that is stored", () => {
    expect(parseId("x".repeat(1_024))).toHaveLength(1_024);
    expect(messageOf(() => parseId("x".repeat(3_000_000)))).toBe("(query.invalid) must be at most 1024 characters long.");
  });

  test("is not empty", () => {
    expect(messageOf(() => parseId(""))).toBe("(query.invalid) must be at least 1 character long.");
  });
});

describe("what an audit is asked", () => {
  test("may be nothing: everything, without the runs of what settled long ago", () => {
    for (const query of [undefined, {}, { allRuns: undefined, from: undefined }])
      expect(parseAuditQuery(query)).toEqual({ allRuns: false });
  });

  test("is a window of time, and whether to ask for all runs", () => {
    const query = { from: "1970-01-01T00:00:00Z", to: new Date(5), allRuns: true, cursor: "c" };
    expect(parseAuditQuery(query)).toEqual({ from: 0, to: 5, allRuns: true, cursor: "c" });
  });

  test.each<[query: unknown, problem: string]>([
    [{ allRuns: "yes" }, "allRuns: expected "],
    [{ allRuns: 1 }, "allRuns: expected "],
    [{ allRun: true }, 'unknown field "allRun"; did you mean "allRuns"?'],
    [{ limit: 5 }, 'unknown field "limit"'],
    [{ to: "2026-11-21" }, `to: ${TIME}`],
    [{ cursor: null }, "cursor: expected a string"],
    [null, "expected an object"],
  ])("names what is wrong with %j", (query, problem) => {
    expect(messageOf(() => parseAuditQuery(query)).startsWith(`(query.invalid) ${problem}`)).toBe(true);
  });
});

describe("what a purge is asked", () => {
  const NOW = 1_000;
  const NEITHER = { dryRun: false, deadLetters: false };

  test("is a moment that is over, and it deletes unless told otherwise", () => {
    for (const query of [undefined, null, {}]) expect(parsePurge(new Date(NOW), query, NOW)).toEqual({ before: NOW, ...NEITHER });
    const query = { dryRun: true, deadLetters: true, cursor: "c" };
    expect(parsePurge("1970-01-01T00:00:00Z", query, NOW)).toEqual({ before: 0, ...query });
  });

  test.each<[before: unknown, query: unknown, problem: string]>([
    [new Date(NOW + 1), {}, "before lies in the future; pass a moment that is over."],
    ["2026-11-21", {}, `before: ${TIME}`],
    [undefined, {}, "before: expected an RFC 3339 time or a Date"],
    [0, {}, "before: expected an RFC 3339 time or a Date"],
    [new Date(Number.NaN), {}, "before: "],
    [new Date(-1), {}, "before: expected a time from 1970 to 9999"],
    [new Date(0), { dryrun: true }, 'unknown field "dryrun"; did you mean "dryRun"?'],
    [new Date(0), { dryRun: 1 }, "dryRun: expected "],
    [new Date(0), [], "expected an object"],
  ])("names what is wrong with %s and %j, and deletes nothing", (before, query, problem) => {
    expect(messageOf(() => parsePurge(before, query, NOW)).startsWith(`(query.invalid) ${problem}`)).toBe(true);
  });
});
