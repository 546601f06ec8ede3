import { didYouMean, type Issue, namesText } from "../wording.ts";
import { COMPARISON_CHECKS } from "./comparison-checks.ts";
import { comparisonsIn } from "./comparisons-in.ts";
import type { Condition } from "./condition.ts";
import type { HubConfig } from "./config.ts";
import { deliveryIssues } from "./policy-checks.ts";
import { resolveDelivery } from "./resolve-policy.ts";

/** Refuses what a configuration has its shape for and cannot mean. */
type Check = (config: HubConfig) => Iterable<Issue>;

/**
 * All checks of a configuration that is deployed. None is asked of one that is stored, which has to be read for as long as there are events it
 * routed: what is refused from now on, and was taken before, is refused here or in `COMPARISON_CHECKS`, and the schema stays as it is.
 */
export const CHECKS: readonly Check[] = [names, deliveries, conditions];

/** Ids are unique, and destinations declared. */
function* names({ destinations, routes }: HubConfig): Generator<Issue> {
  const declared = Object.keys(destinations);
  const seen = new Set<string>();
  for (const [index, { id, to }] of routes.entries()) {
    if (seen.has(id)) yield { path: `routes.${index}.id`, message: `"${id}" is the id of another route` };
    seen.add(id);
    for (const [at, { destination }] of to.entries()) {
      if (declared.includes(destination)) continue;
      const known = declared.length === 0 ? "none is declared" : `declared: ${namesText(declared)}`;
      const message = `unknown destination "${destination}"${didYouMean(destination, declared)} (${known})`;
      yield { path: `routes.${index}.to.${at}.destination`, message };
    }
  }
}

function* deliveries({ defaults = {}, routes }: HubConfig): Generator<Issue> {
  yield* below("defaults", deliveryIssues(defaults, resolveDelivery(defaults).policy));
  for (const [index, { to }] of routes.entries()) {
    for (const [at, target] of to.entries()) {
      yield* below(`routes.${index}.to.${at}`, deliveryIssues(target, resolveDelivery(target, defaults).policy));
    }
  }
}

function* conditions({ routes }: HubConfig): Generator<Issue> {
  for (const [index, { where }] of routes.entries()) {
    if (where !== undefined) yield* conditionIssues(where, `routes.${index}.where`);
  }
}

/** Checks every comparison of a condition that stands at this place. */
export function* conditionIssues(condition: Condition, place: string): Generator<Issue> {
  for (const { place: at, comparison } of comparisonsIn(condition, place)) {
    for (const check of COMPARISON_CHECKS) yield* below(at, check(comparison));
  }
}

function* below(place: string, issues: Iterable<Issue>): Generator<Issue> {
  for (const { path, message } of issues) yield { path: `${place}.${path}`, message };
}
