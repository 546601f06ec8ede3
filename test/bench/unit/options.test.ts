import { describe, expect, test } from "vitest";
import { PARTS } from "../figures.ts";
import { readOptions } from "../options.ts";

describe("the command line of the bench", () => {
  test("measures everything, unless it is told what", () => {
    expect(readOptions([])).toEqual({ options: { parts: PARTS, quick: false, out: undefined, json: false } });
    expect(readOptions(["--quick", "--only", "growth, routing", "--out", "there", "--json"])).toEqual({
      options: { parts: ["growth", "routing"], quick: true, out: "there", json: true },
    });
  });

  test("says what is wrong with it", () => {
    expect(readOptions(["--only", "everything"])).toEqual({
      problem: '--only takes counts, routing, growth, contest, not "everything".',
    });
    expect(readOptions(["--only", ""])).toHaveProperty("problem");
    expect(readOptions(["--rounds", "1"])).toHaveProperty("problem");
  });
});
