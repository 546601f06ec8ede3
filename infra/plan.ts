import { type HubConfig, type ParsedConfig, parseConfig } from "../schema/config/config.ts";
import { configToBindings } from "../schema/config/config-bindings.ts";
import type { Issue } from "../schema/wording.ts";
import type { DestinationArgs, EventHubArgs, RoutingArgs } from "./args.ts";
import { type PlannedConsole, planConsole } from "./console.ts";
import { bindingNameOf, type HubNames, hubNames, MAX_PREFIX_LENGTH, PREFIX } from "./names.ts";
import { argIssues, outputIssues } from "./parse-args.ts";

/** All that is decided about a hub before a resource of it is registered. */
export interface HubPlan {
  readonly names: HubNames;
  readonly config: HubConfig;
  /** The configuration as JSON variables of the hub Worker. */
  readonly variables: Readonly<Record<string, string>>;
  readonly destinations: readonly PlannedDestination[];
  readonly console: PlannedConsole;
}

export interface PlannedDestination extends DestinationArgs {
  readonly name: string;
  /** Of the hub Worker. One for each destination, however many routes lead there. */
  readonly binding: string;
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

  const destinations = Object.entries(args.destinations).map(([name, given]) => ({ ...given, name, binding: bindingNameOf(name) }));
  return { ok: true, plan: { names, config: parsed.config, variables, destinations, console: planned.console } };
}

/** The configuration the hub will run with, by the schema it runs with. */
export function parseRouting({ destinations, routes, defaults }: RoutingArgs): ParsedConfig {
  if (typeof destinations !== "object" || destinations === null) {
    return { ok: false, issues: [{ path: "destinations", message: "expected an object" }] };
  }
  const outputs = [...outputIssues(routes, "routes"), ...outputIssues(defaults, "defaults"), ...autoPauseOutputs(destinations)];
  if (outputs.length > 0) return { ok: false, issues: outputs };
  const names = Object.keys(destinations);
  const clashes = clashIssues(names);
  if (clashes.length > 0) return { ok: false, issues: clashes };
  const bound = Object.fromEntries(Object.entries(destinations).map(([name, given]) => [name, configured(name, given)]));
  return parseConfig({ ...(defaults !== undefined && { defaults }), destinations: bound, routes });
}

function autoPauseOutputs(destinations: Readonly<Record<string, unknown>>): Issue[] {
  return Object.entries(destinations).flatMap(([name, given]) => outputIssues(Object(given).autoPause, `destinations.${name}.autoPause`));
}

/** A destination as the hub knows it: by its binding. */
function configured(name: string, given: unknown): { worker: string; autoPause?: unknown } {
  const { autoPause }: { autoPause?: unknown } = Object(given);
  return { worker: bindingNameOf(name), ...(autoPause !== undefined && { autoPause }) };
}

function clashIssues(names: readonly string[]): Issue[] {
  const first = new Map<string, string>();
  return names.flatMap((name) => {
    const binding = bindingNameOf(name);
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
    .filter(([, { worker }]) => worker === script)
    .map(([name]) => ({ path: `destinations.${name}.worker`, message: `"${script}" is the hub itself` }));
}
