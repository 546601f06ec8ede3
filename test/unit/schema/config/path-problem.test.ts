import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../schema/config/config.ts";
import { compilePath } from "../../../../schema/config/json-path.ts";

const ISSUE = "routes.0.where.path: ";

/** What a configuration with this path is refused for; nothing when it is not. */
function problemsOf(path: string): string[] {
  const parsed = parseConfig({
    destinations: { audit: { worker: "AUDIT" } },
    routes: [{ id: "r", on: "*", where: { path, exists: true }, to: "audit" }],
  });
  return parsed.ok ? [] : parsed.issues.map((issue) => `${issue.path}: ${issue.message}`);
}

const NEGATED = "negates no comparison without parentheses: write !(";
const ONE_BANG = 'a test has one "!" at the most';
const BANG_INSIDE = '"!" stands before a whole test';
const CHAINED = "comparisons do not chain";
const SLICE = "a slice is start:end:step, with a colon before each further number";
const DASH = "a name behind a dot has no dash";
const GROUPED = "has no parentheses around it";
const NO_TEST = "is no test: compare it with something";

describe("a path that RFC 9535 refuses is refused when the configuration is read", () => {
  test.each([
    ["$[?!@.state=='cancelled']", `${NEGATED}@.state=='cancelled'), or the opposite operator, at "!@.state=='cancelled']"`],
    ["$[?!@.state != 'paid']", `${NEGATED}@.state != 'paid')`],
    ["$[?@.a && ! 1<@.b]", `${NEGATED}1<@.b)`],
    ["$[?(!@.a==1)]", `${NEGATED}@.a==1)`],
    ["$[?!length(@.a)==1]", `${NEGATED}length(@.a)==1)`],
    ["$.a[?@[?!@.b==1]]", `${NEGATED}@.b==1)`],
    ["$[?@.a==1==1]", `${CHAINED}: join two of them by && or ||, at "==1]"`],
    ["$[?@.a==1<2]", CHAINED],
    ["$[?1<@.a<=2]", CHAINED],
    ["$[?!@.a==1==1]", CHAINED],
    ["$[?!!@.a]", `${ONE_BANG}: two say nothing, at "!!@.a]"`],
    ["$[?! !(@.a)]", ONE_BANG],
    ["$[?@.a>!10]", `${BANG_INSIDE}, not within a comparison or a call, at "!10]"`],
    ["$[?@.a==!@.b]", BANG_INSIDE],
    ["$[:1-2]", `${SLICE}, at "-2]"`],
    ["$[1:5 2]", SLICE],
    ["$[:2 0]", SLICE],
    ["$.a-b", `${DASH}: write ["a-b"], at "a-b"`],
    ["$..a-b", `${DASH}: write ["a-b"]`],
    ["$.a-", DASH],
    ["$[?@.order-id==1]", `${DASH}: write ["order-id"]`],
    ["$['\ud800']", "half of a surrogate pair is no character"],
    ["$.\udc00", "half of a surrogate pair is no character"],
    ["$[?@.a=='\ud83d']", "half of a surrogate pair is no character"],
    ["$[?(@.a)==1]", GROUPED],
    ["$[?(1)==1]", NO_TEST],
    ["$[?@.a==(1)]", GROUPED],
    ["$[?length((@.a))==1]", GROUPED],
    ["$[?(@.a==1)==true]", GROUPED],
    ["$[?!length(@.a)]", `length() gives a value, which ${NO_TEST}`],
    ["$[?length(@.a)&&@.b]", NO_TEST],
    ["$[?@.b||count(@.*)]", NO_TEST],
    ["$[?!1]", `a value alone ${NO_TEST}`],
    ["$[?!'a']", NO_TEST],
    ["$[?@.a==-01]", 'expected "," or "]", at "1]"'],
    ["$[?length(@.a,)==1]", 'expected a path, a value or a function, at ")==1]"'],
  ])("%s", (path, problem) => {
    const [only, ...others] = problemsOf(path);
    expect(others).toEqual([]);
    expect(only).toContain(problem);
    expect(only?.startsWith(ISSUE)).toBe(true);
  });

  test.each(["$[?!@.a==1]", "$.a-b", "$[:1-2]", "$[?match(@.a, '(')]"])("%s, stored by an older build, still runs", (path) => {
    expect(() => [...compilePath(path)([])]).not.toThrow();
  });
});

describe("a pattern in a path that could never match is refused when the configuration is read", () => {
  const RE2 = "expected a pattern RE2 understands in";

  test.each([
    ["$[?match(@.s, '(')]", `${RE2} match(): error parsing regexp: missing closing ): \`(\`, at "match(@.s, '(')]"`],
    ["$[?@.a && search(@.s, '(?=x)')]", `${RE2} search(): error parsing regexp: invalid or unsupported Perl syntax`],
    ['$[?match(@.s, "a{1001}")]', "invalid repeat count: `{1001}`"],
    ["$[?match(@.s, '[a-z]{600}')]", "the pattern is too large"],
    [`$[?search(@.s, '${"a".repeat(401)}')]`, "the pattern has more than 400 characters"],
    ["$.items[?@.k[?match(@, '[')]]", `${RE2} match()`],
    ["$[?match(@.s, '\\\\u0041')]", `${RE2} match()`],
  ])("%s", (path, problem) => {
    const [only, ...others] = problemsOf(path);
    expect(others).toEqual([]);
    expect(only).toContain(problem);
    expect(only?.startsWith(ISSUE)).toBe(true);
  });

  test.each([
    `$[?match(@.s, '${"a".repeat(400)}')]`,
    "$[?match(@.s, 'it\\'s \"so\"')]",
    '$[?search(@.s, "it\'s \\"so\\"")]',
    "$[?search('(', @.s)]",
    "$[?length('(') == 1]",
    "$[?match(@.s, $.pattern)]",
  ])("%s is taken", (path) => {
    expect(problemsOf(path)).toEqual([]);
  });
});

describe("a path that RFC 9535 allows is taken", () => {
  test.each([
    "$",
    "$ .a\t[0]\n..b",
    "$['a-b']",
    "$[\"a\", 'b' , 1, -1, *, :, 1:, :1, ::, ::-1, 1 : 2 : 3, ?@.a]",
    "$[?!@.a]",
    "$[?! @.a]",
    "$[?!(@.a==1)]",
    "$[?!((@.a) && !(@.b))]",
    "$[?((@.a==1 || @.b) && match(@.c, 'x'))]",
    "$[?@.a==0.5]",
    "$[?@.a < 0e1 && @.b > -0.25]",
    "$[?@.a == -0 || null == @.b || true != @['c'][0]]",
    "$[?length(value($..a)) >= count(@.*)]",
    "$..[?@..a[1:2]]",
    "$.a😀[?@.é == '\\ud83d\\ude00']",
    "$['\\u0001']",
    "$[?@.trueish == true]",
  ])("%s", (path) => {
    expect(problemsOf(path)).toEqual([]);
  });
});
