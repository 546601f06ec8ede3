import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { DEAD_LETTERS_SUFFIX } from "../schema/messages.ts";
import type { EventHubArgs, Transform } from "./args.ts";
import { hubBindings, WORKFLOW_CLASS } from "./bindings.ts";
import { hubBundle } from "./bundle.ts";
import { refuse } from "./parse-args.ts";
import type { HubPlan } from "./plan.ts";

/** The resources underneath, for what the component does not cover. */
export interface HubNodes {
  readonly database: cloudflare.D1Database;
  readonly queue: cloudflare.Queue;
  readonly deadLetterQueue: cloudflare.Queue;
  readonly script: cloudflare.WorkersScript;
  readonly workflow: cloudflare.Workflow;
  readonly consumer: cloudflare.QueueConsumer;
  readonly deadLetterConsumer: cloudflare.QueueConsumer;
  readonly cron: cloudflare.WorkersCronTrigger;
}

/** A hub about to be registered: its logical name, what was asked for and what was decided. */
export interface HubDraft {
  readonly name: string;
  readonly args: EventHubArgs;
  readonly plan: HubPlan;
  readonly parent: pulumi.ComponentResource;
}

/** As in wrangler.toml, like the settings below: a test compares them. */
const COMPATIBILITY_DATE = "2026-11-01";

/** All of them, or the provider finds a difference at each run. Milliseconds to wait for a batch, seconds before a retry. */
const CONSUMER = { batchSize: 10, maxWaitTimeMs: 0, maxRetries: 10, retryDelay: 0 } as const;
const DEAD_LETTER_CONSUMER = { ...CONSUMER, maxRetries: 100 } as const;
const EVERY_MINUTE = [{ cron: "* * * * *" }];

/** Registers everything in the order in which it can exist: what holds data, the Worker bound to it, what calls the Worker. */
export function createHub(draft: HubDraft): HubNodes {
  const stores = createStores(draft);
  const script = createScript(draft, stores);
  return { ...stores, script, ...createCallers(draft, stores, script) };
}

type Stores = Pick<HubNodes, "database" | "queue" | "deadLetterQueue">;

function createStores({ name, args, plan: { names }, parent }: HubDraft): Stores {
  const { accountId, locationHint, transform } = args;
  const options = { parent, protect: args.protect ?? true };
  const deadLetters = changed(transform?.deadLetterQueue, { accountId, queueName: names.deadLetterQueue });
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
    deadLetterQueue: new cloudflare.Queue(
      `${name}-dead-letters`,
      { ...deadLetters, queueName: pulumi.output(deadLetters.queueName).apply(deadLettersName) },
      options,
    ),
  };
}

function createScript({ name, args, plan, parent }: HubDraft, { database, queue }: Stores): cloudflare.WorkersScript {
  return new cloudflare.WorkersScript(
    `${name}-script`,
    changed(args.transform?.script, {
      accountId: args.accountId,
      scriptName: plan.names.script,
      ...hubBundle(),
      compatibilityDate: COMPATIBILITY_DATE,
      bindings: hubBindings(plan, { databaseId: database.uuid, queueName: queue.queueName }),
      observability: { enabled: true, headSamplingRate: 1, logs: { enabled: true, invocationLogs: true, headSamplingRate: 1 } },
    }),
    { parent },
  );
}

type Callers = Pick<HubNodes, "workflow" | "consumer" | "deadLetterConsumer" | "cron">;

/** The workflow first: a message that is consumed before it exists would start nothing. */
function createCallers({ name, args, plan, parent }: HubDraft, stores: Stores, { scriptName }: cloudflare.WorkersScript): Callers {
  const { accountId, transform } = args;
  const options = { parent, deleteBeforeReplace: true };
  const workflow = new cloudflare.Workflow(
    `${name}-workflow`,
    changed(transform?.workflow, { accountId, workflowName: plan.names.workflow, className: WORKFLOW_CLASS, scriptName }),
    options,
  );
  const later = { ...options, dependsOn: [workflow] };
  const consumerOf = ({ queueId }: cloudflare.Queue) => ({ accountId, queueId, type: "worker", scriptName });
  return {
    workflow,
    consumer: new cloudflare.QueueConsumer(
      `${name}-consumer`,
      changed(transform?.consumer, {
        ...consumerOf(stores.queue),
        deadLetterQueue: stores.deadLetterQueue.queueName,
        settings: CONSUMER,
      }),
      later,
    ),
    deadLetterConsumer: new cloudflare.QueueConsumer(
      `${name}-dead-letter-consumer`,
      changed(transform?.deadLetterConsumer, { ...consumerOf(stores.deadLetterQueue), settings: DEAD_LETTER_CONSUMER }),
      later,
    ),
    cron: new cloudflare.WorkersCronTrigger(
      `${name}-cron`,
      changed(transform?.cron, { accountId, scriptName, schedules: EVERY_MINUTE }),
      later,
    ),
  };
}

function changed<Args>(transform: Transform<Args> | undefined, args: Args): Args {
  return transform === undefined ? args : transform(args);
}

/** The hub tells by the name whose messages it reads. */
function deadLettersName(queueName: string): string {
  if (queueName.endsWith(DEAD_LETTERS_SUFFIX)) return queueName;
  return refuse("transform.deadLetterQueue", [{ path: "queueName", message: `"${queueName}" has to end in "${DEAD_LETTERS_SUFFIX}"` }]);
}
