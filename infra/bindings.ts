import * as cloudflare from "@pulumi/cloudflare";
import type * as pulumi from "@pulumi/pulumi";
import type { DestinationArgs } from "./args.ts";
import type { HubPlan } from "./plan.ts";

/**
 * The bindings the hub uses, as Cloudflare's API names them: the provider has one type with every member of every kind, all optional.
 * A test compares these with the API's own types.
 */
export type HubBinding =
  | { readonly type: "d1"; readonly name: string; readonly databaseId: pulumi.Input<string> }
  | { readonly type: "queue"; readonly name: string; readonly queueName: pulumi.Input<string> }
  | { readonly type: "workflow"; readonly name: string; readonly workflowName: pulumi.Input<string>; readonly className: string }
  | { readonly type: "json"; readonly name: string; readonly json: string }
  | ServiceBinding;

export interface ServiceBinding {
  readonly type: "service";
  readonly name: string;
  readonly service: pulumi.Input<string>;
  readonly entrypoint?: string;
}

/** What the hub's code calls them: those of wrangler.toml. */
export const WORKFLOW_CLASS = "DispatchWorkflow";

/** All bindings of the hub Worker in the order of their names: the provider compares them as a list. */
export function hubBindings(
  plan: HubPlan,
  { databaseId, queueName }: Record<"databaseId" | "queueName", pulumi.Input<string>>,
): HubBinding[] {
  const bindings: HubBinding[] = [
    { type: "d1", name: "DB", databaseId },
    { type: "queue", name: "DISPATCH_QUEUE", queueName },
    { type: "workflow", name: "DISPATCH_WORKFLOW", workflowName: plan.names.workflow, className: WORKFLOW_CLASS },
    ...Object.entries(plan.variables).map(([name, json]) => ({ type: "json", name, json }) as const),
    ...plan.destinations.filter(({ deployed }) => deployed !== false).map(destinationBinding),
  ];
  return bindings.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function destinationBinding({ binding, worker, entrypoint }: HubPlan["destinations"][number]): ServiceBinding {
  return { type: "service", name: binding, service: scriptNameOf(worker), ...(entrypoint !== undefined && { entrypoint }) };
}

export function scriptNameOf(worker: DestinationArgs["worker"]): pulumi.Input<string> {
  if (cloudflare.WorkersScript.isInstance(worker)) return worker.scriptName;
  if (cloudflare.Worker.isInstance(worker)) return worker.name;
  return worker;
}
