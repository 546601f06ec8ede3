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
    expect(stageOf({ status: "ongoing", dueAt, attempts }, NOW)).toBe(stage);
  });

  test("in a back-off of 20 minutes waits, and is not lost", () => {
    expect(stageOf({ status: "ongoing", dueAt: NOW + 20 * 60_000, attempts: 4 }, NOW)).toBe("waiting to retry");
  });
});

test.each(STATUSES.filter((status): status is Exclude<Status, "ongoing"> => status !== "ongoing"))(
  "a settled dispatch is %s, whenever it was due",
  (status) => {
    for (const dueAt of [0, NOW, NOW + 1]) expect(stageOf({ status, dueAt, attempts: 1 }, NOW)).toBe(status);
  },
);
