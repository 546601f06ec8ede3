import "../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  dispatchId,
  eventIdOf,
  isDispatchId,
  isEventId,
  isRedriveId,
  originalIdOf,
  redriveId,
  redriveNumberOf,
  shardOf,
} from "../../../schema/ids.ts";

const EVENT = "01a1fe1b-cfaa-70b7-8d5b-123456789012";

describe("ids", () => {
  test("of dispatches, redrives and redrives of redrives are built from the event's, and read back", () => {
    const first = dispatchId(EVENT, 17);
    expect(first).toBe(`${EVENT}-17`);
    expect(redriveId(first, 1, 0)).toBe(`${EVENT}-17-r1_000000000`);
    expect(redriveId(redriveId(first, 1, 0), 2, 1_764_547_200_000)).toBe(`${EVENT}-17-r2_0mimdudc0`);
    expect(redriveId(`${EVENT}-17-r1`, 2, 1)).toBe(`${EVENT}-17-r2_000000001`);
  });

  test("redrives of before their ids had a moment are read as ever", () => {
    const old = `${EVENT}-17-r12`;
    expect([isDispatchId(old), isRedriveId(old), redriveNumberOf(old)]).toEqual([true, true, 12]);
    expect([originalIdOf(old), eventIdOf(old)]).toEqual([`${EVENT}-17`, EVENT]);
  });

  test("an id that was built says what it was built from", () => {
    const ordinal = fc.nat(24_999);
    fc.assert(
      fc.property(fc.uuid({ version: 7 }), ordinal, fc.integer({ min: 1, max: 9_999 }), fc.nat(), (event, nth, redrive, madeAt) => {
        const original = dispatchId(event, nth);
        const redriven = redriveId(original, redrive, madeAt);
        expect([original, redriven].map(isRedriveId)).toEqual([false, true]);
        expect([original, redriven].map(eventIdOf)).toEqual([event, event]);
        expect([original, redriven].map(originalIdOf)).toEqual([original, original]);
        expect([original, redriven].map(redriveNumberOf)).toEqual([0, redrive]);
        expect([event, original, redriven].map(isDispatchId)).toEqual([false, true, true]);
        expect([event, original, redriven].map(isEventId)).toEqual([true, false, false]);
        expect([original, redriven].map(shardOf)).toEqual([shardOf(event), shardOf(event)]);
      }),
    );
  });

  test("the event of a dispatch is all before its ordinal, of a redrive too, whatever digits the id has", () => {
    for (const end of ["-0", "-17", "-0-r1", "-3-r12", "-3-r1_0miml49c0"]) expect(eventIdOf(`${EVENT}${end}`)).toBe(EVENT);
  });

  test.each([
    "",
    "x",
    EVENT.toUpperCase(),
    `${EVENT}-`,
    `${EVENT}-x`,
    `${EVENT}-0-r`,
    `${EVENT}-0-r1-r2`,
    `${EVENT}-0-r1_`,
    `${EVENT}-0-r1_0miml49c`,
    ` ${EVENT}-0`,
    `${EVENT}-0\n`,
  ])("%j is no dispatch's", (text) => {
    expect(isDispatchId(text)).toBe(false);
  });

  test("the shard is the last byte of the event's id", () => {
    expect(shardOf(EVENT)).toBe(0x12);
    expect(shardOf("01a1fe1b-cfaa-70b7-8d5b-1234567890ff-3-r1")).toBe(255);
  });
});
