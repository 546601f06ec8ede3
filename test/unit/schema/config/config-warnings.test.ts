import { describe, expect, test } from "vitest";
import type { Condition } from "../../../../schema/config/condition.ts";
import { parseConfig } from "../../../../schema/config/config.ts";
import { configWarnings } from "../../../../schema/config/config-warnings.ts";
import { compilePath } from "../../../../schema/config/json-path.ts";
import type { Json } from "../../../../schema/json.ts";

function warningsOf(...conditions: readonly (Condition | undefined)[]) {
  const routes = conditions.map((where, index) => ({ id: `r${index}`, on: "*", ...(where !== undefined && { where }), to: "audit" }));
  const parsed = parseConfig({ destinations: { audit: { worker: "AUDIT" } }, routes });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return configWarnings(parsed.config);
}

const ofPath = (path: string) => warningsOf({ path, exists: true }).map(({ message }) => message);

const order: Json = { data: { items: [{ k: "a" }, { k: "bc" }], length: 3 } };
const countOf = (path: string) => [...compilePath(path)(order)].length;

describe("a member called length, which other dialects ask lists and texts for, is warned of", () => {
  test.each([
    ["$.data.items.length", "$.data.items.length", "length($.data.items), in a filter such as $[?length($.data.items)==1]"],
    ["$['data'].items .length", "$['data'].items.length", "length($['data'].items), in a filter such as $[?length($['data'].items)==1]"],
    ["$.data.items[*].length", "$.data.items[*].length", "length(@), in a filter such as [?length(@)==1]"],
    ["$.data.items[?(@.k.length==1)]", "@.k.length", "length(@.k), in a filter such as [?length(@.k)==1]"],
    ["$.data.items[?@.k && !(1 < @.k.length)]", "@.k.length", "length(@.k)"],
    ["$.data.items[?count(@.k.length)>0]", "@.k.length", "length(@.k)"],
    ["$.data[?$.data.items.length==2]", "$.data.items.length", "length($.data.items), in a filter such as [?length($.data.items)==1]"],
    ["$.data[?@.length==2]", "@.length", "length(@), in a filter such as [?length(@)==1]"],
  ])("%s", (path, asked, hint) => {
    const [only, ...others] = ofPath(path);
    expect(others).toEqual([]);
    expect(only).toContain(`${asked} selects a member called "length", which no list and no text has: how long one is says ${hint}`);
    expect(only).toContain('write ["length"] if that member is meant');
  });

  test("and the hint selects what was meant", () => {
    expect([countOf("$.data.items.length"), countOf("$[?length($.data.items)==2]")]).toEqual([0, 1]);
    expect([countOf("$.data.items[?@.k.length==1]"), countOf("$.data.items[?length(@.k)==1]")]).toEqual([0, 1]);
    expect([countOf("$.data[?@.length==2]"), countOf("$.data[?length(@)==2]")]).toEqual([0, 1]);
  });

  test.each([
    '$.data["length"]',
    "$..length",
    "$.data.length.cm",
    "$.data.lengths",
    "$.data.items[?length(@.k)==1]",
    "$.data.items[?@['length']==1]",
    "$.data.items[?@.k=='.length']",
  ])("%s says what is meant", (path) => {
    expect(ofPath(path)).toEqual([]);
  });
});

describe("a path that goes through the whole event for each part of it is warned of", () => {
  test.each(["$..*..*", "$..a..b", "$..[?@..a]", "$..a[?@.b[?@..c]]", "$.data.items[?count($..sku)>1]..a"])("%s", (path) => {
    expect(ofPath(path)).toEqual([expect.stringContaining("condition.too_costly")]);
  });

  test.each(["$..*", "$..a[*].b", "$.items[?@..a]", "$.items[?count(@..*)>1 || @..b]", "$..a[?@.b==$.data.c]", "$[?@..a]..b"])(
    "%s is followed once",
    (path) => {
      expect(ofPath(path)).toEqual([]);
    },
  );
});

describe("warnings of a configuration", () => {
  const odd: Condition = { path: "$.data.items.length", gte: 2 };
  const fine: Condition = { path: "$.data.total", gte: 2 };

  test("say where each is, however deep", () => {
    const nested: Condition = { allOf: [fine, { anyOf: [fine, { not: odd }] }] };
    expect(warningsOf(undefined, fine, odd, nested).map(({ path }) => path)).toEqual([
      "routes.2.where.path",
      "routes.3.where.allOf.1.anyOf.1.not.path",
    ]);
  });

  test("are none where conditions say what they mean", () => {
    expect(warningsOf(undefined, fine, { not: fine })).toEqual([]);
  });
});
