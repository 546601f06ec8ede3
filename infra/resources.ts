import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import {
  BATCH,
  COMPATIBILITY,
  CRON,
  DEAD_LETTER_REDELIVERY,
  DEAD_LETTERS_SUFFIX,
  DISPATCH_REDELIVERY,
  eachWorkflow,
  type Redelivery,
  WORKFLOWS,
} from "../schema/deployment.ts";
import type { EventHubArgs, Transform } from "./args.ts";
import { type HubWorkflows, hubBindings } from "./bindings.ts";
import { hubBundle } from "./bundle.ts";
import { refuse } from "./parse-args.ts";
import type { HubPlan } from "./plan.ts";

/** The resources underneath, for what the component does not cover. */
export interface HubNodes extends HubWorkflows<cloudflare.Workflow> {
  readonly database: cloudflare.D1Database;
  readonly queue: cloudflare.Queue;
  readonly deadLetterQueue: cloudflare.Queue;
  readonly script: cloudflare.WorkersScript;
  readonly consumer: cloudflare.QueueConsumer;
  readonly deadLetterConsumer: cloudflare.QueueConsumer;
  readonly cron: cloudflare.WorkersCronTrigger;
  /** Where the console has a host name. */
  readonly domain?: cloudflare.WorkersCustomDomain;
}

/** A hub about to be registered: its logical name, what was asked for and what was decided. */
export interface HubDraft {
  readonly name: string;
  readonly args: EventHubArgs;
  readonly plan: HubPlan;
  readonly parent: pulumi.ComponentResource;
}

/** All of them, or the provider finds a difference at each run. Each retry says itself how long it waits. */
function consumerSettings({ maxRetries }: Redelivery) {
  return { batchSize: BATCH.messages, maxWaitTimeMs: BATCH.waitSeconds * 1_000, maxRetries, retryDelay: 0 };
}

/** Registers everything in the order in which it can exist: what holds data, the Worker bound to it, what calls the Worker. */
export function createHub(draft: HubDraft): HubNodes {
  const stores = createStores(draft);
  const workflows = workflowArgs(draft);
  const script = createScript(draft, stores, workflows);
  const callers = createCallers(draft, { stores, workflows, script });
  return { ...stores, script, ...callers, ...createDomain(draft, script, callers) };
}

type Stores = Pick<HubNodes, "database" | "queue" | "deadLetterQueue">;

function createStores({ name, args, plan: { names }, parent }: HubDraft): Stores {
  const { accountId, locationHint, transform } = args;
  const options = { parent, protect: args.protect ?? true };
  const deadLetters = changed(transform?.deadLetterQueue, { accountId, queueName: names.deadLetterQueue });
  const { queueName } = deadLetters;
  // A name that is known is refused before anything is registered.
  const checkedName = typeof queueName === "string" ? deadLettersName(queueName) : pulumi.output(queueName).apply(deadLettersName);
  return {
    // Without readReplication the provider finds a difference at each run, or sends null and is refused.
    database: new cloudflare.D1Database(
      `${name}-database`,
      changed(transform?.database, {
        accountId,
        name: names.database,
        readReplication: { mode: "disabled" },
        ...(locationHint !== undefined && { primaryLocationHint: locationHint }),
      }),
      options,
    ),
    queue: new cloudflare.Queue(`${name}-queue`, changed(transform?.queue, { accountId, queueName: names.queue }), options),
    deadLetterQueue: new cloudflare.Queue(`${name}-dead-letters`, { ...deadLetters, queueName: checkedName }, options),
  };
}

/** Of the workflows, before they are registered: the Worker is bound to them by name, and comes first. */
function workflowArgs({ args: { accountId, transform }, plan: { names } }: HubDraft): HubWorkflows<cloudflare.WorkflowArgs> {
  return eachWorkflow((key) =>
    changed(transform?.[key], {
      accountId,
      workflowName: names[key],
      className: WORKFLOWS[key].className,
      scriptName: names.script,
    }),
  );
}

function createScript(
  { name, args, plan, parent }: HubDraft,
  { database, queue }: Stores,
  workflows: HubWorkflows<cloudflare.WorkflowArgs>,
): cloudflare.WorkersScript {
  return new cloudflare.WorkersScript(
    `${name}-script`,
    changed(args.transform?.script, {
      accountId: args.accountId,
      scriptName: plan.names.script,
      ...hubBundle(),
      compatibilityDate: COMPATIBILITY.date,
      ...(COMPATIBILITY.flags.length > 0 && { compatibilityFlags: [...COMPATIBILITY.flags] }),
      bindings: hubBindings(plan, { databaseId: database.uuid, queueName: queue.queueName, workflows }),
      observability: { enabled: true, headSamplingRate: 1, logs: { enabled: true, invocationLogs: true, headSamplingRate: 1 } },
    }),
    { parent },
  );
}

type Callers = Omit<HubNodes, keyof Stores | "script" | "domain">;

interface Callees {
  readonly stores: Stores;
  readonly workflows: HubWorkflows<cloudflare.WorkflowArgs>;
  readonly script: cloudflare.WorkersScript;
}

/** The workflows first: a message that is consumed before they exist would start nothing. */
function createCallers({ name, args, parent }: HubDraft, { stores, workflows, script }: Callees): Callers {
  const { accountId, transform } = args;
  const { scriptName } = script;
  const options = { parent, deleteBeforeReplace: true };
  const registered = eachWorkflow(
    (key) => new cloudflare.Workflow(`${name}-${WORKFLOWS[key].part}-workflow`, { ...workflows[key], scriptName }, options),
  );
  const later = { ...options, dependsOn: Object.values(registered) };
  const consumerOf = ({ queueId }: cloudflare.Queue) => ({ accountId, queueId, type: "worker", scriptName });
  return {
    ...registered,
    consumer: new cloudflare.QueueConsumer(
      `${name}-consumer`,
      changed(transform?.consumer, {
        ...consumerOf(stores.queue),
        deadLetterQueue: stores.deadLetterQueue.queueName,
        settings: consumerSettings(DISPATCH_REDELIVERY),
      }),
      later,
    ),
    deadLetterConsumer: new cloudflare.QueueConsumer(
      `${name}-dead-letter-consumer`,
      changed(transform?.deadLetterConsumer, {
        ...consumerOf(stores.deadLetterQueue),
        settings: consumerSettings(DEAD_LETTER_REDELIVERY),
      }),
      later,
    ),
    cron: new cloudflare.WorkersCronTrigger(
      `${name}-cron`,
      changed(transform?.cron, { accountId, scriptName, schedules: [{ cron: CRON }] }),
      later,
    ),
  };
}

/** After the workflows, like everything that calls the Worker: who acts in the console starts runs. */
function createDomain(
  { name, args, plan, parent }: HubDraft,
  { scriptName }: cloudflare.WorkersScript,
  workflows: HubWorkflows<cloudflare.Workflow>,
): Pick<HubNodes, "domain"> {
  const { hostname } = plan.console;
  if (hostname === undefined) return {};
  const inputs = changed(args.transform?.domain, { accountId: args.accountId, hostname, service: scriptName });
  const options = { parent, deleteBeforeReplace: true, dependsOn: Object.values(eachWorkflow((key) => workflows[key])) };
  return { domain: new cloudflare.WorkersCustomDomain(`${name}-domain`, inputs, options) };
}

function changed<Args>(transform: Transform<Args> | undefined, args: Args): Args {
  return transform === undefined ? args : transform(args);
}

/** The hub tells by the name whose messages it reads. */
function deadLettersName(queueName: string): string {
  if (queueName.endsWith(DEAD_LETTERS_SUFFIX)) return queueName;
  return refuse("transform.deadLetterQueue", [{ path: "queueName", message: `"${queueName}" has to end in "${DEAD_LETTERS_SUFFIX}"` }]);
}
