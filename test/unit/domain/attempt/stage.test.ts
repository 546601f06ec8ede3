import { describe, expect, test } from "vitest";
import { STATUSES, type Stage, type Status } from "../../../../schema/contract/statuses.ts";
import { stageOf } from "../../../../src/domain/attempt/stage.ts";

const NOW = 1_000;

describe("an ongoing dispatch", () => {
  test.each<[dueAt: number, attempts: number, stage: Stage]>([
    [NOW + 1, 0, "scheduled"],
    [NOW + 1, 1, "waiting to retry"],
    [NOW, 0, "running"],
    [NOW, 3, "running"],
    [0, 0, "running"],
  ])("due at %d after %d attempts is %s", (dueAt, attempts, stage) => {
    expect(stageOf({ status: "ongoing", dueAt, attempts, held: false }, NOW)).toBe(stage);
  });

  test("that is held back is held from when it is due", () => {
    const held = (dueAt: number, attempts: number) => stageOf({ status: "ongoing", dueAt, attempts, held: true }, NOW);
    expect([held(NOW, 0), held(NOW, 2), held(NOW + 1, 0), held(NOW + 1, 2)]).toEqual(["held", "held", "scheduled", "waiting to retry"]);
  });

  test("in a back-off of 20 minutes waits, and is not lost", () => {
    expect(stageOf({ status: "ongoing", dueAt: NOW + 20 * 60_000, attempts: 4, held: false }, NOW)).toBe("waiting to retry");
  });
});

test.each(STATUSES.filter((status): status is Exclude<Status, "ongoing"> => status !== "ongoing"))(
  "a settled dispatch is %s, whenever it was due",
  (status) => {
    for (const dueAt of [0, NOW, NOW + 1]) expect(stageOf({ status, dueAt, attempts: 1, held: true }, NOW)).toBe(status);
  },
);
