import { describe, expect, test } from "vitest";
import { homeStore, storeOf, stores } from "../../../../src/store/d1/stores.ts";

const DB = { prepare: () => undefined } as unknown as D1Database;
const EVENT = "01a1fe1b-cfaa-70b7-8d5b-123456789000";

describe("a hub with one database", () => {
  test("finds everything in it, whatever shard an id names, and what is no id at all", () => {
    expect(stores({ DB })).toEqual([DB]);
    expect(homeStore({ DB })).toBe(DB);
    for (const id of [EVENT, `${EVENT}-3-r1`, EVENT.replace(/00$/, "ff"), "x", ""]) expect(storeOf({ DB }, id)).toBe(DB);
  });
});

test.each([[undefined], [null], [{}], ["DB"]])("a hub whose database is %j can do nothing, and says what to bind", (wrong) => {
  const env = { DB: wrong as unknown as D1Database };
  const refused = /^\(hub\.misconfigured\) Nothing was stored: the hub.*D1 database.*\[\[d1_databases\]\] binding = "DB"/;
  for (const ask of [() => stores(env), () => homeStore(env), () => storeOf(env, EVENT)]) expect(ask).toThrow(refused);
});
