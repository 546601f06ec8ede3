import { describe, expect, test } from "vitest";
import type { Comparison } from "../../../../schema/config/condition.ts";
import type { Json } from "../../../../schema/json.ts";
import { compileCondition } from "../../../../src/domain/routing/condition.ts";

/**
 * Rules of AWS event-ruler (github.com/aws/event-ruler, README and CIDR.java at 337e8d9) with the operators that have the names of its own, on
 * single values, where both agree. An event-ruler rule goes through lists by itself; here the path says so.
 */
const PAIRS: readonly [rule: string, said: Omit<Comparison, "path">, event: Json, matches: boolean][] = [
  ['{"a":[{"equals-ignore-case":"Yes"}]}', { equalsIgnoreCase: "Yes" }, { a: "yES" }, true],
  ['{"a":[{"equals-ignore-case":"Yes"}]}', { equalsIgnoreCase: "Yes" }, { a: "no" }, false],
  ['{"a":[{"equals-ignore-case":"Yes"}]}', { equalsIgnoreCase: "Yes" }, { a: "yes!" }, false],
  ['{"a":[{"equals-ignore-case":""}]}', { equalsIgnoreCase: "" }, { a: "" }, true],
  ['{"a":[{"equals-ignore-case":"1"}]}', { equalsIgnoreCase: "1" }, { a: 1 }, false],
  ['{"a":[{"equals-ignore-case":"Yes"}]}', { equalsIgnoreCase: "Yes" }, {}, false],

  ['{"a":[{"wildcard":"*.png"}]}', { wildcard: "*.png" }, { a: "dir/img.png" }, true],
  ['{"a":[{"wildcard":"*.png"}]}', { wildcard: "*.png" }, { a: ".png" }, true],
  ['{"a":[{"wildcard":"*.png"}]}', { wildcard: "*.png" }, { a: "img.png.bak" }, false],
  ['{"a":[{"wildcard":"dir/*/img"}]}', { wildcard: "dir/*/img" }, { a: "dir/a/b/img" }, true],
  ['{"a":[{"wildcard":"dir/*/img"}]}', { wildcard: "dir/*/img" }, { a: "dir/img" }, false],
  ['{"a":[{"wildcard":"a*b*c"}]}', { wildcard: "a*b*c" }, { a: "abbc" }, true],
  ['{"a":[{"wildcard":"a*b*c"}]}', { wildcard: "a*b*c" }, { a: "acbc" }, true],
  ['{"a":[{"wildcard":"a*b*c"}]}', { wildcard: "a*b*c" }, { a: "acb" }, false],
  ['{"a":[{"wildcard":"hel*lo"}]}', { wildcard: "hel*lo" }, { a: "hello" }, true],
  ['{"a":[{"wildcard":"hel*lo"}]}', { wildcard: "hel*lo" }, { a: "helo" }, false],
  ['{"a":[{"wildcard":"\\\\*.png"}]}', { wildcard: "\\*.png" }, { a: "*.png" }, true],
  ['{"a":[{"wildcard":"\\\\*.png"}]}', { wildcard: "\\*.png" }, { a: "a.png" }, false],
  ['{"a":[{"wildcard":"*"}]}', { wildcard: "*" }, { a: "anything" }, true],
  ['{"a":[{"wildcard":"*"}]}', { wildcard: "*" }, {}, false],

  ['{"a":[{"cidr":"10.0.0.0/24"}]}', { cidr: "10.0.0.0/24" }, { a: "10.0.0.255" }, true],
  ['{"a":[{"cidr":"10.0.0.0/24"}]}', { cidr: "10.0.0.0/24" }, { a: "10.0.1.0" }, false],
  ['{"a":[{"cidr":"54.240.196.255/25"}]}', { cidr: "54.240.196.255/25" }, { a: "54.240.196.128" }, true],
  ['{"a":[{"cidr":"54.240.196.255/25"}]}', { cidr: "54.240.196.255/25" }, { a: "54.240.196.127" }, false],
  ['{"a":[{"cidr":"192.0.2.0/32"}]}', { cidr: "192.0.2.0/32" }, { a: "192.0.2.0" }, true],
  ['{"a":[{"cidr":"192.0.2.0/32"}]}', { cidr: "192.0.2.0/32" }, { a: "192.0.2.1" }, false],
  ['{"a":[{"cidr":"2001:db8::/48"}]}', { cidr: "2001:db8::/48" }, { a: "2001:db8:0:ffff::1" }, true],
  ['{"a":[{"cidr":"2001:db8::/48"}]}', { cidr: "2001:db8::/48" }, { a: "2001:db8:1::" }, false],
  ['{"a":[{"cidr":"2001:db8::ff00:42:8329/24"}]}', { cidr: "2001:db8::ff00:42:8329/24" }, { a: "2001:DFF::" }, true],
  ['{"a":[{"cidr":"10.0.0.0/8"}]}', { cidr: "10.0.0.0/8" }, { a: "ten" }, false],
  ['{"a":[{"cidr":"10.0.0.0/8"}]}', { cidr: "10.0.0.0/8" }, {}, false],

  ['{"a":[{"anything-but":"x"}]}', { anythingBut: "x" }, { a: "y" }, true],
  ['{"a":[{"anything-but":"x"}]}', { anythingBut: "x" }, { a: "x" }, false],
  ['{"a":[{"anything-but":"x"}]}', { anythingBut: "x" }, {}, false],
  ['{"a":[{"anything-but":["x","y"]}]}', { anythingBut: ["x", "y"] }, { a: "z" }, true],
  ['{"a":[{"anything-but":["x","y"]}]}', { anythingBut: ["x", "y"] }, { a: "y" }, false],
  ['{"a":[{"anything-but":[1,2]}]}', { anythingBut: [1, 2] }, { a: 3 }, true],
  ['{"a":[{"anything-but":[1,2]}]}', { anythingBut: [1, 2] }, { a: 2.0 }, false],
  ['{"a":[{"anything-but":1}]}', { anythingBut: 1 }, { a: "1" }, true],
];

describe("as event-ruler decides:", () => {
  test.each(PAIRS)("%s", (_, said, event, matches) => {
    expect(compileCondition({ path: "$.a", ...said }).holds(event)).toBe(matches);
  });
});
