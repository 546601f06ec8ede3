import "../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { moment } from "../../../schema/moment.ts";
import { inWords, issuesOf } from "../../../schema/wording.ts";

function problemsOf(written: unknown): string[] {
  const { error } = moment.safeParse(written, inWords);
  return error === undefined ? [] : issuesOf(error).map(({ message }) => message);
}

describe("a point in time", () => {
  test.each<[written: string | Date, read: string]>([
    ["2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000Z"],
    ["2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00.500Z"],
    ["2026-11-21T10:00:00.123456Z", "2026-11-21T10:00:00.123Z"],
    ["2026-11-21T12:00:00+02:00", "2026-11-21T10:00:00.000Z"],
    ["2026-11-20T20:00:00-14:00", "2026-11-21T10:00:00.000Z"],
    ["1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000Z"],
    ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["2026-11-21t10:00:00z", "2026-11-21T10:00:00.000Z"],
    ["1990-12-31T23:59:60Z", "1991-01-01T00:00:00.000Z"],
    ["1990-12-31T15:59:60.5-08:00", "1991-01-01T00:00:00.500Z"],
    ["1991-01-01T05:29:60+05:30", "1991-01-01T00:00:00.000Z"],
    ["0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
  ])("%s is %s", (written, read) => {
    expect(moment.parse(written).toISOString()).toBe(read);
  });

  test.each([
    "",
    "now",
    "2026",
    "2026-11-21",
    "2026-11-21T10:00:00",
    "2026-11-21 10:00:00Z",
    "1990-12-31T22:59:60Z",
    "1990-12-31T23:58:60Z",
    "1990-12-31T23:59:61Z",
    "+010000-01-01T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-11-21T24:00:00Z",
    "21 Nov 2026",
    "1795255200000",
  ])("%j is refused", (written) => {
    expect(problemsOf(written)).toEqual(['expected a time such as "2026-11-21T10:00:00Z"']);
  });

  test.each([0, 1795255200000, null, true, {}, new Date(Number.NaN)])("%s is refused: it is neither text nor a date", (written) => {
    expect(problemsOf(written)).toEqual(["expected an RFC 3339 time or a Date"]);
  });

  test.each([
    new Date(8.64e15),
    new Date("-000001-12-31T23:59:59.999Z"),
    new Date("+010000-01-01T00:00:00Z"),
    "0000-01-01T00:00:00+00:01",
    "9999-12-31T23:59:00-00:01",
    "9999-12-31T23:59:60Z",
  ])("%s is refused: RFC 3339 writes no such year", (written) => {
    expect(problemsOf(written)).toEqual(["must lie within the years 0000 to 9999"]);
  });

  test("that is taken may be passed on as it is written", () => {
    const anyDate = fc.date({ noInvalidDate: true });
    fc.assert(
      fc.property(
        fc.oneof(
          anyDate,
          anyDate.map((at) => at.toISOString()),
        ),
        (written) => {
          const { data: taken } = moment.safeParse(written);
          if (taken !== undefined) expect(moment.parse(taken.toISOString())).toEqual(taken);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("is read as it is written, to the millisecond", () => {
    const date = fc.date({ min: new Date("0000-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true });
    fc.assert(
      fc.property(date, (at) => {
        expect(moment.parse(at.toISOString())).toEqual(at);
        expect(moment.parse(at)).toEqual(at);
      }),
    );
  });
});
