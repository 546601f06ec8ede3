import * as pulumi from "@pulumi/pulumi";
import type { AutoPause } from "../schema/config/auto-pause.ts";
import { readConfig } from "../schema/config/config.ts";
import { describeDestination } from "../schema/config/destination.ts";
import { type RoutingState, routeChanges } from "./route-changes.ts";

/**
 * Options of a hub that says during a preview what changes in its routing. What was there is read from the component's inputs in the state,
 * so it needs no account. These and not the Worker's bindings: a list with one secret in it arrives as one secret, which a preview never shows.
 */
export function withPreview(
  name: string,
  options: pulumi.ComponentResourceOptions = {},
  hub: () => pulumi.Resource,
): pulumi.ComponentResourceOptions {
  // Mocks have no engine, and no hooks.
  if (!pulumi.runtime.hasEngine()) return options;
  const hook = new pulumi.ResourceHook(`${name}-routing`, (change) => tell(change, hub()), { onDryRun: true, ignoreErrors: true });
  const { beforeCreate = [], beforeUpdate = [] } = options.hooks ?? {};
  return {
    ...options,
    hooks: { ...options.hooks, beforeCreate: [...beforeCreate, hook], beforeUpdate: [...beforeUpdate, hook] },
  };
}

function tell({ oldInputs, newInputs }: pulumi.ResourceHookArgs, hub: pulumi.Resource): void {
  const after = routingIn(newInputs);
  if (!pulumi.runtime.isDryRun() || after === undefined) return;
  const lines = routeChanges(routingIn(oldInputs), after);
  // Not awaited: the message waits for the hub, which waits for its hooks.
  if (lines.length > 0) void pulumi.log.info(["Routing changes:", ...lines.map((line) => `  ${line}`)].join("\n"), hub);
}

/** The routing in the inputs of a hub; `undefined` when there is none that can be read. */
export function routingIn(inputs: Readonly<Record<string, unknown>> | undefined): RoutingState | undefined {
  const parsed = readConfig(inputs?.["routing"]);
  if (!parsed.ok) return undefined;
  const workers = inputs?.["workers"];
  const places = pulumi.Output.isInstance(workers) ? undefined : new Map(Object.entries(Object(workers)));
  const described = Object.entries(parsed.config.destinations).map(([name, destination]) => {
    const where = describeDestination(destination);
    const bound = places === undefined ? "a Worker that is secret" : workerText(places.get(name));
    return [name, `${where.isBinding ? bound : where.name}${autoPauseText(destination.autoPause)}`];
  });
  return { config: parsed.config, workers: Object.fromEntries(described) };
}

function autoPauseText(autoPause: AutoPause | undefined): string {
  return autoPause === undefined ? "" : `, paused after ${autoPause.after} failures, tried each ${autoPause.probe ?? "1 minute"}`;
}

function workerText(place: unknown): string {
  const { worker, entrypoint }: { worker?: unknown; entrypoint?: unknown } = Object(place);
  if (worker === undefined) return "not bound";
  const name = typeof worker === "string" ? worker : "a Worker not known yet";
  return typeof entrypoint === "string" ? `${name} (${entrypoint})` : name;
}
