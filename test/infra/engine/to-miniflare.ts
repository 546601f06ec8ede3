import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { V4WorkerOptions } from "miniflare";
import * as z from "zod";
import { kindOf, type RecordedResource, type Run } from "./run.ts";

export interface Recording {
  /** An update: in a preview, ids are unknown. */
  readonly run: Run;
  /** A WorkersScript of it. */
  readonly script: RecordedResource;
  /** Of the program, where the provider looks for files. */
  readonly directory: string;
}

/**
 * The Worker that Pulumi would upload, for `new Miniflare(convertV4MiniflareOptions({ workers: [...] }))`. A database is known by its id, a
 * queue by its name, so that Workers of one run meet. Throws for a kind of binding, or a property of one, that it does not know how to run.
 */
export function toMiniflare({ run, script, directory }: Recording): V4WorkerOptions {
  const { scriptName, mainModule, content, contentFile, compatibilityDate, compatibilityFlags, bindings } = scriptInputs.parse(
    script.inputs,
  );
  return {
    name: scriptName,
    modules: [{ type: "ESModule", path: mainModule, contents: content ?? readFileSync(resolve(directory, contentFile ?? ""), "utf8") }],
    compatibilityDate,
    compatibilityFlags,
    bindings: variablesOf(bindings),
    d1Databases: named(bindings, (binding) => (binding.type === "d1" ? binding.databaseId : undefined)),
    queueProducers: named(bindings, (binding) => (binding.type === "queue" ? { queueName: binding.queueName } : undefined)),
    serviceBindings: named(bindings, (binding) => (binding.type === "service" ? designatorOf(binding) : undefined)),
    workflows: named(bindings, (binding) => (binding.type === "workflow" ? workflowOf(binding, run) : undefined)),
    queueConsumers: consumersOf(run, scriptName),
  };
}

const name = z.string();

/** Strict, as a property that is passed over would be one that Cloudflare sees and the test does not. */
const binding = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("json"), name, json: z.string() }),
  z.strictObject({ type: z.literal("plain_text"), name, text: z.string() }),
  z.strictObject({ type: z.literal("secret_text"), name, text: z.string() }),
  z.strictObject({ type: z.literal("d1"), name, databaseId: z.string() }),
  z.strictObject({ type: z.literal("queue"), name, queueName: z.string() }),
  z.strictObject({ type: z.literal("service"), name, service: z.string(), entrypoint: z.string().optional() }),
  z.strictObject({
    type: z.literal("workflow"),
    name,
    workflowName: z.string(),
    className: z.string().optional(),
    scriptName: z.string().optional(),
  }),
]);

type Binding = z.infer<typeof binding>;

const scriptInputs = z.object({
  scriptName: z.string(),
  mainModule: z.string(),
  content: z.string().optional(),
  contentFile: z.string().optional(),
  compatibilityDate: z.string(),
  compatibilityFlags: z.array(z.string()).default([]),
  bindings: z.array(binding).default([]),
});

const consumerInputs = z.object({
  queueId: z.string(),
  scriptName: z.string(),
  deadLetterQueue: z.string().optional(),
  settings: z
    .strictObject({
      batchSize: z.number().optional(),
      maxWaitTimeMs: z.number().optional(),
      maxRetries: z.number().optional(),
      retryDelay: z.number().optional(),
      /** Locally there is one consumer at a time. */
      maxConcurrency: z.number().optional(),
    })
    .default({}),
});

const queueOutputs = z.object({ queueName: z.string(), queueId: z.string() });

const workflowInputs = z.object({ workflowName: z.string(), className: z.string(), scriptName: z.string() });

function named<Option>(bindings: readonly Binding[], optionOf: (binding: Binding) => Option | undefined): Record<string, Option> {
  const options: Record<string, Option> = {};
  for (const one of bindings) {
    const option = optionOf(one);
    if (option !== undefined) options[one.name] = option;
  }
  return options;
}

function variablesOf(bindings: readonly Binding[]): NonNullable<V4WorkerOptions["bindings"]> {
  return named(bindings, (one) => {
    if (one.type === "json") return z.json().parse(JSON.parse(one.json));
    return one.type === "plain_text" || one.type === "secret_text" ? one.text : undefined;
  });
}

function designatorOf({ service, entrypoint }: Extract<Binding, { type: "service" }>) {
  return entrypoint === undefined ? service : { name: service, entrypoint };
}

/** A binding to a workflow of another script leaves the class to the workflow. */
function workflowOf({ workflowName, className, scriptName }: Extract<Binding, { type: "workflow" }>, { resources }: Run) {
  const workflows = resources.filter((resource) => kindOf(resource) === "Workflow").map(({ inputs }) => workflowInputs.parse(inputs));
  const workflow = workflows.find((one) => one.workflowName === workflowName);
  const of = className ?? workflow?.className;
  if (of === undefined) throw new Error(`nobody says which class the workflow "${workflowName}" is`);
  const where = scriptName ?? (className === undefined ? workflow?.scriptName : undefined);
  return { name: workflowName, className: of, ...(where === undefined ? {} : { scriptName: where }) };
}

function consumersOf({ resources }: Run, scriptName: string): NonNullable<V4WorkerOptions["queueConsumers"]> {
  const queues = resources.filter((resource) => kindOf(resource) === "Queue").map(({ outputs }) => queueOutputs.parse(outputs));
  const consumers = resources.filter((resource) => kindOf(resource) === "QueueConsumer").map(({ inputs }) => consumerInputs.parse(inputs));
  return Object.fromEntries(
    consumers
      .filter((consumer) => consumer.scriptName === scriptName)
      .map((consumer) => {
        const queue = queues.find(({ queueId }) => queueId === consumer.queueId);
        if (queue === undefined) throw new Error(`no queue has the id "${consumer.queueId}"`);
        return [queue.queueName, consumerOf(consumer)];
      }),
  );
}

/** The API counts the wait in milliseconds and the delay in seconds, Miniflare both in seconds. */
function consumerOf({ settings, deadLetterQueue }: z.infer<typeof consumerInputs>) {
  const { batchSize, maxWaitTimeMs, maxRetries, retryDelay } = settings;
  return present({
    maxBatchSize: batchSize,
    maxBatchTimeout: maxWaitTimeMs === undefined ? undefined : maxWaitTimeMs / 1_000,
    maxRetries,
    retryDelay,
    deadLetterQueue,
  });
}

type Present<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

function present<T extends object>(options: T): Present<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Present<T>;
}
