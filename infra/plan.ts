import { type HubConfig, type ParsedConfig, parseConfig } from "../schema/config/config.ts";
import { configToBindings } from "../schema/config/config-bindings.ts";
import { type DestinationConfig, describeDestination } from "../schema/config/destination.ts";
import type { Issue } from "../schema/wording.ts";
import type { DestinationArgs, EventHubArgs, RoutingArgs } from "./args.ts";
import { type PlannedConsole, planConsole } from "./console.ts";
import { type PlannedDestination, planDestination, whereIs } from "./destination.ts";
import { type HubNames, hubNames, MAX_PREFIX_LENGTH, PREFIX } from "./names.ts";
import { outputIssues } from "./outputs.ts";
import { argIssues } from "./parse-args.ts";

/** All that is decided about a hub before a resource of it is registered. */
export interface HubPlan {
  readonly names: HubNames;
  readonly config: HubConfig;
  /** The configuration as JSON variables of the hub Worker. */
  readonly variables: Readonly<Record<string, string>>;
  readonly destinations: readonly PlannedDestination[];
  readonly console: PlannedConsole;
}

export type HubPlanned = { readonly ok: true; readonly plan: HubPlan } | { readonly ok: false; readonly issues: readonly Issue[] };

/** Decides names, bindings and configuration. Nothing of it depends on what is only known after deployment. */
export function planHub(args: EventHubArgs, defaultPrefix: string): HubPlanned {
  const wrong = argIssues(args);
  if (wrong.length > 0) return { ok: false, issues: wrong };

  const parsed = parseRouting(args);
  if (!parsed.ok) return parsed;
  const planned = planConsole(args.console);
  const { variables, issues: tooLarge } = configToBindings(parsed.config, { otherVariables: planned.console.bindings.length });
  const prefix = args.prefix ?? defaultPrefix;
  const names = hubNames(prefix);
  const issues = [...prefixIssues(prefix), ...loopIssues(args.destinations, names), ...tooLarge, ...planned.issues];
  if (issues.length > 0) return { ok: false, issues };

  const destinations = Object.entries(args.destinations).map(([name, given]) => planDestination(name, given));
  return { ok: true, plan: { names, config: parsed.config, variables, destinations, console: planned.console } };
}

/** The configuration the hub will run with, by the schema it runs with. */
export function parseRouting({ destinations, routes, defaults }: RoutingArgs): ParsedConfig {
  if (typeof destinations !== "object" || destinations === null) {
    return { ok: false, issues: [{ path: "destinations", message: "expected an object" }] };
  }
  const outputs = [...outputIssues(routes, "routes"), ...outputIssues(defaults, "defaults"), ...autoPauseOutputs(destinations)];
  if (outputs.length > 0) return { ok: false, issues: outputs };
  const places = Object.entries(destinations).map(([name, given]) => [name, whereIs(name, given)] as const);
  const clashes = clashIssues(places);
  if (clashes.length > 0) return { ok: false, issues: clashes };
  const configured = places.map(([name, where]) => [name, { ...where, ...autoPauseOf(destinations[name]) }]);
  return parseConfig({ ...(defaults !== undefined && { defaults }), destinations: Object.fromEntries(configured), routes });
}

function autoPauseOutputs(destinations: Readonly<Record<string, unknown>>): Issue[] {
  return Object.entries(destinations).flatMap(([name, given]) => outputIssues(Object(given).autoPause, `destinations.${name}.autoPause`));
}

/** Not checked yet: that is the configuration's. */
function autoPauseOf(given: unknown): { autoPause?: unknown } {
  const { autoPause }: { autoPause?: unknown } = Object(given);
  return autoPause === undefined ? {} : { autoPause };
}

function clashIssues(places: readonly (readonly [name: string, where: DestinationConfig])[]): Issue[] {
  const first = new Map<string, string>();
  return places.flatMap(([name, where]) => {
    const { name: binding, isBinding } = describeDestination(where);
    if (!isBinding) return [];
    const other = first.get(binding);
    first.set(binding, other ?? name);
    return other === undefined
      ? []
      : [{ path: `destinations.${name}`, message: `would have the same binding as "${other}", ${binding}: rename one` }];
  });
}

function prefixIssues(prefix: string): Issue[] {
  if (PREFIX.test(prefix) && prefix.length <= MAX_PREFIX_LENGTH) return [];
  return [
    {
      path: "prefix",
      message: `"${prefix}", made of the name and the stack, cannot be part of a Worker's name: set prefix to lower-case letters, digits and dashes, at most ${MAX_PREFIX_LENGTH}`,
    },
  ];
}

function loopIssues(destinations: Readonly<Record<string, DestinationArgs>>, { script }: HubNames): Issue[] {
  return Object.entries(destinations)
    .filter(([, args]) => "worker" in args && args.worker === script)
    .map(([name]) => ({ path: `destinations.${name}.worker`, message: `"${script}" is the hub itself` }));
}
