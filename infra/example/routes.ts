import type { DeliveryOptions, RouteArgs } from "flowhub/pulumi";

type Destination = "triage" | "checks" | "audit" | "digest" | "projects";

/** Where nothing else is said. */
export const defaults: DeliveryOptions = { timeout: "20s", retry: { limit: 5, delay: "200ms", maxDelay: "1s" } };

/** What GitHub says, and who is told of it. A file of its own, so that a test can ask it without deploying anything. */
export const routes: readonly RouteArgs<Destination>[] = [
  // Everything GitHub says, but not what follows from it.
  { id: "trail", on: "*", where: { path: "$.source", exact: "github" }, to: "audit" },
  {
    id: "new-issues",
    on: "github.issues.*",
    where: { path: "$.data.action", in: ["opened", "reopened", "transferred"] },
    to: "triage",
  },
  // Any label will do: a condition on several values holds when one does.
  {
    id: "bugs",
    on: "github.issues.*",
    where: {
      allOf: [
        { path: "$.data.issue.labels[*].name", exact: "bug" },
        { path: "$.data.issue.title", match: "(?i)\\b(readme|spelling)\\b" },
      ],
    },
    to: "triage",
  },
  {
    id: "small-changes",
    on: "github.pull_request.*",
    where: {
      allOf: [
        { path: "$.data.pull_request.additions", gt: 0, lte: 50 },
        { path: "$.data.pull_request.changed_files", lt: 5 },
        { not: { path: "$.data.pull_request.draft", exact: true } },
      ],
    },
    to: "triage",
  },
  // The build server is unreliable; more patience than usual.
  {
    id: "builds",
    on: "*",
    where: {
      anyOf: [
        { path: "$.type", prefix: "github.check_" },
        { path: "$.type", prefix: "github.workflow_" },
        { path: "$.type", in: ["github.status", "github.push"] },
      ],
    },
    to: { destination: "checks", retry: { limit: 6, delay: "300ms", backoff: "linear", maxDelay: "1s", jitter: "none" } },
  },
  { id: "bots", on: "*", where: { path: "$.data.sender.login", suffix: "[bot]" }, to: "checks" },
  // Talk can wait a little: it is told after a delay.
  {
    id: "talk",
    on: "github.*.created",
    where: {
      anyOf: [
        { path: "$.data.comment", exists: true },
        { path: "$.data.discussion.comments", gte: 0 },
      ],
    },
    to: { destination: "digest", delay: "5s" },
  },
  // What concerns no repository is the organisation's: two destinations, one of them later.
  {
    id: "organisation",
    on: "*",
    where: {
      allOf: [
        { path: "$.data.repository", exists: false },
        { path: "$.data.organization.login", match: "^[A-Za-z-]+$" },
      ],
    },
    to: ["triage", { destination: "digest", delay: "3 seconds" }],
  },
  { id: "popular", on: "*", where: { path: "$.data.repository.stargazers_count", gte: 1 }, to: "triage" },
  {
    id: "milestones",
    on: "*",
    where: { path: "$.type", in: ["github.pull_request.closed", "github.release.published", "github.deployment_status.created"] },
    to: "projects",
  },
  // Emitted by the destination "projects" in its replies.
  { id: "news", on: "project.*", where: { path: "$.depth", gt: 0, lt: 3 }, to: { destination: "digest", delay: "1s" } },
];
