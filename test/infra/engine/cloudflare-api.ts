import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";
import type { Cloud } from "./deployment.ts";
import { kindOf } from "./run.ts";

export interface AccountOptions {
  /** Of the program, where the provider looks for files. */
  readonly directory: string;
  /** What the account has besides what the program makes. */
  readonly scripts?: readonly string[];
  readonly queues?: readonly string[];
}

/** 5 KB: https://developers.cloudflare.com/workers/platform/limits/#environment-variables (2026-11). */
const MAX_VARIABLE_BYTES = 5 * 1024;

/** Scripts and queues: a script's name is a label of its workers.dev host name. */
const MAX_NAME_LENGTH = 63;

/**
 * An account that refuses what Cloudflare's API is known to refuse, for `refuse` of one or more runs: it remembers what they made. The wording
 * is only like Cloudflare's.
 */
export function cloudflareApi({ directory, scripts = [], queues = [] }: AccountOptions): NonNullable<Cloud["refuse"]> {
  const account: Account = { directory, scripts: new Set(scripts), queues: new Set(queues), consumers: new Map() };
  return (resource) => {
    const inputs: unknown = resource.inputs;
    switch (kindOf(resource)) {
      case "Queue":
        return putQueue(account, queueInputs.parse(inputs));
      case "WorkersScript":
        return putScript(account, scriptInputs.parse(inputs));
      case "QueueConsumer":
        return putConsumer(account, { ...consumerInputs.parse(inputs), urn: resource.urn });
      case "Workflow":
      case "WorkersCronTrigger":
        return requireScript(account, ofScript.parse(inputs).scriptName);
      default:
        return;
    }
  };
}

interface Account {
  readonly directory: string;
  readonly scripts: Set<string>;
  readonly queues: Set<string>;
  /** The urn of the Worker consumer by the id of its queue. */
  readonly consumers: Map<string, string>;
}

const ofScript = z.object({ scriptName: z.string() });

const queueInputs = z.object({ queueName: z.string() });

const bindingInputs = z.object({
  type: z.string(),
  name: z.string(),
  service: z.string().optional(),
  queueName: z.string().optional(),
  json: z.string().optional(),
  text: z.string().optional(),
});

const scriptInputs = z.object({
  scriptName: z.string(),
  contentFile: z.string().optional(),
  contentSha256: z.string().optional(),
  bindings: z.array(bindingInputs).default([]),
});

const consumerInputs = z.object({
  queueId: z.string(),
  type: z.string(),
  scriptName: z.string().optional(),
  deadLetterQueue: z.string().optional(),
});

function putQueue({ queues }: Account, { queueName }: z.infer<typeof queueInputs>): void {
  checkName(queueName);
  queues.add(queueName);
}

function putScript(account: Account, script: z.infer<typeof scriptInputs>): void {
  const { scriptName, bindings } = script;
  checkName(scriptName);
  checkContent(account, script);
  const names = new Set<string>();
  for (const binding of bindings) {
    if (names.has(binding.name)) throw new Error(`Binding name '${binding.name}' is used more than once in '${scriptName}'`);
    names.add(binding.name);
    checkBinding(account, binding);
  }
  account.scripts.add(scriptName);
}

/** The provider looks at this before it calls the API. */
function checkContent({ directory }: Account, { contentFile, contentSha256 }: z.infer<typeof scriptInputs>): void {
  if (contentFile === undefined) return;
  const actual = createHash("sha256")
    .update(readFileSync(resolve(directory, contentFile)))
    .digest("hex");
  if (actual !== contentSha256) throw new Error(`SHA-256 hash mismatch: ${contentFile} has ${actual}, content_sha256 is ${contentSha256}`);
}

function checkBinding({ scripts, queues }: Account, { type, name, service, queueName, json, text }: z.infer<typeof bindingInputs>): void {
  if (type === "service" && !scripts.has(service ?? "")) {
    throw new Error(`Could not resolve service binding '${name}'. Target script '${service}' not found. [code: 10143]`);
  }
  if (type === "queue" && !queues.has(queueName ?? "")) throw new Error(`Queue binding '${name}': queue '${queueName}' not found`);
  const bytes = Buffer.byteLength(json ?? text ?? "");
  if (bytes > MAX_VARIABLE_BYTES) throw new Error(`Variable '${name}' has ${bytes} bytes; the limit is ${MAX_VARIABLE_BYTES}`);
}

function putConsumer(account: Account, consumer: z.infer<typeof consumerInputs> & { readonly urn: string }): void {
  const { queueId, type, scriptName, deadLetterQueue, urn } = consumer;
  if (deadLetterQueue !== undefined && !account.queues.has(deadLetterQueue))
    throw new Error(`Dead letter queue '${deadLetterQueue}' not found`);
  if (type !== "worker") return;
  requireScript(account, scriptName ?? "");
  const present = account.consumers.get(queueId) ?? urn;
  if (present !== urn) throw new Error(`Queue '${queueId}' already has a Worker consumer: ${present}`);
  account.consumers.set(queueId, urn);
}

function requireScript({ scripts }: Account, scriptName: string): void {
  if (!scripts.has(scriptName)) throw new Error(`Script '${scriptName}' not found`);
}

function checkName(name: string): void {
  if (name.length > MAX_NAME_LENGTH) throw new Error(`'${name}' has ${name.length} characters; the limit is ${MAX_NAME_LENGTH}`);
}
