import "../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseWrittenJson } from "../../../schema/written-json.ts";
import { messageOf } from "../support/message-of.ts";

describe("JSON that a person wrote", () => {
  test.each<[text: string, problem: string]>([
    ['{"id":12345678901234567890}', "id is 12345678901234567890, and would be read as 12345678901234567000; write it as text"],
    ['{"id":9007199254740993}', "id is 9007199254740993, and would be read as 9007199254740992; write it as text"],
    [
      '{"a":[{"b":1},{"b":[0,0.12345678901234567891]}]}',
      "a[1].b[1] is 0.12345678901234567891, and would be read as 0.12345678901234568; write it as text",
    ],
    ["[1e400]", "[0] is 1e400, and would be read as Infinity; write it as text"],
    ['{"a":-1e-400}', "a is -1e-400, and would be read as 0; write it as text"],
    ["9007199254740993", "the number is 9007199254740993, and would be read as 9007199254740992; write it as text"],
    ['{"a":1,"a":2}', "a is given twice"],
    ['{"a":1,"\\u0061":2}', "a is given twice"],
    ['{"x":[{},{"a":{"b":1,"c":[1,2],"b":1}}]}', "x[1].a.b is given twice"],
    ['{"__proto__":1,"__proto__":2}', "__proto__ is given twice"],
  ])("%s is refused", (text, problem) => {
    expect(messageOf(() => parseWrittenJson(text))).toBe(problem);
  });

  test.each([
    "9007199254740991",
    "-9007199254740991",
    "9007199254740992",
    "1e21",
    "100000000000000000000",
    "0.1",
    "1.10",
    "0.000",
    "-0",
    "0e5",
    "1.5E+2",
    "5e-324",
    "1.7976931348623157e308",
    '{"a":{"a":1},"b":["a","a",{"a":"{\\"a\\":1,\\"a\\":2}"}]}',
    '["a:","\\\\","9007199254740993"]',
  ])("%s is read as JSON.parse reads it", (text) => {
    expect(parseWrittenJson(text)).toEqual(JSON.parse(text));
  });

  test("that any writer of JSON made is read", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseWrittenJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test("may nest as deep as it likes and have a number of any length", () => {
    const deep = 200_000;
    expect(() => parseWrittenJson(`${"[".repeat(deep)}${"]".repeat(deep)}`)).not.toThrow();
    expect(parseWrittenJson(`0.${"0".repeat(500_000)}`)).toBe(0);
    expect(messageOf(() => parseWrittenJson(`{"a":0.${"0".repeat(500_000)}1}`)).length).toBeLessThan(500);
  });

  test("that is none is refused with the parser's words", () => {
    expect(messageOf(() => parseWrittenJson("{"))).toContain("JSON");
  });
});
