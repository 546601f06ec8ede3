import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { typeErrorsOfBindings } from "./binding-union.ts";
import { checkInputs } from "./check-inputs.ts";
import { cloudflareApi } from "./cloudflare-api.ts";
import type { RecordedResource } from "./run.ts";
import { type Properties, UNKNOWN } from "./wire.ts";

const directory = join(import.meta.dirname, "fixture");

/** A create, as a run would record it. */
function created(kind: string, inputs: Properties, name = kind): RecordedResource {
  return {
    urn: `urn:pulumi:dev::project::${kind}::${name}`,
    type: `cloudflare:index/${kind}:${kind}`,
    name,
    custom: true,
    parent: "",
    inputs,
    secrets: [],
    outputs: {},
    secretOutputs: [],
    id: "",
    operation: "create",
    dependencies: [],
    propertyDependencies: {},
    hooks: { beforeCreate: [], afterCreate: [], beforeUpdate: [], afterUpdate: [], beforeDelete: [], afterDelete: [] },
    aliases: [],
    protect: false,
    deleteBeforeReplace: false,
    retainOnDelete: false,
    ignoreChanges: [],
    replaceOnChanges: [],
    additionalSecretOutputs: [],
    provider: "",
    version: "",
  };
}

const accountId = "account";

describe("inputs against the provider's typings", () => {
  test("what the typings know passes, and so does what is unknown", () => {
    const resources = [
      created("D1Database", { accountId, name: "letters", primaryLocationHint: "weur", readReplication: { mode: "disabled" } }),
      created("Queue", { accountId, queueName: "mail" }),
      created("QueueConsumer", {
        accountId,
        queueId: UNKNOWN,
        type: "worker",
        scriptName: "hub",
        settings: { batchSize: 2, retryDelay: 0 },
      }),
      created("WorkersScript", {
        accountId,
        scriptName: "hub",
        bindings: [{ type: "d1", name: "DB", databaseId: UNKNOWN }],
        compatibilityFlags: ["nodejs_compat"],
        observability: { enabled: true },
      }),
      created("Workflow", { accountId, workflowName: "runs", className: "Run", scriptName: "hub" }),
      created("WorkersCronTrigger", { accountId, scriptName: "hub", schedules: [{ cron: "* * * * *" }] }),
    ];
    expect(checkInputs(resources)).toEqual([]);
  });

  test.each([
    [
      "a property it does not have",
      created("D1Database", { accountId, name: "db", nom: "db" }),
      "D1Database.nom: not a property of D1DatabaseArgs",
    ],
    ["a required property that is missing", created("Queue", { accountId }), "Queue.queueName: missing"],
    ["a wrong primitive", created("Queue", { accountId, queueName: 3 }), "Queue.queueName: number instead of string"],
    [
      "a wrong primitive further down",
      created("QueueConsumer", { accountId, queueId: "id", type: "worker", settings: { batchSize: "2" } }),
      "QueueConsumer.settings.batchSize: string instead of number",
    ],
    [
      "a misspelt property in a list",
      created("WorkersScript", { accountId, scriptName: "hub", bindings: [{ type: "d1", name: "DB", databaseID: "id" }] }),
      "WorkersScript.bindings[0].databaseID: not a property of WorkersScriptBinding",
    ],
    [
      "an object instead of a list",
      created("WorkersCronTrigger", { accountId, scriptName: "hub", schedules: { cron: "* * * * *" } }),
      "WorkersCronTrigger.schedules: object instead of list",
    ],
    [
      "a deprecated property",
      created("WorkersScript", { accountId, scriptName: "hub", assets: { config: { serveDirectly: true } } }),
      "WorkersScript.assets.config.serveDirectly: deprecated",
    ],
    [
      "a deprecated resource",
      created("WorkerCronTrigger", { accountId, scriptName: "hub", schedules: [] }),
      "WorkerCronTrigger is deprecated",
    ],
  ])("%s is reported", (_, resource, error) => {
    expect(checkInputs([resource])).toEqual([expect.stringContaining(error)]);
  });

  test("a resource that the provider does not have is no resource", () => {
    expect(() => checkInputs([created("WorkersSecret", {})])).toThrow("@pulumi/cloudflare has no resource WorkersSecret");
  });
});

describe("bindings against the API's union", () => {
  test("what the API takes passes, and so does what is unknown", () => {
    const bindings: Properties[] = [
      { type: "d1", name: "DB", databaseId: UNKNOWN },
      { type: "queue", name: "INBOX", queueName: "inbox" },
      { type: "service", name: "BILLING", service: "billing", entrypoint: "Billing" },
      { type: "workflow", name: "RUNS", workflowName: "runs", className: "Run" },
      { type: "json", name: "CONFIG", json: "{}" },
      { type: "secret_text", name: "KEY", text: "s3cret" },
    ];
    expect(typeErrorsOfBindings(bindings)).toEqual([]);
  });

  test.each([
    ["a misspelt type", { type: "servise", name: "BILLING", service: "billing" }, /^BILLING: Type '"servise"' is not assignable/],
    ["a missing service", { type: "service", name: "BILLING" }, /^BILLING: .*Property 'service' is missing/],
    [
      "a property of another kind",
      { type: "queue", name: "INBOX", queueName: "inbox", databaseId: "id" },
      /^INBOX: .*'"databaseId"' does not exist/,
    ],
    ["a wrong primitive", { type: "queue", name: "INBOX", queueName: 3 }, /^INBOX: Type 'number' is not assignable to type 'string'/],
    ["a deprecated property", { type: "d1", name: "DB", databaseId: "id", id: "id" }, /^DB: 'id' is deprecated/],
    ["something else", "DB", /^a binding: Type 'string' is not assignable/],
  ])("%s is reported with the binding", (_, binding, error) => {
    const [first, ...others] = typeErrorsOfBindings([{ type: "queue", name: "FINE", queueName: "fine" }, binding]);
    expect(first).toMatch(error);
    expect(others).toEqual([]);
  });
});

describe("what the API refuses", () => {
  const script = (bindings: Properties[], more: Properties = {}) => created("WorkersScript", { scriptName: "hub", bindings, ...more });
  const consumer = (name: string, more: Properties = {}) =>
    created("QueueConsumer", { queueId: "id-of-mail", type: "worker", scriptName: "hub", ...more }, name);

  function put(...resources: RecordedResource[]): void {
    const refuse = cloudflareApi({ directory, scripts: ["billing"], queues: ["mail"] });
    for (const resource of resources) refuse(resource, []);
  }

  test("what is complete and in order is taken, twice as well", () => {
    const sha = createHash("sha256")
      .update(readFileSync(join(directory, "worker.js")))
      .digest("hex");
    const all = [
      created("Queue", { queueName: "dead-mail" }),
      script(
        [
          { type: "service", name: "BILLING", service: "billing" },
          { type: "queue", name: "MAIL", queueName: "mail" },
          { type: "json", name: "CONFIG", json: "x".repeat(5_120) },
        ],
        { contentFile: "worker.js", contentSha256: sha },
      ),
      created("Workflow", { scriptName: "hub" }),
      created("WorkersCronTrigger", { scriptName: "hub" }),
      consumer("one", { deadLetterQueue: "dead-mail" }),
    ];
    expect(() => put(...all, ...all)).not.toThrow();
  });

  test.each([
    [
      "a binding to a script that is not there",
      [script([{ type: "service", name: "A", service: "nobody" }])],
      "'nobody' not found. [code: 10143]",
    ],
    ["a binding to a queue that is not there", [script([{ type: "queue", name: "Q", queueName: "none" }])], "queue 'none' not found"],
    [
      "two bindings of one name",
      [
        script([
          { type: "json", name: "A", json: "1" },
          { type: "plain_text", name: "A", text: "" },
        ]),
      ],
      "'A' is used more than once",
    ],
    ["json of more than 5 KB", [script([{ type: "json", name: "CONFIG", json: "x".repeat(5_121) }])], "'CONFIG' has 5121 bytes"],
    ["text of more than 5 KB", [script([{ type: "plain_text", name: "TEXT", text: "é".repeat(2_561) }])], "'TEXT' has 5122 bytes"],
    ["a secret of more than 5 KB", [script([{ type: "secret_text", name: "KEY", text: "x".repeat(6_000) }])], "'KEY' has 6000 bytes"],
    ["a file that is not what it says", [script([], { contentFile: "worker.js", contentSha256: "abc" })], "SHA-256 hash mismatch"],
    ["a script's name of 64 characters", [script([], { scriptName: "h".repeat(64) })], "the limit is 63"],
    ["a queue's name of 64 characters", [created("Queue", { queueName: "q".repeat(64) })], "the limit is 63"],
    ["a workflow without its script", [created("Workflow", { scriptName: "hub" })], "Script 'hub' not found"],
    ["a cron trigger without its script", [created("WorkersCronTrigger", { scriptName: "hub" })], "Script 'hub' not found"],
    ["a consumer without its script", [consumer("one")], "Script 'hub' not found"],
    [
      "a dead letter queue that is not there",
      [script([]), consumer("one", { deadLetterQueue: "none" })],
      "Dead letter queue 'none' not found",
    ],
    ["a second Worker consumer of a queue", [script([]), consumer("one"), consumer("two")], "already has a Worker consumer"],
  ])("%s", (_, resources, error) => {
    expect(() => put(...resources)).toThrow(error);
  });
});
