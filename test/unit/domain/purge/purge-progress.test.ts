import { describe, expect, test } from "vitest";
import { RETENTION } from "../../../../schema/storage/retention.ts";
import { agedAhead, type PurgeStage, positionOf, progressAt, START_OF_PURGE } from "../../../../src/domain/purge/purge-progress.ts";
import { messageOf } from "../../support/message-of.ts";

/** What the register says leaves with its own age, as stages name it. */
const { notes, ...tables } = RETENTION;
const aged = [...Object.entries(tables), ...Object.entries(notes.subjects).map(([subject, each]) => [`notes.${subject}`, each] as const)]
  .filter(([, { leaves }]) => leaves === "with age")
  .map(([name]) => name);

const STAGES: readonly PurgeStage[] = ["chains", "notes.undeliverable", "bulks", "notes.destination", "notes.queued"];

describe("a purge", () => {
  test("reaches every stage from its start, chains first", () => {
    expect([START_OF_PURGE.stage, ...agedAhead(START_OF_PURGE).map(({ stage }) => stage)]).toEqual(STAGES);
    expect(agedAhead(START_OF_PURGE).every(({ after }) => after.length === 0)).toBe(true);
  });

  test("has a stage for whatever the register lets leave with its own age, and for nothing else", () => {
    expect(
      agedAhead(START_OF_PURGE)
        .map(({ stage }) => stage)
        .toSorted(),
    ).toEqual(aged.toSorted());
  });

  test.each(STAGES.slice(1))(
    "that is at %s goes on behind its last row, and then through the later stages from their beginnings",
    (stage) => {
      const progress = progressAt([stage, "a", "b"]);
      const later = STAGES.slice(STAGES.indexOf(stage) + 1).map((name) => ({ stage: name, after: [] }));
      expect(agedAhead(progress)).toEqual([{ stage, after: ["a", "b"] }, ...later]);
    },
  );

  test("that is among chains has every later stage before it", () => {
    expect(agedAhead(progressAt(["chains", "a"]))).toEqual(agedAhead(START_OF_PURGE));
  });
});

describe("the position in a cursor", () => {
  test.each(STAGES)("is that of %s, and the key of a row", (stage) => {
    for (const after of [[], ["a"], ["a", "b"]]) expect(progressAt(positionOf({ stage, after }))).toEqual({ stage, after });
  });

  test.each([[[]], [["01970000-0000-7000-8000-000000000000"]], [["events", "a"]], [["toString"]], [[3]]])(
    "%j is refused: it names no stage (cursor.invalid)",
    (position) => {
      expect(messageOf(() => progressAt(position))).toMatch(/^\(cursor\.invalid\) /);
    },
  );
});
