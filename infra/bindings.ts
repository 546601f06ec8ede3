import type * as cloudflare from "@pulumi/cloudflare";
import type * as pulumi from "@pulumi/pulumi";
import { DATABASE_BINDING, eachWorkflow, QUEUE_BINDING, WORKFLOWS, type WorkflowKey } from "../schema/deployment.ts";
import type { ConsoleBinding } from "./console.ts";
import type { HubPlan } from "./plan.ts";

/**
 * The bindings the hub uses, as Cloudflare's API names them: the provider has one type with every member of every kind, all optional.
 * A test compares these with the API's own types.
 */
export type HubBinding =
  | { readonly type: "d1"; readonly name: string; readonly databaseId: pulumi.Input<string> }
  | { readonly type: "queue"; readonly name: string; readonly queueName: pulumi.Input<string> }
  | {
      readonly type: "workflow";
      readonly name: string;
      readonly workflowName: pulumi.Input<string>;
      readonly className: pulumi.Input<string>;
    }
  | ConsoleBinding
  | ServiceBinding;

export interface ServiceBinding {
  readonly type: "service";
  readonly name: string;
  readonly service: pulumi.Input<string>;
  readonly entrypoint?: string;
}

export type HubWorkflows<Workflow> = Readonly<Record<WorkflowKey, Workflow>>;

/** What the hub Worker is bound to. */
interface Bound {
  readonly databaseId: pulumi.Input<string>;
  readonly queueName: pulumi.Input<string>;
  readonly workflows: HubWorkflows<Pick<cloudflare.WorkflowArgs, "workflowName" | "className">>;
}

/** All bindings of the hub Worker in the order of their names: the provider compares them as a list. */
export function hubBindings(plan: HubPlan, { databaseId, queueName, workflows }: Bound): HubBinding[] {
  const bindings: HubBinding[] = [
    { type: "d1", name: DATABASE_BINDING, databaseId },
    { type: "queue", name: QUEUE_BINDING, queueName },
    ...Object.values(eachWorkflow((key) => workflowBinding(WORKFLOWS[key].binding, workflows[key]))),
    ...Object.entries(plan.variables).map(([name, json]) => ({ type: "json", name, json }) as const),
    ...plan.console.bindings,
    ...plan.destinations.flatMap((destination) => destination.bindings),
  ];
  return bindings.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function workflowBinding(name: string, { workflowName, className }: Bound["workflows"][WorkflowKey]): HubBinding {
  return { type: "workflow", name, workflowName, className };
}
