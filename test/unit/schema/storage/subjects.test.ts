import { describe, expect, test } from "vitest";
import { type ActivitySubject, HUB_SUBJECTS } from "../../../../schema/contract/activity.ts";
import { activitySubject, SUBJECTS, subjectIdOf } from "../../../../schema/storage/subjects.ts";

describe("what a note is about", () => {
  const subjects: readonly ActivitySubject[] = [
    { dispatch: "018f-0" },
    { destination: "email" },
    { destination: "bulk:1" },
    { bulk: "018f" },
    { chain: "018f" },
    ...HUB_SUBJECTS.map((hub) => ({ hub })),
  ];

  test.each(subjects)("%j is read as it was written", (subject) => {
    expect(activitySubject(subjectIdOf(subject))).toEqual(subject);
  });

  test("is said of every subject that notes can have", () => {
    const said = Object.values(SUBJECTS).map((prefix) => Object.keys(activitySubject(`${prefix}${prefix.endsWith(":") ? "x" : ""}`))[0]);
    expect(said).not.toContain("dispatch");
  });
});
