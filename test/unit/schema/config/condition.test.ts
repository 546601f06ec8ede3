import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../schema/config/config.ts";
import { issueText } from "../../../../schema/wording.ts";

function problemsWith(operators: object): string[] {
  const where = { path: "$.data.a", ...operators };
  const parsed = parseConfig({ destinations: { email: { worker: "EMAIL" } }, routes: [{ id: "one", on: "*", where, to: "email" }] });
  return parsed.ok ? [] : parsed.issues.map(issueText);
}

const RANGE = 'routes.0.where.cidr: expected a range of addresses such as "10.0.0.0/8":';
const BOUND = 'expected a number, or a time with its offset such as "2026-01-01T00:00:00Z"';

describe("the value of an operator that cannot be one is refused:", () => {
  test.each<[operators: object, problem: string]>([
    [{ cidr: "10.0.0.0/33" }, `${RANGE} /33 is not between /0 and /32`],
    [{ cidr: "::/129" }, `${RANGE} /129 is not between /0 and /128`],
    [{ cidr: "::ffff:10.0.0.0/95" }, `${RANGE} /95 is not between /96 and /128`],
    [{ cidr: "10.0.0/8" }, `${RANGE} "10.0.0" is no IPv4 or IPv6 address`],
    [{ cidr: "10.0.0.0/" }, `${RANGE} "10.0.0.0/" is no IPv4 or IPv6 address`],
    [{ cidr: "example.com" }, `${RANGE} "example.com" is no IPv4 or IPv6 address`],
    [{ cidr: "2001:db8:::/32" }, `${RANGE} "2001:db8::" is no IPv4 or IPv6 address`.replace("db8::", "db8:::")],
    [{ cidr: 10 }, "routes.0.where.cidr: expected a string"],
    [
      { wildcard: "a\\b" },
      'routes.0.where.wildcard: expected a wildcard such as "img-*.png": \\b is no escape; write \\* for a star and \\\\ for a backslash',
    ],
    [
      { wildcard: "a\\" },
      'routes.0.where.wildcard: expected a wildcard such as "img-*.png": \\ is no escape; write \\* for a star and \\\\ for a backslash',
    ],
    [{ equalsIgnoreCase: "a".repeat(3_000) }, "routes.0.where.equalsIgnoreCase: expected a text to compare with: the pattern is too large"],
    [{ anythingBut: [] }, "routes.0.where.anythingBut: must be at least 1 entry long"],
    [{ anythingBut: {} }, "routes.0.where.anythingBut: expected a string, a number, a boolean or null"],
    [{ gt: "2026-01-01" }, `routes.0.where.gt: ${BOUND}`],
    [{ gt: "2026-01-01T00:00:00" }, `routes.0.where.gt: ${BOUND}`],
    [{ gt: "2026-02-29T00:00:00Z" }, `routes.0.where.gt: ${BOUND}`],
    [{ gt: "2026-01-01T24:00:00Z" }, `routes.0.where.gt: ${BOUND}`],
    [{ gt: "2026-01-01T00:00:00+24:00" }, `routes.0.where.gt: ${BOUND}`],
    [{ gt: Number.NaN }, `routes.0.where.gt: ${BOUND}`],
    [{ gt: null }, `routes.0.where.gt: ${BOUND}`],
  ])("%j", (operators, problem) => {
    expect(problemsWith(operators)).toEqual([problem]);
  });
});
