import { describe, expect, test } from "vitest";
import { homeStore, storeOf, stores } from "../../../../src/store/d1/stores.ts";

const DB = {} as D1Database;
const EVENT = "01a1fe1b-cfaa-70b7-8d5b-123456789000";

describe("a hub with one database", () => {
  test("finds everything in it, whatever shard an id names, and what is no id at all", () => {
    expect(stores({ DB })).toEqual([DB]);
    expect(homeStore({ DB })).toBe(DB);
    for (const id of [EVENT, `${EVENT}-3-r1`, EVENT.replace(/00$/, "ff"), "x", ""]) expect(storeOf({ DB }, id)).toBe(DB);
  });
});
