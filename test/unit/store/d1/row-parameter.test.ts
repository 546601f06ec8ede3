import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { D1 } from "../../../../schema/limits.ts";
import { byteLength } from "../../../../src/domain/base/byte-length.ts";
import { rowParameters, rowText } from "../../../../src/store/d1/row-parameter.ts";
import { text } from "../../support/text.ts";

/** What D1 takes as one string. The local engine takes more, so only this test counts. */
const D1_STRING_BYTES = 2_000_000;

const rowsIn = (parameter: string) => JSON.parse(parameter) as unknown[];

describe("parameters", () => {
  test("hold every row once and in order, and none is larger than it may be", () => {
    const row = fc.record({ id: fc.uuid(), data: text({ maxLength: 30 }) }).map((columns) => JSON.stringify(columns));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.integer({ min: 200, max: 2_000 }), (rows, maxBytes) => {
        const parameters = rowParameters(rows, maxBytes);
        expect(parameters.flatMap(rowsIn)).toEqual(rows.map((text) => JSON.parse(text) as unknown));
        const together = parameters.filter((parameter) => rowsIn(parameter).length > 1);
        for (const parameter of together) expect(byteLength(parameter)).toBeLessThanOrEqual(maxBytes);
        for (const [index, parameter] of parameters.slice(1).entries()) {
          const withNext = byteLength(parameters[index] ?? "") + byteLength(JSON.stringify(rowsIn(parameter)[0])) + 1;
          expect(withNext).toBeGreaterThanOrEqual(maxBytes);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("of no rows are none", () => {
    expect(rowParameters([])).toEqual([]);
  });

  test("are cut to the byte, counted in UTF-8", () => {
    const row = JSON.stringify("日");
    expect(byteLength(row)).toBe(5);
    expect(rowParameters([row, row, row], byteLength(`[${row},${row}]`) + 1)).toEqual([`[${row},${row}]`, `[${row}]`]);
    expect(rowParameters([row, row], byteLength(`[${row},${row}]`) - 1)).toEqual([`[${row}]`, `[${row}]`]);
  });

  test("leave a row above the limit alone: it is not dropped, and takes no other with it", () => {
    const [small, large] = ["1", JSON.stringify("x".repeat(100))];
    expect(rowParameters([small, large, small, small], 20)).toEqual([`[${small}]`, `[${large}]`, `[${small},${small}]`]);
    expect(rowParameters([large], 20)).toEqual([`[${large}]`]);
  });

  test("by default stay below what D1 takes as one string, whatever the script", () => {
    expect(D1.maxParameterBytes).toBeLessThan(D1_STRING_BYTES);
    for (const character of ["x", "é", "日", "👩"]) {
      const rows = Array.from({ length: 40 }, () => JSON.stringify(character.repeat(100_000 / byteLength(character))));
      const parameters = rowParameters(rows);
      expect(parameters.length).toBeGreaterThan(1);
      for (const parameter of parameters) expect(byteLength(parameter)).toBeLessThan(D1_STRING_BYTES);
    }
  });
});

describe("the text of a row", () => {
  test("has its columns, and JSON as it was written", () => {
    const text = rowText({ id: "e1", source: null, depth: 0 }, { name: "data", text: '{"total": 1.0}' });
    expect(text).toBe('{"id":"e1","source":null,"depth":0,"data":{"total": 1.0}}');
    expect(JSON.parse(text)).toEqual({ id: "e1", source: null, depth: 0, data: { total: 1 } });
  });

  test("is JSON whatever the columns hold", () => {
    const columns = fc.record({ id: text(), subject: fc.option(fc.string()), depth: fc.nat() });
    fc.assert(
      fc.property(columns, fc.jsonValue(), (given, data) => {
        const text = JSON.stringify(data);
        expect(JSON.parse(rowText(given, { name: "data", text }))).toEqual({ ...given, data: JSON.parse(text) as unknown });
      }),
    );
  });
});
