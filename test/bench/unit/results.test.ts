import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PARTS } from "../figures.ts";
import { PICTURES } from "../pictures/pictures.ts";
import { withSections } from "../readme.ts";
import { README, RESULTS, readFigures } from "../results.ts";

describe("what the README says of cost and speed", () => {
  test("is what was measured last", async () => {
    const [readme, figures] = await Promise.all([readFile(README, "utf8"), readFigures(RESULTS)]);
    expect(Object.keys(figures).toSorted()).toEqual(PARTS.toSorted());
    expect(withSections(readme, figures)).toBe(readme);
  });

  test.each(Object.entries(PICTURES))("shows %s as it was measured last", async (name, picture) => {
    expect(await picture(await readFigures(RESULTS))).toBe(await readFile(join(RESULTS, `${name}.svg`), "utf8"));
    expect(await readFile(README, "utf8")).toContain(`(test/bench/results/${name}.svg)`);
  });

  test("has a place for each of its tables", () => {
    expect(() => withSections("", { counts: {} as never })).toThrow();
    expect(() => withSections("<!-- bench:contest -->", { contest: { contenders: {}, d1: {} } as never })).toThrow(
      "The README has no place for contest: <!-- bench:contest --> … <!-- /bench:contest -->.",
    );
  });
});
