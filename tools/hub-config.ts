import { join } from "node:path";
import { bindingNameOf, hubNames } from "../infra/names.ts";
import type { AutoPause } from "../schema/config/auto-pause.ts";
import type { ConfigInput } from "../schema/config/config.ts";
import {
  BATCH,
  COMPATIBILITY,
  CRON,
  DATABASE_BINDING,
  DEAD_LETTER_REDELIVERY,
  DISPATCH_REDELIVERY,
  eachWorkflow,
  QUEUE_BINDING,
  VARIABLES,
  WORKFLOWS,
} from "../schema/deployment.ts";
import { workerConfig } from "./worker-config.ts";

export interface HubOptions {
  /** The name of its Worker, and the start of the names of its database, queues and workflows. */
  readonly name: string;
  /** Its module; by default the hub's own. */
  readonly main?: string;
  /** As the Pulumi component takes them, with the binding that it would give them. */
  readonly destinations: Readonly<Record<string, HubDestination>>;
  readonly routes: ConfigInput["routes"];
  readonly defaults?: ConfigInput["defaults"];
  /** Other variables; by default those that open the console to whoever is on this machine. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** How often the dispatch queue delivers a message again, if not as often as it does when deployed. */
  readonly maxRetries?: number;
}

interface HubDestination {
  /** Name of the Worker. */
  readonly worker: string;
  readonly entrypoint?: string;
  readonly autoPause?: AutoPause;
}

const ROOT = join(import.meta.dirname, "..");
const OPEN = { [VARIABLES.console]: { access: "none" } };

/** The configuration of a hub: all that a deployment of it consists of, with these destinations and routes. */
export function hubConfig({ name, main, destinations, routes, defaults, vars = OPEN, maxRetries }: HubOptions) {
  const names = hubNames(name);
  const declared = Object.entries(destinations);
  const services = declared.map(([destination, { worker, entrypoint }]) => [
    bindingNameOf(destination),
    { service: worker, ...(entrypoint !== undefined && { entrypoint }) },
  ]);
  const configured = declared.map(([destination, { autoPause }]) => [
    destination,
    { worker: bindingNameOf(destination), ...(autoPause !== undefined && { autoPause }) },
  ]);
  const batches = { max_batch_size: BATCH.messages, max_batch_timeout: BATCH.waitSeconds };
  return {
    ...workerConfig({ name, main: main ?? join(ROOT, "src/index.ts"), services: Object.fromEntries(services) }),
    compatibility_flags: [...COMPATIBILITY.flags],
    d1_databases: [
      {
        binding: DATABASE_BINDING,
        database_name: names.database,
        database_id: names.database,
        migrations_dir: join(ROOT, "schema/storage/migrations"),
      },
    ],
    queues: {
      producers: [{ binding: QUEUE_BINDING, queue: names.queue }],
      consumers: [
        {
          queue: names.queue,
          ...batches,
          max_retries: maxRetries ?? DISPATCH_REDELIVERY.maxRetries,
          dead_letter_queue: names.deadLetterQueue,
        },
        { queue: names.deadLetterQueue, ...batches, max_retries: DEAD_LETTER_REDELIVERY.maxRetries },
      ],
    },
    workflows: Object.values(
      eachWorkflow((key) => ({
        binding: WORKFLOWS[key].binding,
        name: names[key],
        class_name: WORKFLOWS[key].className,
      })),
    ),
    triggers: { crons: [CRON] },
    vars: {
      ...vars,
      [VARIABLES.config]: {
        ...(defaults !== undefined && { defaults }),
        destinations: Object.fromEntries(configured),
        routes,
      },
    },
  };
}
