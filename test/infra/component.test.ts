import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { EventHub } from "flowhub/pulumi";
import { describe, expect, test } from "vitest";
import { COMPATIBILITY } from "../../schema/deployment.ts";
import { type Recorded, record, requested, resolved } from "./mocks.ts";

const accountId = "0123456789abcdef0123456789abcdef";
const destinations = { email: { worker: "email-worker", entrypoint: "Email" }, audit: { worker: "audit-worker" } };
const routes = [
  { id: "orders", on: "order.*", to: ["email", { destination: "audit", delay: "1 hour" }] },
  { id: "all", on: "*", to: "audit" },
] as const;
const args = { accountId, destinations, routes };

const CHILDREN = [
  "hub-bulk-workflow",
  "hub-consumer",
  "hub-cron",
  "hub-database",
  "hub-dead-letter-consumer",
  "hub-dead-letters",
  "hub-dispatch-workflow",
  "hub-queue",
  "hub-script",
];
const STORES = ["hub-database", "hub-dead-letters", "hub-queue"];

const children = ({ resources }: Recorded<unknown>) => resources.filter(({ parent }) => parent === "hub");
const inputsOf = (recorded: Recorded<unknown>, name: string) => requested(recorded, name).inputs;

describe("a hub", () => {
  test("is a component of its type and name, whose inputs are its names and what goes where", async () => {
    const recorded = await record(() => new EventHub("hub", args));
    expect(requested(recorded, "hub")).toEqual({
      type: "flowhub:index:EventHub",
      name: "hub",
      parent: "",
      inputs: {
        names: {
          script: "hub-dev",
          database: "hub-dev",
          queue: "hub-dev-dispatches",
          deadLetterQueue: "hub-dev-dead-letters",
          dispatchWorkflow: "hub-dev-dispatch",
          bulkWorkflow: "hub-dev-bulk",
        },
        routing: {
          destinations: { email: { worker: "DEST_EMAIL" }, audit: { worker: "DEST_AUDIT" } },
          routes: [
            { id: "orders", on: "order.*", to: [{ destination: "email" }, { destination: "audit", delay: "1 hour" }] },
            { id: "all", on: "*", to: [{ destination: "audit" }] },
          ],
        },
        workers: { email: { worker: "email-worker", entrypoint: "Email" }, audit: { worker: "audit-worker" } },
      },
      secrets: [],
      protect: false,
      deleteBeforeReplace: false,
      dependencies: [],
      provider: "",
    });
    expect(recorded.failures).toEqual([]);
    expect(recorded.warnings).toEqual([]);
  });

  test("has these resources, with these inputs and no others", async () => {
    const recorded = await record(() => new EventHub("hub", args));
    const hub = readFileSync("dist/hub.js");
    const settings = { batchSize: 10, maxWaitTimeMs: 0, maxRetries: 10, retryDelay: 0 };
    const consumer = { accountId, type: "worker", scriptName: "hub-dev" };
    expect(Object.fromEntries(children(recorded).map(({ name, type, inputs }) => [name, [type, inputs]]))).toEqual({
      "hub-database": ["cloudflare:index/d1Database:D1Database", { accountId, name: "hub-dev", readReplication: { mode: "disabled" } }],
      "hub-queue": ["cloudflare:index/queue:Queue", { accountId, queueName: "hub-dev-dispatches" }],
      "hub-dead-letters": ["cloudflare:index/queue:Queue", { accountId, queueName: "hub-dev-dead-letters" }],
      "hub-script": [
        "cloudflare:index/workersScript:WorkersScript",
        {
          accountId,
          scriptName: "hub-dev",
          mainModule: "hub.js",
          contentFile: "dist/hub.js",
          contentSha256: createHash("sha256").update(hub).digest("hex"),
          compatibilityDate: COMPATIBILITY.date,
          observability: { enabled: true, headSamplingRate: 1, logs: { enabled: true, invocationLogs: true, headSamplingRate: 1 } },
          bindings: [
            { type: "workflow", name: "BULK_WORKFLOW", workflowName: "hub-dev-bulk", className: "BulkWorkflow" },
            { type: "d1", name: "DB", databaseId: "uuid of hub-database" },
            { type: "service", name: "DEST_AUDIT", service: "audit-worker" },
            { type: "service", name: "DEST_EMAIL", service: "email-worker", entrypoint: "Email" },
            { type: "queue", name: "DISPATCH_QUEUE", queueName: "hub-dev-dispatches" },
            { type: "workflow", name: "DISPATCH_WORKFLOW", workflowName: "hub-dev-dispatch", className: "DispatchWorkflow" },
            { type: "json", name: "HUB_CONFIG", json: "{}" },
            { type: "json", name: "HUB_DESTINATIONS_0", json: '{"email":{"worker":"DEST_EMAIL"},"audit":{"worker":"DEST_AUDIT"}}' },
            { type: "json", name: "HUB_ROUTES_0", json: expect.stringMatching(/^\[\{"id":"orders",.*\{"id":"all",.*\]$/) },
          ],
        },
      ],
      "hub-dispatch-workflow": [
        "cloudflare:index/workflow:Workflow",
        { accountId, workflowName: "hub-dev-dispatch", className: "DispatchWorkflow", scriptName: "hub-dev" },
      ],
      "hub-bulk-workflow": [
        "cloudflare:index/workflow:Workflow",
        { accountId, workflowName: "hub-dev-bulk", className: "BulkWorkflow", scriptName: "hub-dev" },
      ],
      "hub-consumer": [
        "cloudflare:index/queueConsumer:QueueConsumer",
        { ...consumer, queueId: "id of hub-queue", deadLetterQueue: "hub-dev-dead-letters", settings },
      ],
      "hub-dead-letter-consumer": [
        "cloudflare:index/queueConsumer:QueueConsumer",
        { ...consumer, queueId: "id of hub-dead-letters", settings: { ...settings, maxRetries: 100 } },
      ],
      "hub-cron": [
        "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
        { accountId, scriptName: "hub-dev", schedules: [{ cron: "* * * * *" }] },
      ],
    });
  });

  test("is named by name and stack, by its prefix where there is one, and placed by its hint", async () => {
    const production = await record(() => new EventHub("events", args), { stack: "prod" });
    expect(inputsOf(production, "events-script")["scriptName"]).toBe("events-prod");
    const named = await record(() => new EventHub("hub", { ...args, prefix: "shop", locationHint: "weur" }), { stack: "Not_A_Name" });
    expect(inputsOf(named, "hub-database")).toEqual({
      accountId,
      name: "shop",
      readReplication: { mode: "disabled" },
      primaryLocationHint: "weur",
    });
    expect(inputsOf(named, "hub-dead-letters")["queueName"]).toBe("shop-dead-letters");
  });

  test("protects what holds data, unless told otherwise", async () => {
    const isProtected = async (protect?: boolean) => {
      const recorded = await record(() => new EventHub("hub", { ...args, ...(protect !== undefined && { protect }) }));
      return recorded.resources.flatMap(({ name, protect }) => (protect ? [name] : [])).sort();
    };
    expect(await isProtected()).toEqual(STORES);
    expect(await isProtected(true)).toEqual(STORES);
    expect(await isProtected(false)).toEqual([]);
  });

  test("deletes what calls it before it is replaced, and registers each resource after those it needs", async () => {
    const recorded = await record(() => new EventHub("hub", args));
    const callers = ["hub-bulk-workflow", "hub-consumer", "hub-cron", "hub-dead-letter-consumer", "hub-dispatch-workflow"];
    expect(recorded.resources.flatMap(({ name, deleteBeforeReplace }) => (deleteBeforeReplace ? [name] : [])).sort()).toEqual(callers);
    const workflows = ["hub-bulk-workflow", "hub-dispatch-workflow"];
    expect(Object.fromEntries(children(recorded).map(({ name, dependencies }) => [name, dependencies]))).toEqual({
      "hub-database": [],
      "hub-queue": [],
      "hub-dead-letters": [],
      "hub-script": ["hub-database", "hub-queue"],
      "hub-dispatch-workflow": ["hub-script"],
      "hub-bulk-workflow": ["hub-script"],
      "hub-consumer": [...workflows, "hub-dead-letters", "hub-queue", "hub-script"].sort(),
      "hub-dead-letter-consumer": [...workflows, "hub-dead-letters", "hub-script"].sort(),
      "hub-cron": [...workflows, "hub-script"].sort(),
    });
  });

  test("tells its resources, their names and its own", async () => {
    const { result: hub, outputs } = await record(() => new EventHub("hub", args));
    const told = {
      scriptName: "hub-dev",
      databaseId: "uuid of hub-database",
      databaseName: "hub-dev",
      queueName: "hub-dev-dispatches",
      deadLetterQueueName: "hub-dev-dead-letters",
      workflowName: "hub-dev-dispatch",
    };
    expect(outputs["hub"]).toEqual(told);
    const { scriptName, databaseId, databaseName, queueName, deadLetterQueueName, workflowName } = hub;
    expect(await resolved(pulumi.all({ scriptName, databaseId, databaseName, queueName, deadLetterQueueName, workflowName }))).toEqual(
      told,
    );
    const urns = await resolved(pulumi.all(Object.values<pulumi.Resource>({ ...hub.nodes }).map(({ urn }) => urn)));
    expect(urns.map((urn) => urn.slice(urn.lastIndexOf("::") + 2)).sort()).toEqual(CHILDREN);
  });

  test("passes on what is said of any component: its parent, and the provider of another account", async () => {
    const recorded = await record(() => {
      const parent = new pulumi.ComponentResource("test:index:Platform", "platform");
      const provider = new cloudflare.Provider("other-account", { apiToken: "token" });
      return new EventHub("hub", args, { parent, provider });
    });
    expect(requested(recorded, "hub").parent).toBe("platform");
    expect(children(recorded).map(({ provider }) => provider)).toEqual(CHILDREN.map(() => "other-account"));
  });

  test("does not mind a second one", async () => {
    const recorded = await record(() => [new EventHub("hub", args), new EventHub("other", { ...args, routes: [] })]);
    expect(children(recorded)).toHaveLength(CHILDREN.length);
    expect(inputsOf(recorded, "other-script")["scriptName"]).toBe("other-dev");
    expect(requested(recorded, "other-consumer").dependencies.filter((name) => name.startsWith("hub"))).toEqual([]);
  });

  test("that is not valid throws what is wrong, as a RunError and before anything is registered", async () => {
    const wrong = { ...args, routes: [{ id: "all", on: "*", to: "emial" }], protected: true } as unknown as typeof args;
    const { result, resources } = await record(() => {
      try {
        return new EventHub("hub", wrong);
      } catch (error) {
        return error;
      }
    });
    expect(pulumi.RunError.isInstance(result)).toBe(true);
    expect((result as Error).message).toMatch(/^EventHub "hub" is not valid:\n {2}- unknown field "protected"; did you mean "protect"\?/);
    expect(resources).toEqual([]);
  });
});
