import { describe, expect, test } from "vitest";
import { parseConsole, secretIssues } from "../../../../schema/config/console.ts";
import { issueText } from "../../../../schema/wording.ts";

const cloudflare = { access: "cloudflare", team: "acme", audience: "4714c135" };

function problems(config: unknown): string[] {
  const parsed = parseConsole(config);
  return parsed.ok ? [] : parsed.issues.map(issueText);
}

describe("a person can act on what is wrong with access to the console:", () => {
  const ACCESS = 'access: expected "none" (on your own machine), or "cloudflare" with the team and the audience of an application';
  const TEAM = 'team: expected the name of a Cloudflare One team: "acme" or "acme.cloudflareaccess.com"';
  const AUDIENCE = "audience: expected the AUD tag of the Access application, or a list of these";

  test.each<[what: string, config: unknown, ...problems: string[]]>([
    ["text", "none", "expected an object"],
    ["null", null, "expected an object"],
    ["a list", [], "expected an object"],
    ["nothing in it", {}, ACCESS],
    ["another access", { access: "open" }, ACCESS],
    ["an access in capitals", { access: "None" }, ACCESS],
    ["more than none", { access: "none", team: "acme" }, 'unknown field "team" (allowed: access)'],
    ["no team", { ...cloudflare, team: undefined }, TEAM],
    ["an empty team", { ...cloudflare, team: "" }, TEAM],
    ["a team with https", { ...cloudflare, team: "https://acme.cloudflareaccess.com" }, TEAM],
    ["a team of another domain", { ...cloudflare, team: "acme.example" }, TEAM],
    ["a team with a path", { ...cloudflare, team: "acme.cloudflareaccess.com/x" }, TEAM],
    ["a team that leads elsewhere", { ...cloudflare, team: "evil.example#.cloudflareaccess.com" }, TEAM],
    ["a team with a line break", { ...cloudflare, team: "acme\n" }, TEAM],
    ["no audience", { ...cloudflare, audience: undefined }, AUDIENCE],
    ["a number as audience", { ...cloudflare, audience: 7 }, AUDIENCE],
    ["an empty audience", { ...cloudflare, audience: "" }, "audience: must be at least 1 character long"],
    ["no audience in the list", { ...cloudflare, audience: [] }, "audience: must be at least 1 entry long"],
    ["operators that are no list", { ...cloudflare, operators: "ada@acme.example" }, "operators: expected an array"],
    ["an operator that is empty", { ...cloudflare, operators: ["a", ""] }, "operators.1: must be at least 1 character long"],
    [
      "a slip of the keyboard",
      { ...cloudflare, operator: [] },
      'unknown field "operator"; did you mean "operators"? (allowed: access, team, audience, operators)',
    ],
  ])("%s", (_, config, ...expected) => {
    expect(problems(config)).toEqual(expected);
  });
});

test("a team is its name, given alone or with its domain, in capitals or not", () => {
  for (const team of ["acme", "ACME", "acme.cloudflareaccess.com", "Acme.CloudflareAccess.com"])
    expect(parseConsole({ ...cloudflare, team })).toMatchObject({ ok: true, config: { team: "acme" } });
});

test("one audience is a list of one; nobody as operator is not the same as nothing said of operators", () => {
  const { audience } = cloudflare;
  expect(parseConsole(cloudflare)).toEqual({ ok: true, config: { ...cloudflare, audience: [audience] } });
  expect(parseConsole({ ...cloudflare, operators: [] })).toEqual({
    ok: true,
    config: { ...cloudflare, audience: [audience], operators: [] },
  });
});

test("parsing what parsing returned returns the same", () => {
  for (const config of [{ access: "none" }, { ...cloudflare, team: "ACME.cloudflareaccess.com", operators: ["a"] }]) {
    const parsed = parseConsole(config);
    expect(parsed.ok && parseConsole(parsed.config)).toEqual(parsed);
  }
});

test("a secret has 16 characters that a header can carry; what is wrong is said without it", () => {
  const issuesOf = (given: unknown) => secretIssues("HUB_CONSOLE_SECRET", given).map(issueText);
  expect(issuesOf("sixteen-letters!")).toEqual([]);
  expect(issuesOf("fifteen-letters")).toEqual(["HUB_CONSOLE_SECRET: must be at least 16 characters long"]);
  const UNSENDABLE = "HUB_CONSOLE_SECRET: holds a space, a line break or a character beyond ASCII";
  for (const secret of ["sixteen-letters!\n", "sixteen letters!", "sixteen-letters é"]) expect(issuesOf(secret)).toEqual([UNSENDABLE]);
  expect(issuesOf(7)).toEqual(["HUB_CONSOLE_SECRET: expected a string"]);
});
