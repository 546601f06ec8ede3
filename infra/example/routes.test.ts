import { checkRoutes } from "flowhub/pulumi";
import { expect, test } from "vitest";
import { defaults, routes } from "./routes";

const destinations = { triage: {}, checks: {}, audit: {}, digest: {}, projects: {} };

/** Names of the destinations that an event reaches. */
function reached(type: string, data: { readonly [name: string]: string | number | object }): string[] {
  const [checked] = checkRoutes({ destinations, routes, defaults }, [{ type, source: "github", data }]);
  return checked?.dispatches.map(({ destination }) => destination) ?? [];
}

test("an issue that is opened goes to triage, one that is closed does not", () => {
  const repository = { stargazers_count: 0 };
  expect(reached("github.issues.opened", { action: "opened", repository })).toEqual(["audit", "triage"]);
  expect(reached("github.issues.closed", { action: "closed", repository })).toEqual(["audit"]);
});

test("talk is told after five seconds", () => {
  const event = { type: "github.issue_comment.created", source: "github", data: { comment: { body: "+1" }, repository: {} } };
  const [checked] = checkRoutes({ destinations, routes, defaults }, [event]);
  expect(checked?.dispatches).toContainEqual(expect.objectContaining({ destination: "digest", route: "talk", delayMs: 5_000 }));
});

test("a draft is no small change, and the reason says so", () => {
  const pull_request = { additions: 3, changed_files: 1, draft: true };
  const [checked] = checkRoutes({ destinations, routes, defaults }, [{ type: "github.pull_request.opened", data: { pull_request } }]);
  expect(checked?.routes.find(({ id }) => id === "small-changes")).toEqual({
    id: "small-changes",
    matched: false,
    why: [
      "type github.pull_request.opened matches github.pull_request.*",
      "$.data.pull_request.additions gt 0 lte 50 [yes: 3] and $.data.pull_request.changed_files lt 5 [yes: 1] and not ($.data.pull_request.draft exact true [yes: true])",
    ].join("; "),
  });
});
