import fc from "fast-check";
import { expect, test } from "vitest";
import { STATUSES } from "../../../../schema/contract/statuses.ts";
import { type AuditFigures, auditPiece } from "../../../../src/domain/audit/audit.ts";
import { auditDetail, lastAudit, positionOf, progressAt, startOfAudit, withPiece } from "../../../../src/domain/audit/audit-sums.ts";
import { openCursor, sealCursor } from "../../../../src/domain/base/cursor.ts";
import { keyOf } from "../../support/cursor-key.ts";

const count = fc.nat({ max: 900 });
const pieces = fc.array(
  fc
    .record({ events: count, unexplained: count, dispatches: fc.record(Object.fromEntries(STATUSES.map((status) => [status, count]))) })
    .map((figures) => ({ ...auditPiece({ events: [], dispatches: [], now: 0 }), ...figures }) as AuditFigures),
  { maxLength: 8 },
);

test("an audit in pieces comes to what they come to together, whatever cursors it travels in", async () => {
  const [list, key] = [{ list: "audit" }, await keyOf("secret")];
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat(), async (all, startedAt) => {
      let { sums } = startOfAudit(startedAt);
      for (const [index, piece] of all.entries()) {
        const cursor = await sealCursor(positionOf(`event-${index}`, withPiece(sums, piece)), list, key);
        const progress = progressAt(await openCursor(cursor, list, key));
        expect(progress.after).toBe(`event-${index}`);
        sums = progress.sums;
      }
      const total = (of: (piece: AuditFigures) => number) => all.reduce((sum, piece) => sum + of(piece), 0);
      expect(sums).toEqual({
        startedAt,
        events: total(({ events }) => events),
        dispatches: total(({ dispatches }) => Object.values(dispatches).reduce((sum, one) => sum + one, 0)),
        unexplained: total(({ unexplained }) => unexplained),
      });
    }),
  );
});

test("it begins before the first event, with nothing", () => {
  expect(startOfAudit(5)).toEqual({ after: undefined, sums: { startedAt: 5, events: 0, dispatches: 0, unexplained: 0 } });
});

test("its note is read back as it was written, moments of 1970 included, and without a window where none was asked for", () => {
  const sums = { startedAt: 7, events: 3, dispatches: 2, unexplained: 1 };
  const figures = { startedAt: "1970-01-01T00:00:00.007Z", endedAt: "1970-01-01T00:00:00.009Z", events: 3, dispatches: 2, unexplained: 1 };
  const read = (window: { from?: number; to?: number }) => lastAudit({ at: 9, detail: JSON.stringify(auditDetail(sums, window)) });
  expect(read({})).toEqual(figures);
  expect(read({ from: 0 })).toEqual({ ...figures, from: "1970-01-01T00:00:00.000Z" });
  expect(read({ from: 0, to: 1 })).toEqual({ ...figures, from: "1970-01-01T00:00:00.000Z", to: "1970-01-01T00:00:00.001Z" });
});
