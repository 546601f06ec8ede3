import { createRequire } from "node:module";
import type { ConfigInput } from "cf-eventhub/core";
import type { HubEvent } from "../../../schema/contract/events.ts";
import type { PlainRoute } from "./scenario.ts";

/**
 * Its CommonJS build: the other imports names from `jsonpath` that node does not find there, catches what each path then throws, and routes
 * nothing. A bundler, which is how it is used in a Worker, does find them.
 */
const { Config, findRoutes } = createRequire(import.meta.url)("cf-eventhub/core") as typeof import("cf-eventhub/core");

type AncestorCondition = ConfigInput["routes"][number]["condition"];

/** Routing as cf-eventhub does it: where an event goes, by asking every condition of every route. */
export function compileAncestor(routes: readonly PlainRoute[]): (event: HubEvent) => readonly { readonly destination: string }[] {
  const input: ConfigInput = { routes: routes.map((route) => ({ condition: conditionOf(route), destination: route.destination })) };
  const parsed = Config["~standard"].validate(input);
  if (parsed instanceof Promise || parsed.issues !== undefined) throw new Error("cf-eventhub does not read the routes");
  const config = parsed.value;
  return (event) => findRoutes(config, event);
}

/** It knows no types: a type is one more condition, asked first. */
function conditionOf({ on, minTotal }: PlainRoute): AncestorCondition {
  return { allOf: [...typeConditions(on), { path: "$.data.total", gte: minTotal }] };
}

function typeConditions(glob: string): AncestorCondition[] {
  if (glob === "*") return [];
  if (!glob.includes("*")) return [{ path: "$.type", exact: glob }];
  const words = glob.split(".").map((word) => (word === "*" ? "[^.]+" : word));
  const more = glob.endsWith("*") ? "(\\.[^.]+)*" : "";
  return [{ path: "$.type", match: `^${words.join("\\.")}${more}$` }];
}
