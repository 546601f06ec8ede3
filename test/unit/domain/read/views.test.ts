import { describe, expect, test } from "vitest";
import type { StoredDispatch } from "../../../../schema/storage/tables.ts";
import { emittedAt } from "../../../../src/domain/base/iso.ts";
import { dispatchDetail, dispatchView, executionView } from "../../../../src/domain/read/dispatch-view.ts";
import { eventDetail } from "../../../../src/domain/read/event-view.ts";
import { noteView } from "../../../../src/domain/read/note-view.ts";
import { policyOf } from "../../support/policies.ts";
import { eventRow } from "../../support/rows.ts";

const EPOCH = "1970-01-01T00:00:00.000Z";
const SECOND = "1970-01-01T00:00:01.000Z";
const ID = "00000000-03e8-7000-8000-000000000000";

const stored: StoredDispatch = {
  id: `${ID}-0`,
  eventId: ID,
  route: "all",
  destination: "email",
  policy: JSON.stringify(policyOf()),
  status: "ongoing",
  dueAt: 1_000,
  checkAt: 61_000,
  attempts: 0,
  recoveries: 0,
  settledAt: null,
  reason: null,
  redriveOf: null,
  overdueSince: null,
  superseded: 0,
};
const ongoing = { id: `${ID}-0`, eventId: ID, route: "all", destination: "email", status: "ongoing", dueAt: SECOND, attempts: 0 };

describe("a dispatch as callers see it", () => {
  test("has no member that is not set", () => {
    expect(dispatchView(stored, 0)).toStrictEqual({ ...ongoing, stage: "scheduled" });
  });

  test("has all that are, the epoch and empty text included", () => {
    const row: StoredDispatch = { ...stored, status: "failed", attempts: 6, settledAt: 0, reason: "", redriveOf: `${ID}-0` };
    expect(dispatchView(row, 0)).toStrictEqual({
      ...ongoing,
      status: "failed",
      stage: "failed",
      attempts: 6,
      settledAt: EPOCH,
      reason: "",
      redriveOf: `${ID}-0`,
      standing: "dead letter",
    });
  });

  test("says of what is bad how it stands in its line, and of nothing else", () => {
    const standings = [0, 1, 2].map(
      (superseded) => dispatchView({ ...stored, status: "lost", superseded: superseded as 0 | 1 | 2 }, 0).standing,
    );
    expect(standings).toEqual(["dead letter", "superseded", "dismissed"]);
    for (const status of ["complete", "cancelled", "ignored"] as const) {
      expect(dispatchView({ ...stored, status, superseded: 1 }, 0)).not.toHaveProperty("standing");
    }
  });

  test("in detail has its policy, executions, notes and run", () => {
    const executions = [
      { attempt: 1, outcome: "failed" as const, startedAt: 0, finishedAt: 1_000, error: '{"name":"Failed","message":""}' },
    ];
    const notes = [{ at: 0, kind: "repair" as const, by: "reconciler", reason: null, detail: null }];
    expect(dispatchDetail(stored, { executions, notes, run: { status: "missing" }, now: 1_000 })).toStrictEqual({
      ...ongoing,
      stage: "running",
      policy: policyOf(),
      recoveries: 0,
      executions: [{ attempt: 1, outcome: "failed", startedAt: EPOCH, finishedAt: SECOND, error: { name: "Failed", message: "" } }],
      notes: [{ at: EPOCH, kind: "repair" as const, by: "reconciler" }],
      run: { status: "missing" },
    });
  });

  test("in detail says since when it is overdue, be it since the epoch", () => {
    const detail = dispatchDetail(
      { ...stored, overdueSince: 0, recoveries: 2 },
      { executions: [], notes: [], run: { status: "running" }, now: 0 },
    );
    expect(detail).toMatchObject({ overdueSince: EPOCH, recoveries: 2 });
    expect(detail).not.toHaveProperty("settledAt");
  });
});

test("an execution without an error has none", () => {
  expect(executionView({ attempt: 1, outcome: "complete", startedAt: 0, finishedAt: 0, error: null })).toStrictEqual({
    attempt: 1,
    outcome: "complete",
    startedAt: EPOCH,
    finishedAt: EPOCH,
  });
});

describe("a note as callers see it", () => {
  const note = { at: 0, kind: "pause" as const, by: "me" };

  test.each<[text: string, value: unknown]>([
    ["{}", {}],
    ['{"run":"running","remedy":"wake"}', { run: "running", remedy: "wake" }],
    ["0", 0],
    ["null", null],
    ['""', ""],
  ])("has its detail as a value: %s", (detail, value) => {
    expect(noteView({ ...note, reason: "", detail })).toStrictEqual({ ...note, at: EPOCH, reason: "", detail: value });
  });

  test("has neither reason nor detail where they were not given", () => {
    expect(noteView({ ...note, reason: null, detail: null })).toStrictEqual({ ...note, at: EPOCH });
  });
});

describe("an event as callers see it", () => {
  test("in detail says when it was emitted, by its id, and which configuration routed it", () => {
    const detail = eventDetail(eventRow({ id: ID, correlationId: ID }), [dispatchView(stored, 0)]);
    expect(detail).toStrictEqual({
      id: ID,
      type: "order.placed",
      time: EPOCH,
      data: {},
      correlationId: ID,
      depth: 0,
      emittedAt: SECOND,
      configVersion: "v1",
      dispatches: [{ ...ongoing, stage: "scheduled" }],
    });
    expect(eventDetail(eventRow({ id: ID, key: "k", source: "s" }), [])).toMatchObject({ key: "k", source: "s" });
  });

  test("with an id that is no UUIDv7 has the epoch", () => {
    expect(emittedAt("e1")).toBe(EPOCH);
  });
});
