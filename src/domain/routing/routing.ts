import { type HubConfig, type Route, readConfig, type Target } from "../../../schema/config/config.ts";
import type { Policy } from "../../../schema/config/policy.ts";
import { resolveDelivery } from "../../../schema/config/resolve-policy.ts";
import type { HubEvent } from "../../../schema/contract/events.ts";
import type { Json } from "../../../schema/json.ts";
import { type CompiledCondition, compileCondition, type Trace } from "./condition.ts";
import { compileGlob } from "./type-glob.ts";
import { indexByType } from "./type-index.ts";

/** A destination that an event is owed to, by which route and how. */
export interface RoutedTarget {
  readonly route: string;
  readonly destination: string;
  readonly delayMs: number;
  readonly policy: Policy;
  /** The policy as it is pinned on dispatches. */
  readonly policyText: string;
}

/** Why a route took an event or did not. */
export interface Explanation {
  readonly route: string;
  readonly matched: boolean;
  readonly on: { readonly wanted: string; readonly found: string; readonly held: boolean };
  readonly where?: Trace;
}

/** A configuration compiled once, to be asked for every event. */
export interface Routing {
  /** Ids of its routes, in the order of the configuration. */
  readonly ids: readonly string[];
  /** Targets of every route that matches, in the order of the configuration. */
  readonly targetsOf: (event: HubEvent) => readonly RoutedTarget[];
  /** Why one route matches or not; `undefined` when there is no such route. Every condition is evaluated. */
  readonly explain: (event: HubEvent, route: string) => Explanation | undefined;
}

interface CompiledRoute {
  readonly id: string;
  readonly on: string;
  readonly typeMatches: (type: string) => boolean;
  readonly where: CompiledCondition | undefined;
  readonly targets: readonly RoutedTarget[];
}

export function compileRouting(config: HubConfig): Routing {
  const routes = config.routes.map((route) => compileRoute(route, config.defaults));
  const routesOn = indexByType(routes);
  return {
    ids: routes.map(({ id }) => id),
    targetsOf: (event) => targetsOf(routesOn(event.type), event),
    explain: (event, id) => {
      const route = routes.find((candidate) => candidate.id === id);
      return route === undefined ? undefined : explain(route, event);
    },
  };
}

/** A configuration as it is stored, compiled; `undefined` when it has not the shape of one. */
export function storedRouting(body: string): Routing | undefined {
  const parsed = readConfig(JSON.parse(body));
  return parsed.ok ? compileRouting(parsed.config) : undefined;
}

function compileRoute(route: Route, defaults: HubConfig["defaults"]): CompiledRoute {
  return {
    id: route.id,
    on: route.on,
    typeMatches: compileGlob(route.on),
    where: route.where === undefined ? undefined : compileCondition(route.where),
    targets: route.to.map((target) => routedTarget(route.id, target, defaults)),
  };
}

function routedTarget(route: string, target: Target, defaults: HubConfig["defaults"]): RoutedTarget {
  const { delayMs, policy } = resolveDelivery(target, defaults);
  return { route, destination: target.destination, delayMs, policy, policyText: JSON.stringify(policy) };
}

/** Of those that take its type. */
function targetsOf(routes: readonly CompiledRoute[], event: HubEvent): RoutedTarget[] {
  const owed: RoutedTarget[] = [];
  for (const { where, targets } of routes) {
    if (where !== undefined && !where.holds(asDocument(event))) continue;
    for (const target of targets) owed.push(target);
  }
  return owed;
}

function explain(route: CompiledRoute, event: HubEvent): Explanation {
  const on = { wanted: route.on, found: event.type, held: route.typeMatches(event.type) };
  if (route.where === undefined) return { route: route.id, matched: on.held, on };
  const where = route.where.trace(asDocument(event));
  return { route: route.id, matched: on.held && where.held, on, where };
}

/** Conditions see the whole event, attributes included. */
function asDocument(event: HubEvent): Json {
  return event as unknown as Json;
}
