import * as pulumi from "@pulumi/pulumi";
import { EventHub, type HubTransforms } from "flowhub/pulumi";
import { describe, expect, test } from "vitest";
import { bindingsOf, record, requested } from "./mocks.ts";

const args = { accountId: "0123456789abcdef0123456789abcdef", destinations: {}, routes: [] };
const recordWith = (transform: HubTransforms) => record(() => new EventHub("hub", { ...args, transform }));

describe("a transform changes the inputs of", () => {
  test.each<[name: keyof HubTransforms, resource: string, transform: HubTransforms, changed: object]>([
    ["database", "hub-database", { database: (given) => ({ ...given, jurisdiction: "eu" }) }, { jurisdiction: "eu" }],
    [
      "queue",
      "hub-queue",
      { queue: (given) => ({ ...given, settings: { messageRetentionPeriod: 60 } }) },
      { settings: { messageRetentionPeriod: 60 } },
    ],
    ["deadLetterQueue", "hub-dead-letters", { deadLetterQueue: (given) => ({ ...given, jurisdiction: "eu" }) }, { jurisdiction: "eu" }],
    ["script", "hub-script", { script: (given) => ({ ...given, logpush: true }) }, { logpush: true }],
    [
      "dispatchWorkflow",
      "hub-dispatch-workflow",
      { dispatchWorkflow: (given) => ({ ...given, limits: { steps: 100 } }) },
      { limits: { steps: 100 } },
    ],
    ["bulkWorkflow", "hub-bulk-workflow", { bulkWorkflow: (given) => ({ ...given, limits: { steps: 100 } }) }, { limits: { steps: 100 } }],
    ["consumer", "hub-consumer", { consumer: (given) => ({ ...given, settings: { maxRetries: 0 } }) }, { settings: { maxRetries: 0 } }],
    [
      "deadLetterConsumer",
      "hub-dead-letter-consumer",
      { deadLetterConsumer: (given) => ({ ...given, settings: { maxConcurrency: 1 } }) },
      { settings: { maxConcurrency: 1 } },
    ],
    [
      "cron",
      "hub-cron",
      { cron: (given) => ({ ...given, schedules: [{ cron: "*/5 * * * *" }] }) },
      { schedules: [{ cron: "*/5 * * * *" }] },
    ],
  ])("the %s, and of nothing else", async (_, resource, transform, changed) => {
    const [plain, transformed] = [await recordWith({}), await recordWith(transform)];
    const expected = plain.resources.map(({ name, inputs }) => [name, name === resource ? { ...inputs, ...changed } : inputs]);
    expect(Object.fromEntries(transformed.resources.map(({ name, inputs }) => [name, inputs]))).toEqual(Object.fromEntries(expected));
    expect(requested(plain, resource).inputs).not.toMatchObject(changed);
  });
});

describe("what a transform calls otherwise is called so by all that refers to it:", () => {
  test("the queue", async () => {
    const recorded = await recordWith({ queue: (given) => ({ ...given, queueName: "orders" }) });
    expect(bindingsOf(recorded).find(({ type }) => type === "queue")).toMatchObject({ queueName: "orders" });
  });

  test("the dead-letter queue", async () => {
    const recorded = await recordWith({ deadLetterQueue: (given) => ({ ...given, queueName: pulumi.output("orders-dead-letters") }) });
    expect(requested(recorded, "hub-dead-letters").inputs["queueName"]).toBe("orders-dead-letters");
    expect(requested(recorded, "hub-consumer").inputs["deadLetterQueue"]).toBe("orders-dead-letters");
  });

  test("the Worker", async () => {
    const recorded = await recordWith({ script: (given) => ({ ...given, scriptName: "orders" }) });
    for (const name of ["hub-dispatch-workflow", "hub-bulk-workflow", "hub-consumer", "hub-dead-letter-consumer", "hub-cron"]) {
      expect(requested(recorded, name).inputs["scriptName"]).toBe("orders");
    }
    expect(recorded.outputs["hub"]).toMatchObject({ scriptName: "orders" });
  });
});

test.each<[given: string, queueName: pulumi.Input<string>]>([
  ["a name", "orders-dlq"],
  ["an Output", pulumi.output("orders-dlq")],
])(
  "a dead-letter queue whose name does not end in -dead-letters is refused: the hub would not know its messages; given as %s",
  async (_, queueName) => {
    const recorded = await record(() => {
      try {
        new EventHub("hub", { ...args, transform: { deadLetterQueue: (given) => ({ ...given, queueName }) } });
        return "";
      } catch (error) {
        return String(error);
      }
    });
    const said = [recorded.result, ...recorded.failures].join("\n");
    expect(said).toContain('transform.deadLetterQueue is not valid:\n  - queueName: "orders-dlq" has to end in "-dead-letters"');
    expect(recorded.resources.map(({ name }) => name)).not.toContain("hub-dead-letters");
    expect(recorded.resources.map(({ name }) => name)).not.toContain("hub-consumer");
  },
);

test.each([
  ["dispatchWorkflow", "DISPATCH_WORKFLOW"],
  ["bulkWorkflow", "BULK_WORKFLOW"],
])("a transform that renames the %s renames what the Worker is bound to", async (workflow, binding) => {
  const recorded = await recordWith({ [workflow]: (given: object) => ({ ...given, workflowName: "mine" }) });
  expect(bindingsOf(recorded).find(({ name }) => name === binding)).toMatchObject({ workflowName: "mine" });
});

test("a transform that changes what it is given changes no other hub", async () => {
  const recorded = await record(() => {
    const consumer: HubTransforms["consumer"] = (given) => {
      (given.settings as { maxRetries: number }).maxRetries = 1;
      return given;
    };
    new EventHub("hub", { ...args, transform: { consumer } });
    new EventHub("other", args);
  });
  expect(requested(recorded, "other-consumer").inputs["settings"]).toMatchObject({ maxRetries: 10 });
});
