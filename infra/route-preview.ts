import * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "../schema/config.ts";
import { configFromBindings } from "../schema/config-bindings.ts";
import { type RoutingState, routeChanges } from "./route-changes.ts";

/**
 * Says during a preview what changes in the routing, as a message of the hub. What was there is read from the Worker's bindings in the
 * state, so it needs no account; what is there afterwards from those about to be uploaded.
 */
export function routePreview(name: string, hub: pulumi.Resource): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    `${name}-routing`,
    ({ oldInputs, newInputs }) => {
      if (!pulumi.runtime.isDryRun()) return;
      const after = routingIn(newInputs);
      const lines = after === undefined ? [] : routeChanges(routingIn(oldInputs), after);
      if (lines.length > 0) void pulumi.log.info(["Routing changes:", ...lines.map((line) => `  ${line}`)].join("\n"), hub);
    },
    { onDryRun: true, ignoreErrors: true },
  );
}

/** The routing in the inputs of a hub Worker; `undefined` when there is none that can be read. */
export function routingIn(inputs: Readonly<Record<string, unknown>> | undefined): RoutingState | undefined {
  const bindings = inputs?.["bindings"];
  if (!Array.isArray(bindings)) return undefined;
  const parsed = parseConfig(configFromBindings(Object.fromEntries(bindings.map(({ name, json }) => [name, json]))));
  if (!parsed.ok) return undefined;
  const places = new Map(bindings.filter(({ type }) => type === "service").map((binding) => [binding.name, workerText(binding)]));
  const workers = Object.entries(parsed.config.destinations).map(([name, { worker }]) => [name, places.get(worker) ?? "not bound"]);
  return { config: parsed.config, workers: Object.fromEntries(workers) };
}

/** What is unknown or secret is no text. */
function workerText({ service, entrypoint }: { service?: unknown; entrypoint?: unknown }): string {
  const name = typeof service === "string" ? service : "a Worker not known yet";
  return typeof entrypoint === "string" ? `${name} (${entrypoint})` : name;
}
