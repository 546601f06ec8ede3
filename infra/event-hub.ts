import * as pulumi from "@pulumi/pulumi";
import { configWarnings } from "../schema/config/config-warnings.ts";
import { ENTRYPOINTS } from "../schema/deployment.ts";
import { issueText } from "../schema/wording.ts";
import type { DestinationArgs, EventHubArgs, NamesOf } from "./args.ts";
import type { ServiceBinding } from "./bindings.ts";
import { refuse } from "./parse-args.ts";
import { type HubPlan, planHub } from "./plan.ts";
import { createHub, type HubNodes } from "./resources.ts";
import { withPreview } from "./route-preview.ts";

/**
 * A hub with everything it needs: database, queue, dead-letter queue, Worker, workflow, queue consumers and cron; with `console.hostname`, an
 * address as well. The Worker comes with this
 * package, and the routing goes into its bindings: changing a route uploads no other code. Throws a `RunError` that lists what is wrong before
 * anything is registered.
 *
 * @example
 * ```ts
 * const hub = new EventHub("hub", {
 *   accountId,
 *   destinations: { email: { worker: email, entrypoint: "Email" } },
 *   routes: [{ id: "orders", on: "order.*", to: { destination: "email", delay: "15 minutes" } }],
 * });
 * new cloudflare.WorkersScript("shop", { …, bindings: [hub.producerBinding("HUB")] });
 * ```
 */
export class EventHub<
  const Destinations extends Readonly<Record<string, DestinationArgs>> = Readonly<Record<string, DestinationArgs>>,
> extends pulumi.ComponentResource {
  /** Of the hub Worker, for service bindings. */
  readonly scriptName: pulumi.Output<string>;
  /** For `wrangler d1`, backups and queries. */
  readonly databaseId: pulumi.Output<string>;
  readonly databaseName: pulumi.Output<string>;
  readonly queueName: pulumi.Output<string>;
  readonly deadLetterQueueName: pulumi.Output<string>;
  readonly workflowName: pulumi.Output<string>;
  /** The resources underneath, for what this component does not cover. */
  readonly nodes: HubNodes;

  constructor(name: string, args: EventHubArgs<Destinations, NamesOf<Destinations>>, opts?: pulumi.ComponentResourceOptions) {
    const plan = planned(name, args);
    // These inputs stand in previews and in the state: what goes where, and nothing that was not asked for.
    const workers = Object.fromEntries(plan.destinations.map((destination) => [destination.name, destination.bound]));
    const inputs = { names: plan.names, routing: plan.config, workers };
    super(
      "flowhub:index:EventHub",
      name,
      inputs,
      withPreview(name, opts, () => this),
    );
    this.nodes = createHub({ name, args, plan, parent: this });
    this.scriptName = this.nodes.script.scriptName;
    this.databaseId = this.nodes.database.uuid;
    this.databaseName = this.nodes.database.name;
    this.queueName = this.nodes.queue.queueName;
    this.deadLetterQueueName = this.nodes.deadLetterQueue.queueName;
    this.workflowName = this.nodes.dispatchWorkflow.workflowName;
    this.warnOfUnbound(plan);
    this.warnOfConditions(plan);
    const { scriptName, databaseId, databaseName, queueName, deadLetterQueueName, workflowName } = this;
    this.registerOutputs({ scriptName, databaseId, databaseName, queueName, deadLetterQueueName, workflowName });
  }

  /** For a Worker that emits: `env.HUB.emit(…)` and nothing else. */
  producerBinding(name = "HUB"): ServiceBinding {
    return { type: "service", name, service: this.scriptName, entrypoint: ENTRYPOINTS.producer };
  }

  /** For a Worker that may do everything: emit, read, operate. */
  adminBinding(name = "HUB"): ServiceBinding {
    return { type: "service", name, service: this.scriptName, entrypoint: ENTRYPOINTS.hub };
  }

  private warnOfUnbound({ destinations }: HubPlan): void {
    const unbound = destinations.filter(({ isBound }) => !isBound).map(({ name }) => name);
    if (unbound.length === 0) return;
    void pulumi.log.warn(
      `Not bound, because of deployed: false: ${unbound.join(", ")}. What is owed to them waits as misconfigured; remove the flag and deploy again as soon as they are there.`,
      this,
    );
  }

  private warnOfConditions({ config }: HubPlan): void {
    const warnings = configWarnings(config);
    if (warnings.length === 0) return;
    void pulumi.log.warn(
      ["Conditions that may not mean what they say:", ...warnings.map((one) => `  - ${issueText(one)}`)].join("\n"),
      this,
    );
  }
}

function planned(name: string, args: EventHubArgs): HubPlan {
  const planned = planHub(args, `${name}-${pulumi.getStack()}`);
  return planned.ok ? planned.plan : refuse(`EventHub "${name}"`, planned.issues);
}
