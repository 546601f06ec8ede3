import { DEAD_LETTERS_SUFFIX, eachWorkflow, WORKFLOWS, type WorkflowKey } from "../schema/deployment.ts";

/** Physical names of a hub's resources. */
export interface HubNames extends Readonly<Record<WorkflowKey, string>> {
  readonly script: string;
  readonly database: string;
  readonly queue: string;
  readonly deadLetterQueue: string;
}

/** Names of Workers and queues hold 63 characters. */
const MAX_NAME_LENGTH = 63;
export const MAX_PREFIX_LENGTH = MAX_NAME_LENGTH - DEAD_LETTERS_SUFFIX.length;
export const PREFIX = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

export function hubNames(prefix: string): HubNames {
  return {
    script: prefix,
    database: prefix,
    queue: `${prefix}-dispatches`,
    deadLetterQueue: `${prefix}${DEAD_LETTERS_SUFFIX}`,
    ...eachWorkflow((key) => `${prefix}-${WORKFLOWS[key].part}`),
  };
}

/** The hub's binding for a destination: `big-orders` and `bigOrders` are `DEST_BIG_ORDERS`. */
export function bindingNameOf(destination: string): string {
  const words = destination.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_");
  return `DEST_${words.toUpperCase()}`;
}
