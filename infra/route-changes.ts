import type { HubConfig, Route, Target } from "../schema/config/config.ts";
import { conditionText } from "../src/domain/routing/condition-text.ts";

/** What goes where, and what each destination is, as far as it is known. */
export interface RoutingState {
  readonly config: HubConfig;
  readonly workers: Readonly<Record<string, string>>;
}

/** What is different, a line each: `+` added, `-` removed, `~` changed. Without `before`, everything is new. */
export function routeChanges(before: RoutingState | undefined, after: RoutingState): string[] {
  const old = before ?? NOTHING;
  return [
    ...changesOf("destination", entriesOf(old.workers), entriesOf(after.workers), { describe: (worker) => `: ${worker}`, compare: arrow }),
    ...defaultChanges(old.config.defaults, after.config.defaults),
    ...changesOf("route", byId(old.config.routes), byId(after.config.routes), {
      describe: (route) => `: ${routeText(route)}`,
      compare: routeDifference,
    }),
  ];
}

const NOTHING: RoutingState = { config: { destinations: {}, routes: [] }, workers: {} };

function changesOf<Item>(
  noun: string,
  before: ReadonlyMap<string, Item>,
  after: ReadonlyMap<string, Item>,
  { describe, compare }: { describe: (item: Item) => string; compare: (before: Item, after: Item) => string },
): string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === undefined) return is === undefined ? [] : [`+ ${noun} ${name}${describe(is)}`];
    if (is === undefined) return [`- ${noun} ${name}${describe(was)}`];
    const difference = compare(was, is);
    return difference === "" ? [] : [`~ ${noun} ${name}: ${difference}`];
  });
}

function defaultChanges(before: HubConfig["defaults"], after: HubConfig["defaults"]): string[] {
  const difference = deliveryDifference(before ?? {}, after ?? {});
  return difference === "" ? [] : [`~ defaults: ${difference}`];
}

function entriesOf<Item>(items: Readonly<Record<string, Item>>): ReadonlyMap<string, Item> {
  return new Map(Object.entries(items));
}

function byId(routes: readonly Route[]): ReadonlyMap<string, Route> {
  return new Map(routes.map((route) => [route.id, route]));
}

function routeDifference(before: Route, after: Route): string {
  const parts = [
    before.on === after.on ? "" : `on ${arrow(before.on, after.on)}`,
    whereText(before) === whereText(after) ? "" : `where ${arrow(whereText(before), whereText(after))}`,
    ...changesOf("", byPlace(before.to), byPlace(after.to), {
      describe: (target) => deliveryText(target),
      compare: (was, is) => deliveryDifference(was, is),
    }).map((line) => line.replace("  ", " ")),
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function routeText(route: Route): string {
  const where = route.where === undefined ? "" : ` where ${whereText(route)}`;
  return `${route.on}${where} → ${route.to.map((target) => `${target.destination}${deliveryText(target)}`).join(", ")}`;
}

function whereText({ where }: Route): string {
  return where === undefined ? "always" : conditionText(where);
}

/** A route may lead to one destination more than once, with different delays. */
function byPlace(targets: readonly Target[]): ReadonlyMap<string, Target> {
  const seen = new Map<string, number>();
  return new Map(
    targets.map((target) => {
      const nth = (seen.get(target.destination) ?? 0) + 1;
      seen.set(target.destination, nth);
      return [nth === 1 ? target.destination : `${target.destination} (${nth})`, target];
    }),
  );
}

type Delivery = Omit<Target, "destination"> | Target | NonNullable<HubConfig["defaults"]>;

function deliveryText(target: Delivery): string {
  const said = Object.entries(settings(target)).map(([name, value]) => `${name} ${value}`);
  return said.length === 0 ? "" : ` (${said.join(", ")})`;
}

function deliveryDifference(before: Delivery, after: Delivery): string {
  const [was, is] = [settings(before), settings(after)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => was[name] !== is[name]);
  return names.map((name) => `${name} ${arrow(was[name] ?? "default", is[name] ?? "default")}`).join(", ");
}

/** What is said about delivery, and about the hub as a whole, by dotted name: `retry.limit`. */
function settings({ delay, timeout, retry, misconfigured, ...rest }: Delivery): Record<string, string> {
  const maxChainEvents = "maxChainEvents" in rest ? rest.maxChainEvents : undefined;
  const all = { delay, timeout, ...dotted("retry", retry), ...dotted("misconfigured", misconfigured), maxChainEvents };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

function dotted(prefix: string, options: object | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options ?? {}).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function arrow(before: string, after: string): string {
  return before === after ? "" : `${before} → ${after}`;
}
