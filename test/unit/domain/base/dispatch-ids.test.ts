import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redriveId } from "../../../../schema/ids.ts";
import { UNDELIVERABLE } from "../../../../schema/limits.ts";
import { dispatchIdsIn } from "../../../../src/domain/base/dispatch-ids.ts";

const EVENT = "019aa5c8-7f00-7abc-8def-0123456789ab";

describe("ids of dispatches in a text", () => {
  test("are found in each message of ours, in their order", () => {
    const text = JSON.stringify({
      kind: "reconcile",
      dispatches: [
        { id: `${EVENT}-10`, checkAt: 1 },
        { id: `${EVENT}-2-r3`, checkAt: 2 },
      ],
    });
    expect(dispatchIdsIn(text)).toEqual([`${EVENT}-10`, `${EVENT}-2-r3`]);
  });

  test("are found in what no longer is a message of ours", () => {
    expect(dispatchIdsIn(`{"kind":"start","runs":[{"id":"${EVENT}-0","dueAt"`)).toEqual([`${EVENT}-0`]);
    expect(dispatchIdsIn(`lost ${EVENT}-0, \\"${EVENT}-1\\" and ${EVENT}-0 again`)).toEqual([`${EVENT}-0`, `${EVENT}-1`]);
  });

  test.each([
    "",
    "null",
    EVENT,
    `${EVENT}-`,
    `${EVENT}-x`,
    `${EVENT.toUpperCase()}-0`,
    "019aa5c8-7f00-4abc-8def-0123456789ab-0",
    "-0-r1",
    "'; DROP TABLE dispatches; --",
  ])("are not in %j", (text) => {
    expect(dispatchIdsIn(text)).toEqual([]);
  });

  test("are at most a thousand", () => {
    const ids = Array.from({ length: UNDELIVERABLE.maxDispatches + 5 }, (_, ordinal) => `${EVENT}-${ordinal}`);
    expect(dispatchIdsIn(ids.join())).toEqual(ids.slice(0, UNDELIVERABLE.maxDispatches));
    expect(dispatchIdsIn(`${`${EVENT}-0,`.repeat(5_000)}${EVENT}-1`)).toEqual([`${EVENT}-0`, `${EVENT}-1`]);
  });

  test.each<[what: string, text: string]>([
    ["hex without end", "0".repeat(128_000)],
    ["beginnings of ids", "019aa5c8-7f00-7abc-8def-0123456789a".repeat(3_500)],
    ["dashes", "-".repeat(128_000)],
    ["digits behind an id", `${EVENT}-${"9".repeat(128_000)}`],
  ])("are looked for in linear time: 128 KB of %s", (_, text) => {
    const before = performance.now();
    dispatchIdsIn(text);
    expect(performance.now() - before).toBeLessThan(500);
  });

  test("are found wherever they stand, each once, whatever stands between", () => {
    const ids = fc.uniqueArray(fc.tuple(fc.nat({ max: 999_999 }), fc.option(fc.nat({ max: 999 }))), {
      selector: ([ordinal, redrive]) => `${ordinal} ${redrive}`,
      maxLength: 20,
    });
    const noise = fc.string({ unit: fc.constantFrom(" ", '"', "\\", "{", "[", "é", "\n", "g", ":") }).map((text) => `${text} `);
    fc.assert(
      fc.property(ids, fc.array(noise, { minLength: 21, maxLength: 21 }), (given, between) => {
        const written = given.map(([ordinal, redrive], index) =>
          redrive === null
            ? `${EVENT}-${ordinal}`
            : index % 2 === 0
              ? `${EVENT}-${ordinal}-r${redrive}`
              : redriveId(`${EVENT}-${ordinal}`, redrive, index),
        );
        const text = written.map((id, index) => `${between[index]}${id} ${id}`).join(" ");
        expect(dispatchIdsIn(text)).toEqual(written);
      }),
      { numRuns: 200 },
    );
  });
});
