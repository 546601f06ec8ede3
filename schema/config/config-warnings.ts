import type { Issue } from "../wording.ts";
import { comparisonsIn } from "./comparisons-in.ts";
import type { HubConfig } from "./config.ts";
import { pathWarnings } from "./path-warnings.ts";

/** Tells what a valid configuration says that may not be meant. It stops nothing: it is shown where the configuration is. */
export function configWarnings({ routes }: HubConfig): Issue[] {
  const comparisons = routes.flatMap(({ where }, index) => (where === undefined ? [] : [...comparisonsIn(where, `routes.${index}.where`)]));
  return comparisons.flatMap(({ place, comparison }) =>
    pathWarnings(comparison.path).map((message) => ({ path: `${place}.path`, message })),
  );
}
