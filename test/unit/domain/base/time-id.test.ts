import "../../support/seed.ts";
import fc from "fast-check";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, test } from "vitest";
import { firstIdAt, timeOfId } from "../../../../src/domain/base/time-id.ts";

const MAX_TIME = 2 ** 48 - 1;
const time = fc.oneof(fc.constantFrom(0, 1, MAX_TIME), fc.integer({ min: 0, max: MAX_TIME }), fc.integer({ min: 1.7e12, max: 2e12 }));

describe("the time of an id", () => {
  test("is that of the UUIDv7, also of a dispatch's", () => {
    const id = "019aa5c8-7f00-7abc-8def-0123456789ab";
    expect(timeOfId(id)).toBe(0x019aa5c87f00);
    expect(timeOfId(`${id}-0`)).toBe(0x019aa5c87f00);
    expect(timeOfId(`${id}-12-r3`)).toBe(0x019aa5c87f00);
  });

  test.each([
    "",
    "e1",
    "019aa5c8-7f00-4abc-8def-0123456789ab",
    "019aa5c8-7f0",
    "019AA5C8-7F00-7abc-8def-0123456789ab",
    "x19aa5c8-7f00-7abc",
    " 019aa5c8-7f00-7abc",
    "019aa5c87f007abc",
  ])("%j is no such id", (id) => {
    expect(timeOfId(id)).toBeUndefined();
  });

  test("is what the id was made with", () => {
    fc.assert(
      fc.property(time, (msecs) => {
        expect(timeOfId(uuidv7({ msecs }))).toBe(msecs);
      }),
    );
  });
});

describe("the first id of a time", () => {
  test("has that time", () => {
    fc.assert(
      fc.property(time, (at) => {
        expect(timeOfId(firstIdAt(at))).toBe(at);
        expect(timeOfId(`${firstIdAt(at)}000-8000-000000000000`)).toBe(at);
      }),
    );
  });

  test("comes before every id made then or later, and after every id made before", () => {
    fc.assert(
      fc.property(time, time, (at, msecs) => {
        const id = uuidv7({ msecs });
        expect(id >= firstIdAt(at)).toBe(msecs >= at);
        expect(`${id}-0` >= firstIdAt(at)).toBe(msecs >= at);
      }),
      { numRuns: 1_000 },
    );
  });

  test("at the edge of a window: an id of its last millisecond is in, one of its end is not", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_TIME }), (end) => {
        expect(uuidv7({ msecs: end - 1 }) < firstIdAt(end)).toBe(true);
        expect(uuidv7({ msecs: end }) < firstIdAt(end)).toBe(false);
      }),
    );
  });

  test.each<[time: number, id: string]>([
    [0, "00000000-0000-7"],
    [-1, "00000000-0000-7"],
    [Number.NEGATIVE_INFINITY, "00000000-0000-7"],
    [1.9, "00000000-0001-7"],
    [MAX_TIME, "ffffffff-ffff-7"],
    [MAX_TIME + 1, "ffffffff-ffff-7"],
    [Number.POSITIVE_INFINITY, "ffffffff-ffff-7"],
  ])("of %d is %s: times that no id has are the nearest that one has", (at, id) => {
    expect(firstIdAt(at)).toBe(id);
  });
});
